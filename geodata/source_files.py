"""A file on disk to a stream of text: unpacked, its encoding found out; called by the readers."""

from __future__ import annotations

import codecs
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, cast

from geodata.archives import Unpacked, only_file
from geodata.rules.problems import SourceError, gettext_noop

_CHUNK: Final = 1 << 16
_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
#: How text is decoded: stray bytes are kept, so that they can be told with their line.
STRAY_BYTES: Final = "baum_stray_bytes"
_UNDEFINED: Final = b"\x81\x8d\x8f\x90\x9d"
_UMLAUTS: Final = "äöüÄÖÜß".encode("cp1252")
_CODECS: Final = {"utf-8": "utf-8-sig", "utf-16": "utf-16"}
_UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_NO_FILE: Final = gettext_noop("Die Datei „%(path)s“ ist nicht lesbar: %(error)s.")
_EMPTY: Final = gettext_noop("Die Datei „%(path)s“ ist leer.")
_WORKBOOK: Final = gettext_noop(
    "Die Datei „%(path)s“ ist keine CSV-Datei, sondern eine Excel-Mappe. "
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

    def seekable(self) -> bool:
        """Always; a zip archive is read from its end."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to another place of the file."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The present place."""
        return self._file.tell()

    def close(self) -> None:
        """Close the file below as well."""
        self._file.close()
        super().close()


@contextmanager
def said_clearly(path: Path) -> Iterator[None]:
    """Turn the system's errors about a file into a SourceError with a sentence."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error) as error:
        raise SourceError(_BROKEN_GZIP, path=path) from error
    except OSError as error:
        raise SourceError(_NO_FILE, path=path, error=error.strerror or error) from error


def open_bytes(path: Path) -> tuple[CountedFile, IO[bytes]]:
    """The file's counter and its bytes, unpacked where it is packed (by content, not by name)."""
    counted = CountedFile(path)
    buffered = io.BufferedReader(counted, _CHUNK)
    head = buffered.peek(4)[:4]
    if head[:2] == _GZIP:
        unpacked = cast("IO[bytes]", gzip.GzipFile(fileobj=buffered))
    elif head == _ZIP:
        only = only_file(cast("IO[bytes]", buffered))
        if only is None:
            raise SourceError(_WORKBOOK, path=path)
        unpacked = only
    else:
        return counted, buffered
    return counted, io.BufferedReader(Unpacked(unpacked, counted.total), _CHUNK)


def encoding_of(path: Path, wanted: str, *, whole: bool = True) -> str:
    """The codec that reads the whole file: the wanted one, or with ``auto`` the one it is in.

    Reads the file to its end, so that a broken archive or a wrong byte is told before any row;
    without ``whole`` only its beginning, which is enough to look at the header.
    Raises SourceError; OSError and the archive's errors are left to ``said_clearly``.
    """
    counted, stream = open_bytes(path)
    with counted, stream:
        head = stream.read(_CHUNK)
        _refuse_foreign(path, head)
        if wanted == "auto" and head[:2] in _UTF16_MARKS:
            wanted = "utf-16"
        if wanted != "utf-16" and b"\0" in head:
            raise SourceError(_BINARY, path=path)
        probe = _Probe(_CODECS.get(wanted, "utf-8-sig"))
        probe.feed(head)
        if whole:
            while chunk := stream.read(_CHUNK):
                probe.feed(chunk)
            probe.feed(b"", final=True)
    if wanted != "cp1252" and probe.wrong is None:
        return probe.codec
    if wanted in {"auto", "cp1252"} and probe.may_be_windows:
        return "cp1252"
    raise _wrong_encoding(path, wanted, probe)


def _refuse_foreign(path: Path, head: bytes) -> None:
    if not head.strip():
        raise SourceError(_EMPTY, path=path)
    if head.startswith(_OLD_EXCEL):
        raise SourceError(_WORKBOOK, path=path)


class _Probe:
    """Reads a file's bytes once and finds what speaks against its encoding."""

    def __init__(self, codec: str) -> None:
        self.codec = codec
        self.decoder = codecs.getincrementaldecoder(codec)("strict")
        self.offset = 0
        #: Place and value of the first byte that the codec does not know.
        self.wrong: tuple[int, int] | None = None
        self.undefined = self.umlauts = 0

    def feed(self, chunk: bytes, *, final: bool = False) -> None:
        """Take the next bytes."""
        if self.wrong is None:
            try:
                self.decoder.decode(chunk, final=final)
            except UnicodeDecodeError as error:
                # What was held back of the chunk before stands in front of this one.
                start = self.offset + len(chunk) - len(error.object) + error.start
                self.wrong = (start, error.object[error.start])
        self.undefined += len(chunk) - len(chunk.translate(None, _UNDEFINED))
        self.umlauts += len(chunk) - len(chunk.translate(None, _UMLAUTS))
        self.offset += len(chunk)

    @property
    def may_be_windows(self) -> bool:
        """Whether the few bytes that Windows-1252 leaves undefined are strays among umlauts.

        In a DOS code page one of them is the ü, and the umlauts of Windows do not occur.
        """
        return self.undefined * 10 <= self.umlauts


def _wrong_encoding(path: Path, wanted: str, probe: _Probe) -> SourceError:
    expected = {"auto": "UTF-8 / Windows-1252", "cp1252": "Windows-1252"}.get(wanted, wanted)
    offset, byte = probe.wrong or (0, 0)
    return SourceError(_ENCODING, path=path, expected=expected, byte=f"{byte:02x}", offset=offset)


def _keep_control(error: UnicodeError) -> tuple[str, int]:
    """A byte that Windows-1252 leaves undefined becomes the control character of that number."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(map(chr, error.object[error.start : error.end])), error.end


codecs.register_error(STRAY_BYTES, _keep_control)
