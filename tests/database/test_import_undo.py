"""A whole import is taken back as if it had never been, unless somebody built on it; nothing else can be.

What one import wrote is known by its transaction, so these tests commit, in databases of their own.
"""

import psycopg
import pytest
from django.contrib.gis.geos import Point
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from baumkataster.authorship import authored
from baumkataster.models import Change, Place, Role, Site, Tree, TreeGroup
from baumkataster.services.trees import correct_tree
from geodata.importing import undo_reason_of
from geodata.importing.undoing import UndoRefusedError, obstacles_to_undo, undo_import
from geodata.models import ImportRun
from inspections.models import ControlPlan, InheritedControl, Tour, TourStop
from inspections.services.replanning import check_plans
from tests import factories as make
from tests.conftest import owner_url
from tests.database.import_cases import DAY, edited, found_city, imported
from tests.own_database import own_database  # noqa: F401 - a fixture

#: Another girth and place of the second tree, and one tree more.
CHANGES = (
    (";79.00;9;3.00;335075.7952;", ";81.00;10;3.00;335080.5;"),
    (
        "\n1;LC;",
        "\n901;LC;Tilia;Tilia cordata, Winterlinde;18;57.00;8;3.00;335138.1;5726521.9\n1;LC;",
    ),
)
TABLES = (Tree, Site, Place, TreeGroup, InheritedControl, ControlPlan)


@pytest.fixture
def planner(own_database):  # noqa: F811 - the fixture
    """A city without trees, and a planner."""
    found_city()
    make.load_catalogues()
    return make.make_user(Role.PLANNER)


def run_of(report) -> ImportRun:
    """The run's row as the database has it."""
    return ImportRun.objects.get(pk=report.run_id)


def undo(run: ImportRun, by) -> None:
    """Take it back on the day of the tests."""
    undo_import(run=run, by=by, day=DAY, now=timezone.now())


def content(*, but: tuple[str, ...] = ("version", "changed_at")) -> dict[str, list]:
    """All rows of the tables that an import writes, without what counts their changes."""
    rows = {}
    for model in TABLES:
        columns = [f.attname for f in model._meta.concrete_fields if f.attname not in but]
        found = model.objects.order_by().values_list(*columns)
        rows[model.__name__] = sorted(str([plain(value) for value in row]) for row in found)
    return rows


def plain(value: object) -> object:
    """Points by their coordinates to the micrometre: history keeps nine decimals."""
    if isinstance(value, Point):
        return [round(number, 6) for number in value.coords]
    return value


def test_a_first_import_goes_without_a_trace_but_its_history(planner):
    before = content()
    run = run_of(imported("street_like.csv", by=planner))
    trees = set(Tree.objects.values_list("pk", flat=True))
    assert trees and InheritedControl.objects.exists() and obstacles_to_undo(run) == []
    undo(run, planner)
    assert content() == before
    run.refresh_from_db()
    assert (run.state, run.undone_by) == ("undone", planner) and run.undone_at
    kept = Change.objects.filter(table_name="baumkataster_tree", operation="delete")
    assert {row.row_id for row in kept} == {str(tree) for tree in trees}
    assert {(row.actor_id, row.reason[:22]) for row in kept} == {
        (planner.pk, undo_reason_of("")[:22])
    }


def test_the_last_import_goes_first_and_then_the_one_before(planner, tmp_path):
    before = content()
    first = run_of(imported("wesel_like.csv", by=planner))
    second = run_of(imported(edited(tmp_path, *CHANGES), by=planner))
    assert {each.kind for each in obstacles_to_undo(first)} == {"later_import", "site"}
    undo(second, planner)
    undo(first, planner)
    assert content() == before


def test_a_second_import_leaves_what_the_first_wrote_and_comes_again(planner, tmp_path):
    imported("wesel_like.csv", by=planner)
    first = content()
    file = edited(tmp_path, *CHANGES)
    run = run_of(imported(file, by=planner))
    assert content() != first
    undo(run, planner)
    assert content() == first
    assert check_plans(day=DAY) == []
    for state in ("undone", "done"):
        ImportRun.objects.filter(pk=run.pk).update(state=state)
        with pytest.raises(UndoRefusedError):
            undo(run, planner)
    again = imported(file, by=planner)
    assert again.total("changed") == 1 and len(again.conflicts) == 0


def inspect(tree, by):
    inspector = make.make_user(Role.ARBORIST)
    make.make_identity(inspector)
    make.record(tree, inspector)


def correct(tree, by):
    correct_tree(by=by, day=DAY, tree_id=tree.pk, version=tree.version, changes={"tag": "A 1"})


def tour(tree, by):
    made = Tour.objects.create(name="T", made_by=by)
    TourStop.objects.create(tour=made, tree=tree, position=1)


def plant_beside(tree, by):
    make.make_site(place=tree.site.place, number="neu 1")


def import_again(tree, by):
    InheritedControl.objects.create(tree=tree, source="anders", last_on=DAY)


BUILT = {
    inspect: "inspection",
    correct: "change",
    tour: "tour",
    plant_beside: "site",
    import_again: "later_import",
}


def test_what_was_built_on_it_is_named_and_keeps_it(planner):
    run = run_of(imported("street_like.csv", by=planner))
    tree = Tree.objects.select_related("site__place").order_by("pk").first()
    for deed, kind in BUILT.items():
        with transaction.atomic():
            deed(tree, planner)
            before = content()
            found = obstacles_to_undo(run)
            assert kind in {each.kind for each in found} and all(each.label for each in found)
            with pytest.raises(UndoRefusedError, match="aufgebaut"):
                undo(run, planner)
            assert content() == before
            transaction.set_rollback(True)
    assert obstacles_to_undo(run) == []


def forged(first: int, last: int) -> ImportRun:
    """A run's row as the app role can write it."""
    return ImportRun.objects.create(
        profile="x", file_name="x", file_sha256="", first_change=first, last_change=last
    )


def refused(run: ImportRun, by) -> None:
    """The database does not even look at what it would have to remove."""
    before = content()
    with pytest.raises(UndoRefusedError, match="belegt"):
        undo(run, by)
    assert content() == before


def changes(**conditions) -> list[int]:
    """Numbers of history rows."""
    return list(Change.objects.filter(**conditions).order_by("id").values_list("id", flat=True))


def test_a_forged_run_cannot_remove_what_people_planted(planner):
    with authored(by=planner, reason="Pflanzung"):
        make.make_tree()
    ids = changes(reason="Pflanzung")
    refused(forged(ids[0], ids[-1]), planner)


def test_a_forged_run_cannot_remove_two_imports_or_half_of_one(planner, tmp_path):
    first = run_of(imported("wesel_like.csv", by=planner))
    second = run_of(imported(edited(tmp_path, *CHANGES), by=planner))
    refused(forged(first.first_change, second.last_change), planner)
    refused(forged(first.first_change + 1, first.last_change), planner)
    refused(forged(first.first_change, first.last_change - 1), planner)
    refused(forged(first.last_change, first.first_change), planner)
    refused(forged(0, first.last_change), planner)


def test_an_older_tree_under_a_new_key_is_not_an_import(planner):
    tree = make.make_tree()
    with authored(by=planner, reason="Import: erfunden"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM inspections_controlplan")
        cursor.execute(
            "UPDATE baumkataster_tree SET id = gen_random_uuid() WHERE id = %s", [tree.pk]
        )
    ids = changes(reason="Import: erfunden")
    assert ids
    refused(forged(ids[0], ids[-1]), planner)


@pytest.mark.django_db
@pytest.mark.parametrize("trick", ["", "SET LOCAL baum.undoing = '{}';"])
def test_the_app_role_still_deletes_no_tree_and_no_control(trick):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        whole = cursor.fetchone()[0]
    for table in ("baumkataster_tree", "inspections_inheritedcontrol"):
        refusal = pytest.raises(DatabaseError, match="permission denied")
        with refusal, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(trick.format(whole) + f"DELETE FROM {table}")


def test_the_owner_deletes_no_control_either(planner, own_database):  # noqa: F811
    imported("street_like.csv")
    refusal = pytest.raises(psycopg.Error, match="Nachweise werden nur ergänzt")
    with psycopg.connect(owner_url(own_database)) as owner, refusal:
        owner.execute("DELETE FROM inspections_inheritedcontrol")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "function",
    [
        "baum_import_transaction(gen_random_uuid())",
        "baum_import_set_back(1, 2, 'baumkataster_tree')",
        "baum_import_inserted(1, 2, 'baumkataster_tree')",
    ],
)
def test_the_inner_functions_are_not_for_the_app_role(function):
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}")
