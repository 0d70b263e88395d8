"""A re-import pair: new, changed, vanished; and what both sides changed, listed to be settled."""

import csv
from pathlib import Path

import pytest
from django.utils import timezone

from baumkataster.authorship import authored
from baumkataster.models import Change, Tree
from geodata.importing import undo_reason_of
from geodata.models import ImportConflict, ImportRun, ImportVanished
from tests import factories
from tests.database.import_cases import FIXTURES, found_city, imported

pytestmark = pytest.mark.django_db
SOURCE = "Stadt Konstanz, Baumkataster"


@pytest.fixture(autouse=True)
def city():
    found_city()
    imported("konstanz_like.csv", "konstanz")


def tree(key: str) -> Tree:
    return Tree.objects.select_related("site").get(source_keys={"baumId": key})


def ours(key: str, **values: object) -> None:
    with authored(by=factories.make_user("planner"), reason="nachgemessen"):
        Tree.objects.filter(pk=tree(key).pk).update(**values)


def again(name: str = "konstanz_like_again.csv", **options):
    return imported(name, "konstanz", **options)


def saying(folder: Path, girth: int) -> Path:
    """The second export with another girth of tree 5."""
    text = (FIXTURES / "konstanz_like_again.csv").read_text(encoding="utf-8-sig")
    path = folder / f"umfang_{girth}.csv"
    path.write_text(text.replace(",12,7,80,", f",12,7,{girth},"), encoding="utf-8")
    return path


def figures() -> dict[str, set[str]]:
    """New, vanished, changed and unchanged by sets, without the product."""
    columns = ("X", "Y", "baumNr", "hoeheM", "kronendurchmesserM", "stammumfangCM", "Name_lat")
    tables = []
    for name in ("konstanz_like.csv", "konstanz_like_again.csv"):
        with (FIXTURES / name).open(encoding="utf-8-sig", newline="") as file:
            tables.append({r["baumId"]: [r[c] for c in columns] for r in csv.DictReader(file)})
    old, new = tables
    both = old.keys() & new.keys()
    return {
        "new": new.keys() - old.keys(),
        "vanished": old.keys() - new.keys(),
        "changed": {key for key in both if old[key] != new[key]},
        "unchanged": {key for key in both if old[key] == new[key]},
    }


def test_new_changed_vanished_and_unchanged():
    expected = figures()
    report = again()
    found = {name: report.total(name) for name in ("new", "changed", "unchanged")}
    assert found == {name: len(expected[name]) for name in found} == {
        "new": 2, "changed": 3, "unchanged": 3,
    }  # fmt: skip
    gone = ImportVanished.objects.get(run=report.run_id)
    assert expected["vanished"] == {gone.source_key} == {"2"}
    assert (gone.table_name, gone.row_id, gone.tree_id) == (
        "baumkataster_tree", tree("2").pk, tree("2").pk,
    )  # fmt: skip
    assert gone.words == "Erfundener Garten 1"
    assert tree("2").status == "standing"


def test_a_run_knows_which_history_it_wrote():
    before = Change.objects.latest("id").pk
    run = ImportRun.objects.get(pk=again().run_id)
    written = Change.objects.filter(pk__gt=before)
    assert (run.first_change, run.last_change) == (
        written.earliest("id").pk, written.latest("id").pk,
    )  # fmt: skip
    assert set(written.values_list("reason", flat=True)) == {f"Import: {SOURCE}"}
    assert (run.state, run.dry_run, run.counts["conflicts"]) == ("done", False, 0)
    nothing = ImportRun.objects.get(pk=again().run_id)
    assert (nothing.first_change, nothing.last_change) == (None, None)


def test_a_value_that_both_changed_stays_ours_and_is_listed():
    ours("5", girth_cm=76)
    report = again()
    found = tree("5")
    assert (found.girth_cm, float(found.height_m)) == (76, 12.0)
    conflict = ImportConflict.objects.get()
    assert (conflict.run_id, conflict.table_name, conflict.row_id, conflict.tree_id) == (
        report.run_id, "baumkataster_tree", found.pk, found.pk,
    )  # fmt: skip
    assert (conflict.column_name, conflict.line, conflict.decision) == ("girth_cm", 3, "")
    assert (conflict.ours, conflict.theirs, conflict.imported_before) == (76, 80, 74)


def test_an_open_conflict_is_listed_once_and_follows_the_source(tmp_path):
    ours("5", girth_cm=76)
    again()
    second = again()
    assert (ImportConflict.objects.count(), len(second.conflicts)) == (1, 0)
    assert [c.line for c in second.complaints if c.code == "conflict"] == [3]
    third = again(saying(tmp_path, 82))
    assert (third.vanished, len(third.conflicts)) == (1, 1)
    assert list(ImportConflict.objects.values_list("theirs", "ours")) == [(82, 76)]


def settle(decision: str) -> None:
    ImportConflict.objects.update(decision=decision, settled_at=timezone.now())


def test_what_was_settled_is_not_raised_again_but_news_are(tmp_path):
    ours("5", girth_cm=76)
    again()
    settle("ours")
    assert not [c for c in again().complaints if c.code == "conflict"]
    assert tree("5").girth_cm == 76
    assert len(again(saying(tmp_path, 82)).conflicts) == 1
    assert ImportConflict.objects.count() == 2


def test_after_theirs_was_chosen_the_source_leads_again(tmp_path):
    ours("5", girth_cm=76)
    again()
    settle("theirs")
    ours("5", girth_cm=80)
    report = again(saying(tmp_path, 82))
    assert (tree("5").girth_cm, len(report.conflicts)) == (82, 0)


def test_an_import_that_was_taken_back_can_be_made_again():
    with authored(by=None, reason=undo_reason_of(SOURCE)):
        Tree.objects.filter(pk=tree("5").pk).update(girth_cm=70)
    report = again()
    assert (tree("5").girth_cm, len(report.conflicts)) == (80, 0)


def test_a_rehearsal_tells_the_same_and_lists_nothing():
    ours("5", girth_cm=76)
    rehearsal = again(dry_run=True)
    assert (len(rehearsal.conflicts), len(rehearsal.gone)) == (1, 1)
    assert not ImportConflict.objects.exists() and not ImportVanished.objects.exists()
    real = again()
    assert list(rehearsal.conflicts) == list(real.conflicts)
    assert list(rehearsal.gone) == list(real.gone)


def test_a_run_that_a_page_made_is_filled():
    person = factories.make_user("planner")
    run = ImportRun.objects.create(
        profile="konstanz", file_name="hochgeladen.csv", started_by=person, state="running"
    )
    report = again(run=run, by=person)
    run.refresh_from_db()
    assert (report.run_id, run.state, run.file_name) == (run.pk, "done", "hochgeladen.csv")
    assert run.counts["changed"] == 3 and run.finished_at and run.first_change
