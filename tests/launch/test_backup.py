"""The drill: a small city is backed up while it is worked on, and restored elsewhere and in place."""

import json
import os
import shutil
import stat
import subprocess
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from launch import archive, backup, restore, roles, snapshot, steps
from launch.installation import Installation
from launch.words import LaunchError
from tests.launch.conftest import ROOT, open_folder, own_environment
from tests.launch.drill_city import EVIDENCE, PASSWORD

CODE = ("baumkataster", "inspections", "geodata", "fixtures", "static", "manage.py", ".venv",
        "pyproject.toml", "requirements.lock")  # fmt: skip


class House:
    """An installation of the real application in a folder of its own."""

    def __init__(self) -> None:
        self.folder = open_folder()
        for name in CODE:
            (self.folder / name).symlink_to(ROOT / name)
        env = own_environment() | {"BAUM_DEMO_PASSWORD": PASSWORD}
        self.installation = Installation(self.folder, env)

    def drill(self, *arguments: str) -> str:
        """Run one part of the drill as the app role; what it printed."""
        env = self.installation.environment(owner=False) | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [str(self.installation.places.python), "-m", "tests.launch.drill_city", *arguments],
            env=env, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def owner(self, sql: str) -> list[str]:
        """Ask as the owner of the tables."""
        return roles.ask(self.installation.addresses()[1], sql, os.environ)

    def identity(self) -> str:
        """Which life of which database this is."""
        return self.owner(snapshot.IDENTITY)[0]

    def close(self) -> None:
        """End the database and forget everything."""
        self.installation.stop_database(force=True)
        shutil.rmtree(self.folder)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """The city that is backed up."""
    made = House()
    try:
        made.installation.start_database(keep=True)
        steps.migrate(made.installation)
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def city(house: House) -> dict[str, object]:
    """What was made there."""
    return dict(json.loads(house.drill("fill")))


@pytest.fixture(scope="module")
def file(house: House, city: dict[str, object], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of it."""
    assert city
    folder = tmp_path_factory.mktemp("backups")
    assert backup.backup(house.installation, [str(folder)]) == 0
    (found,) = folder.iterdir()
    return found


def test_a_backup_is_private_whole_and_says_what_is_in_it(file: Path, city, house: House) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    manifest = archive.verify(file)
    assert manifest.counts["baumkataster_tree"] == city["trees"]
    assert manifest.counts["inspections_inspection"] == city["inspections"]
    assert {f"media/{city['file']}", "database.dump", "secrets/database.json"} <= set(
        manifest.parts
    )
    assert (manifest.missing, manifest.identity) == ([], house.identity())
    note = json.loads((house.installation.places.state / "last-backup.json").read_text("ascii"))
    assert datetime.now(UTC) - datetime.fromisoformat(note["at"]) < timedelta(hours=1)


def test_the_drill(file: Path, city, house: House) -> None:
    """On a new machine everything is there, logins work, evidence is refused, the life is another."""
    new = House()
    try:
        assert restore.restore(new.installation, [str(file)]) == 0
        # Not migrated again: roles, rights and guards have come with the backup.
        new.installation.start_database(keep=True)
        new.drill("check", json.dumps(city))
        assert new.identity() != house.identity()
        for deed in (f"UPDATE {EVIDENCE} SET device = ''", f"DELETE FROM {EVIDENCE}"):
            with pytest.raises(LaunchError, match="Nachweise werden nur ergänzt"):
                new.owner(deed)
        public = "SELECT has_function_privilege('public', 'baum_record_change()', 'EXECUTE')"
        assert new.owner(public) == ["f"]
        with pytest.raises(LaunchError, match="nicht leer"):
            restore.restore(new.installation, [str(file)])
        before = new.identity()
        stranger = new.installation.places.state / "media" / "stranger.jpg"
        stranger.touch()
        new.owner("DELETE FROM inspections_controlplan")
        assert restore.restore(new.installation, [str(file), "--replace", "--yes"]) == 0
        assert new.owner("SELECT count(*) > 0 FROM inspections_controlplan") == ["t"]
        assert new.identity() != before and not stranger.exists()
    finally:
        new.close()


def test_a_damaged_backup_changes_nothing(file: Path, house: House, tmp_path: Path) -> None:
    content = bytearray(file.read_bytes())
    with tarfile.open(file) as tar:
        offset = tar.getmember(archive.DUMP).offset_data + 100
    content[offset] ^= 1
    bad = tmp_path / "bad.tar"
    bad.write_bytes(content)
    with pytest.raises(LaunchError, match=r"database\.dump ist verändert"):
        restore.restore(house.installation, [str(bad), "--replace", "--yes"])
    for size in (len(content) // 2, 100, 0):
        bad.write_bytes(content[:size])
        with pytest.raises(LaunchError):
            archive.verify(bad)


def test_a_restore_that_fails_half_way_changes_nothing(
    file: Path, city, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = house.identity()

    def stumble(*_: object) -> None:
        raise LaunchError("stumbled")

    for step in ("_pg_restore", "_bring_files"):
        with monkeypatch.context() as patch:
            patch.setattr(restore, step, stumble)
            with pytest.raises(LaunchError, match="stumbled"):
                restore.restore(house.installation, [str(file), "--replace", "--yes"])
        assert house.identity() == before
    assert house.owner("SELECT count(*) FROM inspections_inspection") == [str(city["inspections"])]


def test_photos_written_while_the_dump_runs_do_no_harm(
    city, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that comes after the snapshot is not in it; a file that goes is said."""
    media = house.installation.places.state / "media"
    gone = media / str(city["file"])
    kept = gone.read_bytes()
    dump = backup._dump

    def and_meanwhile(installation: Installation, name: str, target: Path) -> None:
        house.owner("INSERT INTO django_site_probe VALUES (1)")
        (media / "late.jpg").write_bytes(b"x")
        gone.unlink()
        dump(installation, name, target)

    house.owner("CREATE TABLE django_site_probe (n int)")
    monkeypatch.setattr(backup, "_dump", and_meanwhile)
    try:
        manifest = archive.verify(backup.write(house.installation, tmp_path))
    finally:
        gone.write_bytes(kept)
        (media / "late.jpg").unlink()
        house.owner("DROP TABLE django_site_probe")
    assert manifest.counts["django_site_probe"] == 0
    assert manifest.missing == [city["file"]]


def test_photos_in_an_outside_store_are_said_to_be_missing(
    house: House, city, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(house.installation.env, backup.OUTSIDE_STORE, "bucket")
    manifest = archive.verify(backup.write(house.installation, tmp_path))
    assert (manifest.media, manifest.missing) == ("elsewhere", [])
    assert not [name for name in manifest.parts if name.startswith("media/")]
    assert "S3" in backup.description(manifest)


def test_newer_backups_and_other_roles_are_refused(file: Path, tmp_path: Path) -> None:
    manifest = archive.verify(file)
    (tmp_path / "inspections" / "migrations").mkdir(parents=True)
    with pytest.raises(LaunchError, match="diese hier ist älter"):
        restore.refuse_unknown(tmp_path, manifest)
    restore.refuse_unknown(ROOT, manifest)
    manifest.app = "somebody"
    with pytest.raises(LaunchError, match="somebody"):
        restore.refuse_unknown(ROOT, manifest)


def test_only_the_newest_stay(tmp_path: Path) -> None:
    names = [f"baumkataster-2026010{day}T000000Z.tar" for day in range(1, 5)]
    others = ["notes.txt", "baumkataster-20260101T000000Z-vor-update.tar"]
    for name in [*names, *others]:
        (tmp_path / name).touch()
    backup.rotate(tmp_path, 2)
    assert {path.name for path in tmp_path.iterdir()} == {*names[2:], *others}
    backup.rotate(tmp_path, 1, reason=backup.UPDATE)
    assert (tmp_path / others[1]).exists()


def test_leftovers_of_a_killed_backup_go(file: Path, house: House) -> None:
    dead = file.parent / ".baumkataster-20260101T000000Z.tar.4194304.partial"
    dead.touch()
    made = backup.write(house.installation, file.parent)
    assert made.exists() and not dead.exists()
