"""Packed source files: streams that refuse to swell, the members of a tar, the one file of a zip.

Called by ``source_files`` and ``json_files``. Nothing is ever written to disk, so a path in an
archive can do nothing; one that tries is refused all the same, and so is everything that is no
plain file. The tar reader is our own: the standard library's reads headers of any size into memory.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import IO, Final, cast

from geodata.rules.problems import SourceError, gettext_noop

#: Bytes that a file may have unpacked; a million trees as GeoJSON are 400 MB.
MOST_BYTES: Final = 4_000_000_000
#: How many times its packed size a file may grow; cadastres grow 4 to 25 times, bombs 1,000 times.
MOST_GROWTH: Final = 200
#: Below that nobody minds how it was packed.
_HARMLESS: Final = 32_000_000
MOST_MEMBERS: Final = 5_000
_BLOCK: Final = 512
#: Bytes that a long name or other additions to a header may have.
_MOST_HEADER: Final = 65_536

_BOMB: Final = gettext_noop(
    "Die gepackte Datei wächst beim Entpacken über %(limit)s: Das ist kein Baumkataster, sondern "
    "eine Archivbombe oder eine zu große Datei. Bitte in Teilen übernehmen."
)
_TAR: Final = gettext_noop("Das Archiv ist beschädigt: %(what)s. Bitte neu packen.")
_PATH: Final = gettext_noop(
    "Das Archiv enthält den Pfad „%(path)s“, der aus dem Ordner hinausführt. "
    "Bitte die Dateien ohne solche Pfade neu packen."
)
_NO_FILE: Final = gettext_noop(
    "Das Archiv enthält „%(path)s“, das keine gewöhnliche Datei ist (Verknüpfung oder Gerät). "
    "Bitte nur die Dateien selbst packen."
)
_MANY: Final = gettext_noop("Das Archiv enthält mehr als %(limit)s Dateien.")
_ZIP: Final = gettext_noop(
    "Das ZIP-Archiv enthält %(count)s Dateien, gebraucht wird genau eine. "
    "Bitte die Datei mit den Bäumen einzeln packen."
)
_SECRET: Final = gettext_noop("Das ZIP-Archiv ist verschlüsselt. Bitte ohne Kennwort packen.")
_METHOD: Final = gettext_noop(
    "Das ZIP-Archiv ist mit einem seltenen Verfahren gepackt. Bitte gewöhnlich packen (Deflate)."
)


class Unpacked(io.RawIOBase):
    """The bytes of an unpacked stream, as long as they stay in proportion to the packed ones."""

    def __init__(self, stream: IO[bytes], packed: int) -> None:
        self._stream = stream
        self._most = min(MOST_BYTES, max(_HARMLESS, packed * MOST_GROWTH))
        self._count = 0

    def readable(self) -> bool:
        """Always; asked by the buffer above."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill the buffer; refuse what grows beyond all measure."""
        data = self._stream.read(len(buffer))
        self._count += len(data)
        if self._count > self._most:
            raise SourceError(_BOMB, limit=f"{self._most // 1_000_000} MB")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the stream below as well."""
        self._stream.close()
        super().close()


def only_file(counted: IO[bytes]) -> IO[bytes] | None:
    """The bytes of the only file in a zip archive; nothing when it is a workbook."""
    try:
        archive = zipfile.ZipFile(counted)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise SourceError(_TAR, what=error) from error
    files = [info for info in archive.infolist() if not info.is_dir()]
    if any(info.filename == "[Content_Types].xml" for info in files):
        return None
    if len(files) != 1:
        raise SourceError(_ZIP, count=len(files))
    _check_path(files[0].filename)
    if files[0].flag_bits & 1:
        raise SourceError(_SECRET)
    if files[0].compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        # A rare method may ask for gigabytes before the first byte comes out.
        raise SourceError(_METHOD)
    try:
        return archive.open(files[0])
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise SourceError(_TAR, what=error) from error


def is_tar(head: bytes) -> bool:
    """Whether the first bytes of a stream are the header of a tar archive."""
    return len(head) >= _BLOCK and head[257:262] == b"ustar"


class _Member(io.RawIOBase):
    """The bytes of one file of a tar archive."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self._stream, self.left = stream, size

    def readable(self) -> bool:
        """Always; asked by the buffer above."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill the buffer from what is left of the file."""
        data = _exactly(self._stream, min(len(buffer), self.left))
        self.left -= len(data)
        buffer[: len(data)] = data
        return len(data)


def tar_members(stream: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    """Path and bytes of each file in a tar archive, in its order; read each before the next."""
    long_name, count = "", 0
    while (header := _exactly(stream, _BLOCK)).strip(b"\0"):
        kind, size, name = _header(header)
        if kind in b"Lxg":
            told = _told_name(kind, _addition(stream, size))
            long_name = told or long_name
            continue
        name, long_name = long_name or name, ""
        _check_path(name)
        if kind not in b"0\0005":
            raise SourceError(_NO_FILE, path=_shown(name))
        count += 1
        if count > MOST_MEMBERS:
            raise SourceError(_MANY, limit=MOST_MEMBERS)
        member = _Member(stream, size)
        if kind != b"5":
            yield name, cast("IO[bytes]", io.BufferedReader(member, 1 << 16))
        _skip(stream, member.left + -size % _BLOCK)


def _header(header: bytes) -> tuple[bytes, int, str]:
    """Kind, size and name of a member; a wrong checksum or size is refused."""
    try:
        told = int(header[148:156].strip(b" \0"), 8)
        size = int(header[124:136].strip(b" \0") or b"0", 8)
    except ValueError as error:
        raise SourceError(_TAR, what="Kopf") from error
    if told != sum(header[:148]) + 8 * 32 + sum(header[156:]) or not 0 <= size <= MOST_BYTES:
        raise SourceError(_TAR, what="Prüfsumme")
    name = header[:100].split(b"\0", 1)[0]
    prefix = header[345:500].split(b"\0", 1)[0] if header[257:263] == b"ustar\0" else b""
    whole = prefix + b"/" + name if prefix else name
    return header[156:157], size, whole.decode("utf-8", "replace")


def _addition(stream: IO[bytes], size: int) -> bytes:
    if size > _MOST_HEADER:
        raise SourceError(_TAR, what="Kopf")
    data = _exactly(stream, size + -size % _BLOCK)
    return data[:size]


def _told_name(kind: bytes, data: bytes) -> str:
    """The long name in an addition to a header: GNU's (L), or pax's (x) among other records."""
    if kind == b"L":
        return data.split(b"\0", 1)[0].decode("utf-8", "replace")
    while data:
        length, blank, _ = data.partition(b" ")
        if not (blank and length.isdigit() and len(length) < int(length) <= len(data)):
            raise SourceError(_TAR, what="Kopf")
        record, data = data[len(length) + 1 : int(length) - 1], data[int(length) :]
        key, _, value = record.partition(b"=")
        if key == b"path" and kind == b"x":
            return value.decode("utf-8", "replace")
        if key == b"size" or key.startswith(b"GNU.sparse"):
            raise SourceError(_TAR, what=key.decode("ascii", "replace"))
    return ""


def _check_path(path: str) -> None:
    parts = path.replace("\\", "/").split("/")
    if path.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
        raise SourceError(_PATH, path=_shown(path))


def _shown(path: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in path)[-120:]


def _exactly(stream: IO[bytes], size: int) -> bytes:
    """That many bytes; an archive that ends before is refused."""
    data = stream.read(size)
    while len(data) < size:
        more = stream.read(size - len(data))
        if not more:
            raise SourceError(_TAR, what="Ende fehlt")
        data += more
    return data


def _skip(stream: IO[bytes], size: int) -> None:
    while size > 0:
        size -= len(_exactly(stream, min(size, 1 << 16)))
