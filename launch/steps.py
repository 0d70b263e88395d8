"""Set-up steps between database and web server; each costs (almost) nothing when it is done."""

import fcntl
import hashlib
import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from launch import backup, python_env, roles
from launch.children import call
from launch.installation import Installation
from launch.places import Places
from launch.words import LaunchError, say

#: Set-up speaks for itself; the application's notes are for its log.
QUIET = {"BAUM_LOG_LEVEL": "WARNING"}
APPS = ("baumkataster", "inspections", "geodata")


def manage(installation: Installation, *arguments: str, owner: bool = False) -> None:
    """Run one command of manage.py; raises LaunchError if it fails."""
    places = installation.places
    command = [str(places.python), str(places.clone / "manage.py"), *arguments]
    if call(command, {**QUIET, **installation.environment(owner=owner)}):
        raise LaunchError(f"manage.py {arguments[0]} ist gescheitert; die Meldung steht darüber.")


def migrate(installation: Installation) -> None:
    """Bring the tables up to date, as their owner; skipped if neither code nor tables have changed.

    Django alone needs two seconds to find out that there is nothing to do.
    """
    mark = installation.places.stamps / "migrated"
    code = code_fingerprint(installation.places.clone)
    state = applied(installation)
    if state and mark.exists() and mark.read_text(encoding="utf-8") == f"{code} {state}":
        backup.note_version(installation)
        return
    if state and has_work(installation) and is_behind(installation):
        _save_before_update(installation)
    manage(installation, "migrate", "--noinput", "-v", "0", owner=True)
    mark.write_text(f"{code} {applied(installation)}", encoding="utf-8")
    backup.note_version(installation)


def is_behind(installation: Installation) -> bool:
    """Whether this code has migrations that the database has not."""
    places = installation.places
    command = [str(places.python), str(places.clone / "manage.py"), "migrate", "--check"]
    env = {**QUIET, **installation.environment(owner=True)}
    return subprocess.run(command, env=env, check=False, capture_output=True).returncode != 0


def has_work(installation: Installation) -> bool:
    """Whether anybody has an account here; before that there is nothing to lose."""
    _, owner = installation.addresses()
    if roles.ask(owner, "SELECT to_regclass('baumkataster_user') IS NULL", installation.env) == [
        "t"
    ]:
        return False
    found = "SELECT EXISTS (SELECT FROM baumkataster_user)"
    return roles.ask(owner, found, installation.env) == ["t"]


def _save_before_update(installation: Installation) -> None:
    """A backup before the tables change, and the words that lead back to it."""
    say("Die neue Fassung ändert die Datenbank. Vorher wird gesichert.")
    folder = backup.default_folder(installation)
    made = backup.write(installation, folder, reason=backup.UPDATE)
    backup.rotate(folder, backup.KEEP_UPDATES, reason=backup.UPDATE)
    commit = backup.written_by(installation).rpartition("-")[2]
    say(
        "Der Weg zurück auf den Stand von eben:\n"
        f"  ./baum down && git checkout {commit} && ./baum restore {made} --replace && ./baum up"
    )


def applied(installation: Installation) -> str:
    """Which database this is and what was migrated there last; '' if nothing ever was."""
    app_url, _ = installation.addresses()
    sql = "SELECT current_database(), current_user, count(*), max(applied) FROM django_migrations"
    try:
        return " ".join(roles.ask(app_url, sql, installation.env))
    except LaunchError:
        return ""


def compile_messages(clone: Path) -> None:
    """Compile translations whose source is newer than what was made of it."""
    for source in sorted(clone.glob("*/locale/*/LC_MESSAGES/*.po")):
        made = source.with_suffix(".mo")
        if made.exists() and made.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        command = ["msgfmt", "--check-format", "-o", str(made), str(source)]
        if subprocess.run(command, check=False, stdin=subprocess.DEVNULL).returncode:
            raise LaunchError(f"Die Übersetzung {source} enthält einen Fehler (siehe oben).")


def collect_static(places: Places, env: dict[str, str], target: Path) -> None:
    """Collect static files into ``target`` if any of them, or the libraries, have changed.

    Older versions stay (their names carry a hash): a page that is open still finds its files.
    """
    mark = target.with_name(target.name + ".stamp")
    with mark.open("a+", encoding="ascii") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        wanted = static_fingerprint(places.clone)
        handle.seek(0)
        if target.is_dir() and handle.read() == wanted:
            return
        say("Sammle die Dateien für den Browser.")
        handle.truncate(0)
        manage = str(places.clone / "manage.py")
        command = [str(places.python), manage, "collectstatic", "--noinput", "-v", "0"]
        if call(command, {**QUIET, **env}):
            raise LaunchError("collectstatic ist gescheitert; die Meldung steht darüber.")
        # Django gives them the mode of uploads; these are for everybody, and for the web's account.
        for path in (target, *target.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        handle.write(wanted)


def static_fingerprint(clone: Path) -> str:
    """Changes when a static file, the code that stores them, or a library changes."""
    return _fingerprint(clone, _static_files(clone))


def code_fingerprint(clone: Path) -> str:
    """Changes when code, its data files or a library changes; looks at times, not at contents."""
    return _fingerprint(clone, _code_files(clone))


def _fingerprint(clone: Path, files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        entry = path.stat()
        digest.update(os.fsencode(f"{path}\0{entry.st_size}\0{entry.st_mtime_ns}\n"))
    digest.update(python_env.lock_file(clone, test=False).read_bytes())
    return digest.hexdigest()


def _code_files(clone: Path) -> Iterable[Path]:
    for root in (clone / "fixtures", *(clone / app for app in APPS)):
        for path in root.rglob("*"):
            if path.suffix not in {".pyc", ".html", ".po", ".mo"} and path.is_file():
                yield path


def _static_files(clone: Path) -> Iterable[Path]:
    roots = [clone / "static", *(clone / app / "static" for app in APPS)]
    for root in roots:
        yield from (path for path in root.rglob("*") if path.is_file())
    yield from clone.glob("baumkataster/web/static*.py")


def demo_city(installation: Installation, *, trees: int | None, wanted: bool) -> None:
    """Load the demo city at the first start; who began with --no-demo never gets it unasked."""
    mark = installation.places.stamps / "demo"
    if not wanted:
        mark.write_text("none", encoding="ascii")
        return
    if mark.exists() and trees is None:
        return
    number: Sequence[str] = () if trees is None else ("--trees", str(trees))
    # Only a chosen size can be so large that the owner's ways are worth it (manage.py).
    manage(installation, "demo_city", *number, "--if-empty", owner=trees is not None)
    mark.write_text("loaded", encoding="ascii")
    # Otherwise the report says for up to ten minutes that nobody has looked at the city yet.
    if (installation.places.state / "demo-logins.txt").exists():
        manage(installation, "run_controls")
