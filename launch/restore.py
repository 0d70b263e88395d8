"""./baum restore: a backup becomes the installation; whole, or nothing has changed.

The dump goes into a database beside, is compared with the backup's counts, and then takes the other's
name in one transaction. Photos come before that (names are never used twice, so the running state
does not care), and what belongs to nobody goes after it: killed at any point, either the old state or
the new one is whole, and the command can simply be given again.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

from launch import archive, people, roles, settings_file, snapshot, stack
from launch.archive import Manifest
from launch.backup import description
from launch.installation import Installation
from launch.words import LaunchError, Parser, answer, say

FRESH = "baumkataster_restore"
OLD = "baumkataster_replaced"
#: No backup holds kept past days (baumkataster/sql/guards.sql), only room for new ones is made.
PAST_DAYS = (
    "CREATE SCHEMA IF NOT EXISTS baum_past; GRANT USAGE, CREATE ON SCHEMA baum_past TO {app}"
)
#: Tables that only have rows where somebody has begun to work.
WORK = ("baumkataster_user", "baumkataster_tree", "inspections_inspection")
FILLED = """
SELECT count(*) FROM pg_stat_user_tables s WHERE relname = ANY ('{tables}') AND
 (xpath('/row/n/text()', query_to_xml('SELECT count(*) AS n FROM public.' || quote_ident(relname),
 false, true, '')))[1]::text::bigint > 0"""
BUSY = "SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()"
SWAP = """
BEGIN;
ALTER DATABASE {old_name} RENAME TO {old};
ALTER DATABASE {fresh} RENAME TO {old_name};
COMMIT;
"""
#: Entries of the dump that belong to the template: it has them, and the owner may not touch them.
NOT_OURS = (" SCHEMA - public ", " EXTENSION ", "SCHEMA public", " spatial_ref_sys ")


def restore(installation: Installation, arguments: Sequence[str]) -> int:
    """Check everything, then bring the backup in.

    Raises:
        LaunchError: it runs, it is not empty, the file is damaged or of newer code, nobody said yes.
    """
    chosen = _options(arguments)
    if installation.cluster is None:
        raise LaunchError(
            "Auf einem vorhandenen Datenbankserver spielt dessen Verwaltung die Sicherung ein;"
            " docs/betrieb.md nennt die Befehle."
        )
    if stack.running(installation.places):
        raise LaunchError("Das Baumkataster läuft noch. Bitte zuerst ./baum down.")
    say(f"Prüfe {chosen.file}.")
    manifest = archive.verify(chosen.file)
    say(description(manifest))
    refuse_unknown(installation.places.clone, manifest)
    with archive.reading(chosen.file) as tar:
        _bring_secrets_for_a_new_cluster(installation, tar)
    with installation.database():
        _refuse_work(installation, replace=chosen.replace, yes=chosen.yes)
        _load(installation, chosen.file, manifest)
        with archive.reading(chosen.file) as tar:
            _bring_files(installation, tar)
        _swap(installation)
        with archive.reading(chosen.file) as tar:
            _bring_secret_and_settings(installation, tar)
        if manifest.media == "inside":
            _remove_strangers(installation.places.state / "media", manifest)
        _tidy(installation)
    answer(f"Eingespielt ist der Stand von {manifest.made_at}. Weiter mit ./baum up.")
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Parser(prog="./baum restore", add_help=False, allow_abbrev=False)
    parser.add_argument("file", type=Path)
    parser.add_argument("--replace", action="store_true")
    parser.add_argument("--yes", action="store_true")
    return parser.parse_args(list(arguments))


def refuse_unknown(clone: Path, manifest: Manifest) -> None:
    """Refuse a database that newer code has written, or whose roles have other names.

    Raises:
        LaunchError: says which version is needed.
    """
    unknown = [
        name for app, _, name in (m.partition(".") for m in manifest.migrations)
        if (clone / app / "migrations").is_dir()
        and not (clone / app / "migrations" / f"{name}.py").exists()
    ]  # fmt: skip
    if unknown:
        raise LaunchError(
            f"Die Sicherung stammt von Fassung {manifest.version}; diese hier ist älter und kennt"
            f" {unknown[0]} nicht. Bitte zuerst den Klon auf jene Fassung bringen."
        )
    if (manifest.owner, manifest.app) != (roles.OWNER, roles.APP):
        raise LaunchError(
            f"In der Sicherung heißen die Rollen {manifest.owner} und {manifest.app}. Sie lässt sich"
            " nur auf einem Server mit diesen Rollen einspielen; docs/betrieb.md sagt wie."
        )


def _refuse_work(installation: Installation, *, replace: bool, yes: bool) -> None:
    """Refuse to overwrite what somebody works with, or a database that is in use."""
    cluster = installation.cluster
    assert cluster
    if _number(installation, BUSY.format(name=roles.DATABASE)):
        raise LaunchError("Die Datenbank wird noch benutzt (Web, Worker, Konsole). Bitte beenden.")
    filled = FILLED.format(tables="{" + ",".join(WORK) + "}")
    if not int(cluster.sql(filled, database=roles.DATABASE)):
        return
    if not replace:
        raise LaunchError(
            "Diese Installation ist nicht leer. Mit --replace wird sie durch die Sicherung ersetzt;"
            " was seitdem dazukam, ist dann verloren."
        )
    if not yes:
        _ask()


def _ask() -> None:
    """Ask for a typed word; raises LaunchError if it does not come."""
    if not os.isatty(sys.stdin.fileno()):
        raise LaunchError("restore --replace fragt vorher und braucht ein Terminal (oder --yes).")
    sys.stderr.write("Alle jetzigen Daten werden ersetzt. Dazu bitte 'ersetzen' tippen: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip() != "ersetzen":
        raise LaunchError("Nichts geändert.")


def _load(installation: Installation, file: Path, manifest: Manifest) -> None:
    """Fill a database beside the one in use, as its owner, and compare the numbers of rows."""
    cluster = installation.cluster
    assert cluster
    say("Lade die Datenbank.")
    _, owner = installation.addresses()
    cluster.sql(f"DROP DATABASE IF EXISTS {FRESH} WITH (FORCE)", database="postgres")
    # An earlier restore was killed between its last steps.
    cluster.sql(f"DROP DATABASE IF EXISTS {OLD} WITH (FORCE)", database="postgres")
    create = f"CREATE DATABASE {FRESH} OWNER {roles.OWNER} TEMPLATE {roles.TEMPLATE}"
    cluster.sql(create, database="postgres")
    fresh = owner.replace(f"/{roles.DATABASE}?", f"/{FRESH}?")
    dump = installation.places.state / ".restore.dump"
    try:
        with archive.reading(file) as tar:
            _extract(tar, archive.DUMP, dump, 0o600)
        env = snapshot.environment(fresh, installation.env)
        _pg_restore(cluster.bin, dump, env)
    finally:
        dump.unlink(missing_ok=True)
    roles.ask(fresh, PAST_DAYS.format(app=roles.APP), installation.env)
    roles.ask(fresh, "ANALYZE", {**installation.env, "PGOPTIONS": "-c client_min_messages=error"})
    with snapshot.snapshot(fresh, installation.env) as moment:
        counts = moment.counts()
    wrong = [name for name, rows in manifest.counts.items() if counts.get(name) != rows]
    if wrong:
        raise LaunchError(f"Die geladene Datenbank weicht von der Sicherung ab: {wrong[0]}.")


def _pg_restore(programs: Path, dump: Path, env: dict[str, str]) -> None:
    """Run pg_restore; extensions and the schema itself are there already and belong to others."""
    program = str(programs / "pg_restore")
    listed = subprocess.run(
        [program, "--list", str(dump)], capture_output=True, text=True, check=True
    ).stdout
    wanted = [
        line for line in listed.splitlines()
        if not any(word in line for word in NOT_OURS)
    ]  # fmt: skip
    chosen = dump.with_suffix(".list")
    chosen.write_text("\n".join(wanted) + "\n", encoding="utf-8")
    jobs = str(max(1, min(4, os.cpu_count() or 1)))
    try:
        done = subprocess.run(
            [program, "-w", "--exit-on-error", "--no-owner", f"--jobs={jobs}", "-d",
             env["PGDATABASE"], f"--use-list={chosen}", str(dump)],
            env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    finally:
        chosen.unlink()
    if done.returncode:
        raise LaunchError(f"pg_restore: {done.stderr.strip()}")


def _extract(tar: tarfile.TarFile, name: str, target: Path, mode: int) -> None:
    """Write one part to a file, whole or not at all."""
    source = tar.extractfile(name)
    assert source is not None
    fresh = target.with_name(f".{target.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        shutil.copyfileobj(source, file, archive.PIECE)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(target)


def _bring_files(installation: Installation, tar: tarfile.TarFile) -> None:
    """Photos beside those that are there; the same name means the same photo."""
    state = installation.places.state
    for member in tar:
        if not member.name.startswith("media/"):
            continue
        target = state / member.name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.stat().st_size != member.size:
            _extract(tar, member.name, target, 0o640)
    people.hand_over(state / "media", installation.service)


def _swap(installation: Installation) -> None:
    """The one moment in which the new database takes the old one's name."""
    assert installation.cluster
    script = SWAP.format(old_name=roles.DATABASE, old=OLD, fresh=FRESH)
    installation.cluster.sql(script, database="postgres")


def _bring_secrets_for_a_new_cluster(installation: Installation, tar: tarfile.TarFile) -> None:
    """The roles' passwords, where no cluster with passwords of its own exists yet."""
    target = installation.places.secrets / "database.json"
    assert installation.cluster
    name = "secrets/database.json"
    if not target.exists() and not installation.cluster.exists() and name in tar.getnames():
        _extract(tar, name, target, 0o600)


def _bring_secret_and_settings(installation: Installation, tar: tarfile.TarFile) -> None:
    """The key that sessions are signed with; settings only where there are none."""
    places, names = installation.places, tar.getnames()
    if "secrets/django-secret-key" in names:
        _extract(tar, "secrets/django-secret-key", places.secrets / "django-secret-key", 0o600)
        installation.secret_key(installation.service)
    for name, target in (
        (f"settings/{settings_file.NAME}", settings_file.path(places.clone, installation.env)),
        ("demo-logins.txt", places.state / "demo-logins.txt"),
    ):
        if name not in names:
            continue
        if target.exists() and target.name == settings_file.NAME:
            target = target.with_name(f"{target.name}.aus-sicherung")  # noqa: PLW2901
            say(f"Die Einstellungen bleiben, wie sie sind; die gesicherten stehen in {target}.")
        _extract(tar, name, target, 0o600)


def _remove_strangers(media: Path, manifest: Manifest) -> None:
    """Files that no row of the restored database can name."""
    for root, _, files in os.walk(media):
        for file in files:
            path = Path(root, file)
            if f"media/{path.relative_to(media).as_posix()}" not in manifest.parts:
                path.unlink()


def _tidy(installation: Installation) -> None:
    """Drop the replaced database; have `up` look at the tables again, and load no demo city."""
    assert installation.cluster
    installation.cluster.sql(f"DROP DATABASE IF EXISTS {OLD} WITH (FORCE)", database="postgres")
    stamps = installation.places.stamps
    (stamps / "migrated").unlink(missing_ok=True)
    (stamps / "demo").write_text("none", encoding="ascii")


def _number(installation: Installation, sql: str) -> int:
    """One number from the cluster."""
    assert installation.cluster
    return int(installation.cluster.sql(sql, database="postgres"))
