"""A file on disk to a stream of text: unpacked, its encoding found out; called by the readers."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, cast

from geodata.rules.problems import SourceError, gettext_noop

_CHUNK: Final = 1 << 16
_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
#: What German offices send: UTF-8 with and without its mark, and the Windows code page.
_GUESSES: Final = ("utf-8-sig", "cp1252")
_CODECS: Final = {"utf-8": "utf-8-sig", "cp1252": "cp1252", "utf-16": "utf-16"}
_UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_NO_FILE: Final = gettext_noop("Die Datei „%(path)s“ ist nicht lesbar: %(error)s.")
_EMPTY: Final = gettext_noop("Die Datei „%(path)s“ ist leer.")
_WORKBOOK: Final = gettext_noop(
    "Die Datei „%(path)s“ ist keine CSV-Datei, sondern eine Excel-Mappe oder ein ZIP-Archiv. "
    "Bitte im Fachverfahren als CSV ausgeben, nicht über Excel."
)
_BINARY: Final = gettext_noop("Die Datei „%(path)s“ ist keine Textdatei.")
_BROKEN_GZIP: Final = gettext_noop(
    "Die gepackte Datei „%(path)s“ ist beschädigt oder unvollständig."
)
_ENCODING: Final = gettext_noop(
    "Die Zeichenkodierung der Datei „%(path)s“ ist nicht %(expected)s (Byte 0x%(byte)s an Stelle "
    "%(offset)s). Bitte die Datei als UTF-8 ausgeben."
)


class CountedFile(io.RawIOBase):
    """A file that knows how many of its bytes (packed ones, where it is packed) were read."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        self.total = path.stat().st_size
        self.done = 0

    def readable(self) -> bool:
        """Always; asked by the buffer above."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill the buffer and count."""
        count = cast("int", self._file.readinto(buffer))
        self.done += count
        return count

    def close(self) -> None:
        """Close the file below as well."""
        self._file.close()
        super().close()


@contextmanager
def said_clearly(path: Path) -> Iterator[None]:
    """Turn the system's errors about a file into a SourceError with a sentence."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise SourceError(_BROKEN_GZIP, path=path) from error
    except OSError as error:
        raise SourceError(_NO_FILE, path=path, error=error.strerror or error) from error


def open_bytes(path: Path) -> tuple[CountedFile, IO[bytes]]:
    """The file's counter and its bytes, unpacked where it is gzipped (by content, not by name)."""
    counted = CountedFile(path)
    buffered = io.BufferedReader(counted, _CHUNK)
    if buffered.peek(2)[:2] != _GZIP:
        return counted, buffered
    return counted, cast("IO[bytes]", gzip.GzipFile(fileobj=buffered))


def encoding_of(path: Path, wanted: str) -> str:
    """The codec that reads the whole file: the wanted one, or with ``auto`` the first that can.

    Reads the file to its end, so that a broken archive or a wrong byte is told before any row.
    Raises SourceError; OSError and the archive's errors are left to ``said_clearly``.
    """
    counted, stream = open_bytes(path)
    with counted, stream:
        head = stream.read(_CHUNK)
        _refuse_foreign(path, head)
        if wanted == "auto" and head[:2] in _UTF16_MARKS:
            wanted = "utf-16"
        guesses = _GUESSES if wanted == "auto" else (_CODECS[wanted],)
        if not guesses[0].startswith("utf-16") and b"\0" in head:
            raise SourceError(_BINARY, path=path)
        return _first_that_reads(path, head, stream, guesses)


def _refuse_foreign(path: Path, head: bytes) -> None:
    if not head.strip():
        raise SourceError(_EMPTY, path=path)
    if head.startswith((_ZIP, _OLD_EXCEL)):
        raise SourceError(_WORKBOOK, path=path)


def _first_that_reads(path: Path, head: bytes, stream: IO[bytes], guesses: tuple[str, ...]) -> str:
    left = {name: codecs.getincrementaldecoder(name)() for name in guesses}
    offset, chunk, error = 0, head, None
    while True:
        for name in list(left):
            try:
                left[name].decode(chunk, final=not chunk)
            except UnicodeDecodeError as found:
                error = error or (found, offset)
                del left[name]
        if not left and error is not None:
            raise _wrong_encoding(path, guesses, *error)
        if not chunk:
            return next(iter(left))
        offset += len(chunk)
        chunk = stream.read(_CHUNK)


def _wrong_encoding(
    path: Path, guesses: tuple[str, ...], error: UnicodeDecodeError, offset: int
) -> SourceError:
    expected = " / ".join("utf-8" if name == "utf-8-sig" else name for name in guesses)
    byte = error.object[error.start : error.start + 1].hex()
    return SourceError(
        _ENCODING, path=path, expected=expected, byte=byte, offset=offset + error.start
    )
