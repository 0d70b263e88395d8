"""./baum backup: database, photos, settings and secrets in one file, while everything runs.

First a snapshot of the database, then the files: a photo's file is written before its row and never
changed, so whatever the snapshot names is there when the files are read, unless it was deleted.
"""

import contextlib
import errno
import json
import os
import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from launch import archive, settings_file, snapshot
from launch.archive import Manifest, Writer
from launch.cluster import binaries
from launch.holders import started_at
from launch.installation import Installation
from launch.words import LaunchError, Parser, answer, say

FOLDER_SETTING = "BAUM_BACKUP_FOLDER"
#: Set where photos lie in an S3 store, which has copies of its own.
OUTSIDE_STORE = "BAUM_S3_BUCKET"
NAME = re.compile(r"baumkataster-\d{8}T\d{6}Z\.tar")
PARTIAL = re.compile(r"\.baumkataster-.*\.(\d+)\.(?:partial|dump)")
SECRETS = ("django-secret-key", "database.json")
#: Tells the web process when it was; holds nothing else.
NOTE = "last-backup.json"
#: Backups made before an update; they do not count for --keep.
UPDATE = "vor-update"
KEEP_UPDATES = 3


def backup(installation: Installation, arguments: Sequence[str]) -> int:
    """Write a backup, or check one (--verify FILE); the file's name is the answer."""
    parser = Parser(prog="./baum backup", add_help=False, allow_abbrev=False)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--verify", type=Path, metavar="FILE")
    parser.add_argument("--keep", type=int)
    chosen = parser.parse_args(list(arguments))
    if chosen.verify:
        answer(description(archive.verify(chosen.verify)))
        return 0
    if chosen.keep is not None and chosen.keep < 1:
        raise LaunchError("--keep braucht eine Zahl ab 1.")
    folder = (chosen.folder or default_folder(installation)).absolute()
    with installation.database():
        made = write(installation, folder)
    if chosen.keep:
        rotate(folder, chosen.keep)
    answer(str(made))
    return 0


def default_folder(installation: Installation) -> Path:
    """Where backups go if nobody says otherwise."""
    named = installation.env.get(FOLDER_SETTING)
    return Path(named) if named else installation.places.state / "backups"


def write(installation: Installation, folder: Path, *, reason: str = "") -> Path:
    """Write one backup of a running database and check it.

    Raises:
        LaunchError: no room, no right, a program failed; nothing is left behind.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sweep(folder)
        made = _write(installation, folder, reason)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise LaunchError(f"In {folder} ist kein Platz für die Sicherung.") from error
        raise LaunchError(f"Die Sicherung in {folder} gelingt nicht: {error}") from error
    say(description(archive.verify(made)))
    _note(installation)
    return made


def _note(installation: Installation) -> None:
    """Let the monitoring know when the last whole backup was made (geodata/web/metrics.py)."""
    note = installation.places.state / NOTE
    fresh = note.with_suffix(".new")
    fresh.write_text(json.dumps({"at": datetime.now(UTC).isoformat()}), encoding="ascii")
    fresh.chmod(0o644)
    fresh.replace(note)


def _write(installation: Installation, folder: Path, reason: str) -> Path:
    now = datetime.now(UTC)
    path = folder / f"baumkataster-{now:%Y%m%dT%H%M%SZ}{'-' + reason if reason else ''}.tar"
    _, owner = installation.addresses()
    dump = folder / f".{path.name}.{os.getpid()}.dump"
    say(f"Sichere nach {path}.")
    try:
        with snapshot.snapshot(owner, installation.env) as moment:
            manifest = _manifest(installation, moment, now, reason)
            named = moment.files(manifest.counts)
            _dump(installation, moment.name, dump)
        with archive.writing(path, manifest) as writer:
            writer.add(archive.DUMP, dump)
            dump.unlink()
            _add_files(installation, writer, named)
    finally:
        dump.unlink(missing_ok=True)
    return path


def _manifest(
    installation: Installation, moment: snapshot.Snapshot, now: datetime, reason: str
) -> Manifest:
    app, owner = (snapshot.environment(url, {})["PGUSER"] for url in installation.addresses())
    return Manifest(
        made_at=now.isoformat(timespec="seconds"),
        version=written_by(installation),
        identity=moment.ask(snapshot.IDENTITY)[0],
        server=moment.ask("SHOW server_version;")[0],
        owner=owner,
        app=app,
        migrations=moment.ask(snapshot.MIGRATIONS),
        counts=moment.counts(),
        media="elsewhere" if installation.env.get(OUTSIDE_STORE) else "inside",
        reason=reason,
    )


def _dump(installation: Installation, name: str, target: Path) -> None:
    """Run pg_dump on the snapshot; the file is for its owner only."""
    _, owner = installation.addresses()
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    programs = installation.cluster.bin if installation.cluster else binaries(Path("/nowhere"))
    done = subprocess.run(
        [str(programs / "pg_dump"), "-w", "--format=custom", "--compress=3", f"--snapshot={name}",
         "--schema=public", f"--file={target}"],
        env=snapshot.environment(owner, installation.env), capture_output=True, text=True,
        check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode:
        raise LaunchError(f"pg_dump: {done.stderr.strip()}")


def _add_files(installation: Installation, writer: Writer, named: set[str]) -> None:
    """Photos, secrets and settings; a file that vanishes meanwhile is said, not fatal."""
    places, manifest = installation.places, writer.manifest
    if manifest.media == "inside":
        media = places.state / "media"
        for root, _, files in sorted(os.walk(media)):
            for file in sorted(files):
                with contextlib.suppress(FileNotFoundError):
                    path = Path(root, file)
                    writer.add(f"media/{path.relative_to(media).as_posix()}", path)
        manifest.missing = sorted(n for n in named if f"media/{n}" not in manifest.parts)
    for name in SECRETS:
        if (places.secrets / name).exists():
            writer.add(f"secrets/{name}", places.secrets / name)
    settings = settings_file.path(places.clone, installation.env)
    if settings.exists():
        writer.add(f"settings/{settings_file.NAME}", settings)
    logins = places.state / "demo-logins.txt"
    if logins.exists():
        writer.add("demo-logins.txt", logins)


def description(manifest: Manifest) -> str:
    """What is in a backup, in a few German lines."""
    counts = manifest.counts
    size = sum(size for _, size in manifest.parts.values()) / 1e6
    photos = sum(name.startswith("media/") for name in manifest.parts)
    lines = [
        f"Geprüft: Sicherung von {manifest.made_at}, Fassung {manifest.version}, {size:.1f} MB,"
        f" {counts.get('baumkataster_tree', 0)} Bäume,"
        f" {counts.get('inspections_inspection', 0)} Kontrollen, {photos} Dateien."
    ]
    if manifest.media == "elsewhere":
        lines.append("Die Fotos liegen in einem S3-Speicher und sind nicht enthalten.")
    if manifest.missing:
        lines.append(
            f"Achtung: {len(manifest.missing)} Fotos, die in der Datenbank stehen, gibt es als"
            f" Datei nicht mehr, z. B. {manifest.missing[0]}."
        )
    return "\n".join(lines)


def version(clone: Path) -> str:
    """Version of the code: from pyproject.toml, with the commit where git knows it."""
    text = clone / "pyproject.toml"
    found = re.search(r'^version = "(.+)"', text.read_text("utf-8") if text.exists() else "", re.M)
    command = ["git", "-c", "safe.directory=*", "-C", str(clone), "rev-parse", "--short", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        commit = done.stdout.strip() if done.returncode == 0 else ""
    except OSError:
        commit = ""
    return "-".join(word for word in (found[1] if found else "?", commit) if word)


def note_version(installation: Installation) -> None:
    """Remember which code the tables belong to now (after a pull the clone is newer than they)."""
    (installation.places.stamps / "version").write_text(
        version(installation.places.clone), encoding="utf-8"
    )


def written_by(installation: Installation) -> str:
    """Version of the code that the tables belong to."""
    stamp = installation.places.stamps / "version"
    if stamp.exists():
        return stamp.read_text(encoding="utf-8")
    return version(installation.places.clone)


def rotate(folder: Path, keep: int, reason: str = "") -> None:
    """Delete all but the newest ``keep`` backups of one kind; other files are not touched."""
    kind = re.compile(NAME.pattern.replace(r"\.tar", rf"-{reason}\.tar")) if reason else NAME
    found = sorted(path for path in folder.iterdir() if kind.fullmatch(path.name))
    for path in found[:-keep]:
        say(f"Lösche die ältere Sicherung {path.name}.")
        path.unlink()


def _sweep(folder: Path) -> None:
    """Delete what a killed backup has left."""
    for path in folder.iterdir():
        match = PARTIAL.fullmatch(path.name)
        if match and not started_at(int(match[1])):
            path.unlink(missing_ok=True)
