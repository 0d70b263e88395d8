"""The import page from upload to report: what it takes, what it refuses; a rehearsal leaves nothing."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from baumkataster.authorship import authored
from baumkataster.models import Change, Role, Tree
from geodata import tasks
from geodata.importing import jobs
from geodata.importing.progress import STEPS
from geodata.importing.uploads import fitting_profile, forget_old_files
from geodata.models import ImportConflict, ImportRun
from tests import factories as make
from tests.database.import_cases import FIXTURES, edited, found_city
from tests.own_database import own_database  # noqa: F401 - a fixture

WESEL = FIXTURES / "wesel_like.csv"
ROW_2 = ";79.00;9;3.00;335075.7952;"


@pytest.fixture
def page(own_database, settings, tmp_path):  # noqa: F811 - the fixture
    """A planner's browser, in a city with rules and species, with committed rows."""
    settings.MEDIA_ROOT = tmp_path / "media"
    found_city()
    make.make_city()
    client = Client()
    client.force_login(make.make_user(Role.PLANNER))
    return client


def hand_in(page: Client, content: bytes | Path, name: str = "bäume.csv", **values: str):
    """Upload a file; the answer, and the run if there is one."""
    data = content.read_bytes() if isinstance(content, Path) else content
    file = SimpleUploadedFile(name, data)
    answer = page.post("/import/neu/", {"file": file, **values})
    return answer, ImportRun.objects.order_by("-started_at").first()


def checked(page: Client, path: Path, **values: str) -> ImportRun:
    """Upload a file and let the task check it."""
    _answer, run = hand_in(page, path, **values)
    assert tasks.check_import(run_id=str(run.pk))
    run.refresh_from_db()
    return run


def entered(page: Client, path: Path) -> ImportRun:
    """The same, and bring it in."""
    run = checked(page, path)
    page.post(f"/import/{run.pk}/eintragen/")
    assert tasks.enter_import(run_id=str(run.pk))
    run.refresh_from_db()
    return run


def words(page: Client, run: ImportRun, part: str = "") -> str:
    """What a page of the run says."""
    answer = page.get(f"/import/{run.pk}/{part}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_progress_says_of_how_many(page):
    run = checked(page, WESEL)
    address = f"/import/{run.pk}/stand.json"

    def told(**values: object) -> tuple[float, bool]:
        ImportRun.objects.filter(pk=run.pk).update(**values)
        state = page.get(address).json()
        return state["total"], state["about"]

    # A quarter of the time of reading: four times as many rows are to be expected.
    assert told(state="checking", rows=2_587, share=STEPS["match"][1] / 4) == (10_000, True)
    assert told(rows=0, share=0) == (0, True)
    assert told(rows=10_348, share=0.5) == (10_348, False)
    assert told(state="running", rows=500, share=0.01) == (run.counts["rows"], False)


def test_guess_of_the_profile_looks_at_the_beginning_alone(page, tmp_path):
    rows = WESEL.read_bytes()
    long = tmp_path / "lang.csv"
    # A byte that no profile's encoding has, far behind the header.
    long.write_bytes(rows + rows.split(b"\n", 1)[1] * 300 + b"\xff\x81\xff\x8d\n")
    assert long.stat().st_size > 1 << 17
    assert fitting_profile(long) == "wesel"
    run = checked(page, long)
    assert (run.profile, run.state) == ("wesel", "failed") and "Byte" in run.error


def test_from_upload_to_report_and_back(page):
    answer, run = hand_in(page, WESEL)
    assert answer.status_code == 302 and run.state == "uploaded"
    assert 'id="progress"' in words(page, run)
    assert page.get(f"/import/{run.pk}/stand.json").json()["busy"]
    tasks.check_import(run_id=str(run.pk))
    run.refresh_from_db()
    assert (run.state, run.profile, run.counts["new"]) == ("checked", "wesel", 41)
    assert not Tree.objects.exists() and not Change.objects.filter(reason__startswith="Import")
    assert "Jetzt eintragen" in words(page, run)
    preview = words(page, run, "vorschau/")
    assert "Tilia cordata" in preview and "import-map-data" in preview
    assert len(run.preview["rows"]) == 41 and len(run.preview["points"]) == 41
    page.post(f"/import/{run.pk}/eintragen/")
    tasks.enter_import(run_id=str(run.pk))
    assert not tasks.enter_import(run_id=str(run.pk))
    run.refresh_from_db()
    assert (run.state, run.dry_run, Tree.objects.count()) == ("done", False, 35)
    assert run.problems.count() == run.counts["warnings"] + run.counts["refused"]
    page.post(f"/import/{run.pk}/zuruecknehmen/")
    run.refresh_from_db()
    assert run.state == "undoing"
    tasks.undo_import(run_id=str(run.pk), user_id=str(run.started_by_id))
    run.refresh_from_db()
    assert (run.state, Tree.objects.count()) == ("undone", 0)
    assert "zurückgenommen" in words(page, run)


def test_conflicts_are_settled_with_author_and_reason(page, tmp_path):
    entered(page, WESEL)
    tree = Tree.objects.get(source_keys={"ID": "2"})
    hand = make.make_user(Role.ARBORIST, first_name="Erna", last_name="Maß")
    with authored(by=hand, reason="nachgemessen"):
        Tree.objects.filter(pk=tree.pk).update(girth_cm=90, height_m=12)
    file = edited(tmp_path, (ROW_2, ";81.00;10;3.00;335075.7952;"))
    run = checked(page, file)
    assert {c.column_name for c in run.conflicts.all()} == {"girth_cm", "height_m"}
    refused = page.post(f"/import/{run.pk}/widersprueche/", {"take": "theirs", "all": "1"})
    assert refused.status_code == 302 and not ImportConflict.objects.exclude(decision="").exists()
    page.post(f"/import/{run.pk}/eintragen/")
    tasks.enter_import(run_id=str(run.pk))
    girth = run.conflicts.get(column_name="girth_cm")
    page.post(f"/import/{run.pk}/widersprueche/", {"take": "theirs", "each": str(girth.pk)})
    page.post(f"/import/{run.pk}/widersprueche/", {"take": "ours", "all": "1"})
    tree.refresh_from_db()
    assert (tree.girth_cm, int(tree.height_m)) == (81, 12)
    change = Change.objects.filter(row_id=str(tree.pk), new__has_key="girth_cm").latest("id")
    assert change.actor_id == run.started_by_id and "Wert der Quelle" in change.reason
    assert set(run.conflicts.values_list("decision", flat=True)) == {"ours", "theirs"}
    assert words(page, run, "widersprueche/").count("Erna Maß") == 2
    again = entered(page, file)
    assert again.conflicts.count() == 0 and again.counts["changed"] == 0


def test_vanished_trees_are_listed_with_the_way_to_their_card(page, tmp_path):
    entered(page, WESEL)
    lines = WESEL.read_text(encoding="utf-8").splitlines(keepends=True)
    file = tmp_path / "weniger.csv"
    file.write_text("".join(lines[:2] + lines[3:]), encoding="utf-8")
    run = entered(page, file)
    tree = Tree.objects.get(source_keys={"ID": "2"})
    assert tree.is_standing and f"?baum={tree.pk}" in words(page, run, "verschwunden/")


def zipped(**files: bytes) -> bytes:
    """A zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


BAD = {
    "binary": b"\x00\x01\x02" * 400,
    "picture": b"\x89PNG\r\n\x1a\n" + b"\x00" * 400,
    "workbook": zipped(**{"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}),
    "blanks": b"   \n\n",
    "another table": b"a;b;c\n1;2;3\n",
    "cut off": zipped(x=b"ID;GATTUNGART\n1;2\n" * 999)[:200],
    "bomb": zipped(x=b"\0" * 300_000_000),
}


def test_what_is_no_tree_file_is_told_in_a_sentence(page):
    for kind, content in BAD.items():
        _answer, run = hand_in(page, content, name=f"{kind}.csv")
        tasks.check_import(run_id=str(run.pk))
        run.refresh_from_db()
        assert (run.state, run.counts) == ("failed", {}), kind
        assert run.error.endswith(".") and "media" not in run.error, kind
        page_words = words(page, run)
        assert "Noch einmal prüfen" in page_words and "Datei verwerfen" in page_words
    run = ImportRun.objects.first()
    page.post(f"/import/{run.pk}/verwerfen/")
    run.refresh_from_db()
    assert run.state == "dropped" and not run.file


def test_a_wrong_profile_says_which_columns_are_missing_and_can_be_changed(page):
    run = checked(page, WESEL, profile="leipzig")
    assert run.state == "failed" and "fehlen Spalten" in run.error
    page.post(f"/import/{run.pk}/pruefen/", {"profile": "wesel"})
    tasks.check_import(run_id=str(run.pk))
    run.refresh_from_db()
    assert (run.state, run.profile) == ("checked", "wesel")


def test_empty_and_too_large_files_are_refused_at_once(page, settings):
    answer, run = hand_in(page, b"")
    assert answer.status_code == 422 and "leer" in answer.content.decode() and run is None
    settings.IMPORT_MAX_BYTES = 1000
    answer, run = hand_in(page, WESEL)
    assert answer.status_code == 422 and "größer als" in answer.content.decode() and run is None
    answer, run = hand_in(page, b"x" * 70_000)
    assert answer.status_code == 413 and "größer als" in answer.content.decode() and run is None


def test_the_upload_needs_the_token_of_its_form(page):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = page.cookies
    answer, _run = hand_in(strict, WESEL)
    assert answer.status_code == 403


def test_a_stopped_import_has_entered_nothing_and_can_be_entered_again(page):
    run = checked(page, WESEL)
    page.post(f"/import/{run.pk}/eintragen/")
    page.post(f"/import/{run.pk}/anhalten/")
    tasks.enter_import(run_id=str(run.pk))
    run.refresh_from_db()
    assert (run.state, run.stop, Tree.objects.count()) == ("checked", False, 0)
    assert "Angehalten" in run.error and run.problems.count()
    page.post(f"/import/{run.pk}/eintragen/")
    tasks.enter_import(run_id=str(run.pk))
    assert Tree.objects.count() == 35


def test_what_nobody_foresaw_leaves_nothing_and_says_so(page, monkeypatch):
    run = checked(page, WESEL)
    page.post(f"/import/{run.pk}/eintragen/")
    monkeypatch.setattr(jobs, "_forget_findings", lambda run: 1 / 0)
    tasks.enter_import(run_id=str(run.pk))
    run.refresh_from_db()
    assert run.state == "checked" and "unerwartet" in run.error and not Tree.objects.exists()


def test_uploads_are_forgotten_after_their_time(page, settings):
    run = checked(page, WESEL)
    kept = run.file.name
    assert forget_old_files(now=timezone.now()) == 0 and default_storage.exists(kept)
    settings.IMPORT_FILE_DAYS = -1
    assert forget_old_files(now=timezone.now()) == 1 and not default_storage.exists(kept)
    run.refresh_from_db()
    assert (run.state, run.file.name) == ("dropped", "")


def test_a_run_whose_job_is_gone_says_so(page):
    _answer, run = hand_in(page, WESEL)
    ImportRun.objects.filter(pk=run.pk).update(started_at=timezone.now() - timedelta(minutes=2))
    tasks.tidy_imports(timestamp=0)
    run.refresh_from_db()
    assert run.state == "uploaded"
    tasks.app.connector.get_sync_connector().execute_query("DELETE FROM procrastinate_jobs")
    tasks.tidy_imports(timestamp=0)
    run.refresh_from_db()
    assert run.state == "failed" and "noch einmal" in run.error
