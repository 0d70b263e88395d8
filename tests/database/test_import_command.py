"""The command: what it prints, what it writes, and with which exit code it says no."""

import csv
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from baumkataster.models import Change, Tree
from tests import factories
from tests.database.import_cases import FIXTURES, found_city, imported

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def city():
    found_city()


def run(name: str, *options: str) -> str:
    """Standard output of the command."""
    out = StringIO()
    call_command("import_trees", str(FIXTURES / name), "--profile", "wesel", *options, stdout=out)
    return out.getvalue()


def refused(name: str, *options: str) -> tuple[int, str]:
    """Exit code and sentence with which the command ends."""
    with pytest.raises(CommandError) as caught:
        run(name, *options)
    return caught.value.returncode, str(caught.value)


def test_the_report_accounts_for_every_row():
    text = run("wesel_like.csv")
    assert "wesel_like.csv: 41 Zeilen in " in text
    assert "35 Bäume, 1 leere Standorte, 5 Gruppen, 0 abgewiesen." in text
    assert "41 neu, 0 geändert, 0 unverändert, 0 zu prüfen." in text
    assert "0 nicht mehr in der Datei, 41 ohne Ortsteil, 2 ohne Art." in text
    assert "1 neue Objekte im Revier R1." in text
    assert "Quelle: Stadt Wesel, Baumkataster (Datenlizenz Deutschland" in text
    assert "2 × Hinweis · BAUMHOEHE: zuerst Zeile 14: 0 heißt in dieser Quelle" in text
    assert "\x1b" not in text


def test_a_dry_run_says_so():
    assert "Probelauf: Es wurde nichts geändert." in run("wesel_like.csv", "--dry-run")
    assert not Tree.objects.exists()


def test_the_person_stands_in_the_history():
    person = factories.make_user("planner", username="planung")
    run("wesel_like.csv", "--by", "planung")
    assert set(
        Change.objects.filter(table_name="baumkataster_tree").values_list("actor_id", flat=True)
    ) == {person.pk}


def test_problems_go_into_a_table(tmp_path):
    path = tmp_path / "probleme.csv"
    assert "Alle Probleme stehen in" in run("wesel_like_excel.csv", "--report", str(path))
    assert path.read_bytes().startswith(b"\xef\xbb\xbfline;column;value;level;sentence\r\n")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert len(rows) == 78
    assert rows[0] | {"sentence": ""} == {
        "line": "2",
        "column": "RECHTSWERT",
        "value": "335.038.122.902",
        "level": "error",
        "sentence": "",
    }
    assert rows[0]["sentence"].startswith(
        "„335.038.122.902“: Excel hat das Dezimalzeichen verloren"
    )


def test_a_value_that_a_spreadsheet_would_run_is_disarmed(tmp_path):
    source = tmp_path / "boese.csv"
    text = (FIXTURES / "wesel_like.csv").read_text(encoding="utf-8-sig")
    source.write_text(text.replace(";57.00;", ";=1+1;"), encoding="utf-8")
    path = tmp_path / "probleme.csv"
    run(str(source), "--report", str(path))
    assert ";'=1+1;warning;" in path.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("wesel_like.csv", ("--profile", "bielefeld"), "Das Profil „bielefeld“ gibt es nicht"),
        ("missing_column.csv", (), "fehlen Spalten"),
        ("wrong_unit.csv", (), "Einheit m, laut Profil cm"),
        ("fehlt.csv", (), "ist nicht lesbar"),
        ("wesel_like.csv", ("--by", "niemand"), "niemanden mit dem Anmeldenamen „niemand“"),
        ("wesel_like.csv", ("--unit", "R9"), "Das Revier „R9“ gibt es nicht"),
        ("wesel_like.csv", ("--report", "/fehlt/p.csv"), "konnte nicht geschrieben werden"),
    ],
)
def test_what_cannot_be_used_is_refused_with_code_2(name, options, words):
    code, sentence = refused(name, *options)
    assert code == 2
    assert words in sentence


def test_progress_moves_forward_to_the_end():
    seen: list[tuple[float, int]] = []
    imported("wesel_like.csv", progress=lambda *, step, share, rows: seen.append((share, rows)))
    assert seen == sorted(seen)
    assert seen[-1] == (1.0, 41)
    assert len(seen) == 7


def test_a_file_of_which_nothing_can_be_taken_ends_with_code_1(tmp_path):
    path = tmp_path / "alles_kaputt.csv"
    lines = (
        (FIXTURES / "wesel_like_excel.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    )
    path.write_text("".join(lines[:20]), encoding="utf-8")
    assert refused(str(path)) == (1, "Keine einzige Zeile konnte übernommen werden.")


def test_an_interrupted_import_says_that_nothing_changed(monkeypatch):
    def interrupt(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("geodata.importing.loading.load_sites", interrupt)
    assert refused("wesel_like.csv") == (130, "Abgebrochen. Am Kataster wurde nichts geändert.")
    assert not Tree.objects.exists()
