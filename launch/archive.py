"""The file that a backup is: a tar with parts, closed by a manifest that knows each part's SHA-256."""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from launch.words import LaunchError

FORMAT = 1
MANIFEST = "manifest.json"
DUMP = "database.dump"
PIECE = 1024 * 1024


@dataclass
class Manifest:
    """What a backup says about itself."""

    made_at: str
    #: Version and commit of the code that wrote the database.
    version: str
    #: Cluster, database and timeline: a restored database has another one.
    identity: str
    server: str
    owner: str
    app: str
    migrations: list[str]
    #: Rows per table in the dump's snapshot.
    counts: dict[str, int]
    #: Photos that a row names but that were not there, or "elsewhere" for an outside store.
    missing: list[str] = field(default_factory=list)
    media: str = "inside"
    reason: str = ""
    #: SHA-256 and size per part.
    parts: dict[str, tuple[str, int]] = field(default_factory=dict)
    format: int = FORMAT


class Hashing:
    """A reader that knows the SHA-256 of what was read through it."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Read and count."""
        piece = self._source.read(size)
        self.digest.update(piece)
        return piece


class Writer:
    """Adds parts to a backup."""

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest) -> None:
        self._tar = tar
        self.manifest = manifest

    def add(self, name: str, file: Path) -> None:
        """Add a file as it is now.

        Raises:
            FileNotFoundError: it is gone.
        """
        with file.open("rb") as source:
            status = os.fstat(source.fileno())
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = status.st_size, int(status.st_mtime), 0o600
            reader = Hashing(source)
            self._tar.addfile(info, reader)
        self.manifest.parts[name] = (reader.digest.hexdigest(), status.st_size)

    def close(self) -> None:
        """Write the manifest, last."""
        text = json.dumps(asdict(self.manifest), ensure_ascii=False, indent=1).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mode = len(text), 0o600
        self._tar.addfile(info, io.BytesIO(text))


@contextmanager
def writing(path: Path, manifest: Manifest) -> Iterator[Writer]:
    """Write ``path`` whole or not at all: under another name, flushed, renamed; for its owner only."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                writer = Writer(tar, manifest)
                yield writer
                writer.close()
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
        _flush_folder(path.parent)
    finally:
        fresh.unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    """Have the new name on the disk, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def reading(path: Path) -> Iterator[tarfile.TarFile]:
    """Open a backup.

    Raises:
        LaunchError: there is none, or it is no backup.
    """
    try:
        with tarfile.open(path, mode="r:") as tar:
            yield tar
    except OSError as error:
        raise LaunchError(f"{path} lässt sich nicht lesen: {error.strerror or error}") from error
    except tarfile.TarError as error:
        raise LaunchError(f"{path} ist keine (ganze) Sicherung: {error}") from error


def manifest_of(tar: tarfile.TarFile) -> Manifest:
    """Read the manifest.

    Raises:
        LaunchError: it is missing (the file was cut off) or of a form that this code does not know.
    """
    try:
        source = tar.extractfile(MANIFEST)
        assert source is not None
        values: dict[str, Any] = json.load(source)
        if values["format"] != FORMAT:
            raise LaunchError(
                f"Die Sicherung hat die Form {values['format']}; bekannt ist {FORMAT}."
            )
        values["parts"] = {name: (part[0], part[1]) for name, part in values["parts"].items()}
        return Manifest(**values)
    except (KeyError, ValueError, TypeError, AssertionError) as error:
        raise LaunchError("Der Sicherung fehlt ihr Verzeichnis: sie ist nicht ganz.") from error


def verify(path: Path) -> Manifest:
    """Read a whole backup and compare every part with the manifest.

    Raises:
        LaunchError: a part is missing, changed or too much; all are named.
    """
    with reading(path) as tar:
        manifest = manifest_of(tar)
        open_parts = dict(manifest.parts)
        faults = []
        for member in tar:
            if member.name == MANIFEST:
                continue
            wanted = open_parts.pop(member.name, None)
            if wanted is None or not member.isreg() or not is_plain(member.name):
                faults.append(f"{member.name} gehört nicht dazu")
            elif wanted != (sha256(tar, member), member.size):
                faults.append(f"{member.name} ist verändert")
    faults += [f"{name} fehlt" for name in open_parts]
    if faults:
        raise LaunchError(f"Die Sicherung {path} ist beschädigt: {'; '.join(faults[:10])}.")
    return manifest


def sha256(tar: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    """Hash of one part as it lies in the file."""
    source = tar.extractfile(member)
    assert source is not None
    reader = Hashing(source)
    while reader.read(PIECE):
        pass
    return reader.digest.hexdigest()


def is_plain(name: str) -> bool:
    """Whether a part's name stays inside the folder that it is written to."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts
