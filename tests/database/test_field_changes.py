"""The cursor of the field app: nothing that was written is missed, whoever wrote it and whenever."""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from baumkataster.errors import Refused
from baumkataster.models import Place, Site, Tree
from baumkataster.services import correct_place
from inspections.field import changes as module
from inspections.field.areas import Area
from inspections.field.changes import Changes, _Moment, _moment, changes
from inspections.models import ControlPlan, Finding, FindingPhoto, Inspection
from inspections.services import complete_measure, order_measure
from tests.conftest import PREFIX, app_url, create_database, drop_database
from tests.database.package_rows import finding, make_photo
from tests.factories import load_reference_data, make_place, make_tree, make_user, record
from tests.own_database import own_database  # noqa: F401 - a fixture

DAY = date(2026, 11, 27)
WHOLE = Area(kind="filter")


def keys(packed: bytes) -> list[UUID]:
    """Ids of 16 bytes each."""
    assert len(packed) % 16 == 0
    return [UUID(bytes=packed[at : at + 16]) for at in range(0, len(packed), 16)]


def exact_cursor() -> str:
    """A cursor that knows all that is committed here, whoever writes in other databases meanwhile.

    The product's own waits for the whole cluster: other tests may make it lag, never lead.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        number = cursor.fetchone()[0]
    return f"{_moment().life}.{number}"


@pytest.fixture
def city(own_database: str) -> SimpleNamespace:  # noqa: F811
    """Two streets with two trees each, committed."""
    load_reference_data()
    kim = make_user("arborist")
    ring, weg = make_place(name="Ring"), make_place(name="Weg")
    names = (("r1", ring), ("r2", ring), ("w1", weg), ("w2", weg))
    trees = {name: make_tree(place=place, number=name) for name, place in names}
    for tree in trees.values():
        record(tree, kim, findings=(finding("K01"),))
    return SimpleNamespace(kim=kim, ring=ring, weg=weg, database=own_database, **trees)


def since(city: SimpleNamespace, cursor: str | None, area: Area = WHOLE) -> Changes:
    return changes(area, visitor=city.kim, day=DAY, cursor=cursor)


def measure(city: SimpleNamespace) -> Any:
    return order_measure(by=city.kim, day=DAY, tree_id=city.r1.pk, kind="deadwood", urgency="4")


def done(city: SimpleNamespace, ordered: Any) -> None:
    complete_measure(
        by=city.kim, day=DAY, measure_id=ordered.pk, version=None, done_on=DAY, done_by="Bauhof"
    )


def correct(city: SimpleNamespace) -> None:
    old = Inspection.objects.get(tree=city.r1, corrected_by=None)
    record(city.r1, city.kim, corrects_id=old.pk, correction_reason="vertippt")


def bind(photo: Any) -> None:
    row = Finding.objects.filter(inspection__tree=photo.tree).first()
    FindingPhoto.objects.create(finding=row, photo=photo)


def test_every_row_that_a_tree_is_made_of_marks_it(city: SimpleNamespace) -> None:
    """One database for all cases: each begins with a cursor that knows the ones before."""
    ordered, photo = measure(city), make_photo(city.r1, city.kim)
    spread = {"expectation": "lower"}
    deeds: list[tuple[str, Callable[[], Any], str]] = [
        ("tree", lambda: Tree.objects.filter(pk=city.r1.pk).update(height_m=9), "r1"),
        ("site", lambda: Site.objects.filter(pk=city.r1.site_id).update(house_number="7"), "r1"),
        ("place", lambda: Place.objects.filter(pk=city.ring.pk).update(name="Neu"), "r1 r2"),
        (
            "deed on a place",
            lambda: correct_place(
                by=city.kim, day=DAY, place_id=city.weg.pk, version=None, changes=spread
            ),
            "w1 w2",
        ),
        ("plan", lambda: ControlPlan.objects.filter(pk=city.r1.pk).update(never=True), "r1"),
        ("measure", lambda: measure(city), "r1"),
        ("end of a measure", lambda: done(city, ordered), "r1"),
        ("photo", lambda: make_photo(city.r1, city.kim), "r1"),
        ("photo of a finding", lambda: bind(photo), "r1"),
        ("correction", lambda: correct(city), "r1"),
        (
            "inspection",
            lambda: record(city.r2, city.kim, inspected_at=datetime(2026, 7, 1, tzinfo=UTC)),
            "r2",
        ),
        ("nothing", lambda: None, ""),
        ("a sign-in", lambda: city.kim.save(update_fields=["last_login"]), ""),
    ]
    for name, deed, marked in deeds:
        cursor = exact_cursor()
        assert keys(since(city, cursor).changed) == [], name
        deed()
        found = since(city, cursor)
        expected = sorted(getattr(city, tree).pk for tree in marked.split())
        assert (keys(found.changed), found.reset, found.count) == (expected, False, 4), name


def test_what_commits_late_is_not_missed(city: SimpleNamespace) -> None:
    """Written in a savepoint before the cursor was taken, committed long after it."""
    with psycopg.connect(app_url(city.database)) as office:
        office.execute("SELECT 1")
        with office.transaction(force_rollback=False):
            office.execute("UPDATE baumkataster_site SET remarks = 'x' WHERE id = %s",
                           [city.w2.site_id])  # fmt: skip
            with office.transaction():
                office.execute(
                    "UPDATE baumkataster_tree SET height_m = 8 WHERE id = %s", [city.r1.pk]
                )
            with office.transaction(), office.transaction():
                office.execute(
                    "UPDATE inspections_controlplan SET never = true WHERE tree_id = %s",
                    [city.r2.pk],
                )
            # Meanwhile others write and are done; then the tablet asks.
            for height in range(5, 15):
                Tree.objects.filter(pk=city.w1.pk).update(height_m=height)
            taken = since(city, None)
            naive = exact_cursor()
            assert keys(since(city, naive).changed) == []
        office.commit()
    missed = {city.r1.pk, city.r2.pk, city.w2.pk}
    assert missed <= set(keys(since(city, taken.cursor).changed))
    # A cursor of the newest number would have lost all three: the case is the dangerous one.
    assert keys(since(city, naive).changed) == []


def test_a_tablet_that_keeps_asking_ends_with_what_is_there(city: SimpleNamespace) -> None:
    """Two connections write in turns, one always unfinished; the tablet's copy is right at the end."""
    known: dict[UUID, Any] = {}
    cursor: str | None = None
    ids = [city.r1.pk, city.r2.pk, city.w1.pk]

    def ask() -> None:
        nonlocal cursor
        found = since(city, cursor)
        for key in keys(found.changed):
            known[key] = Tree.objects.values_list("height_m", flat=True).get(pk=key)
        cursor = found.cursor

    with (
        psycopg.connect(app_url(city.database)) as one,
        psycopg.connect(app_url(city.database)) as two,
    ):
        for turn in range(24):
            writer, other = (one, two) if turn % 2 else (two, one)
            writer.execute("SAVEPOINT s")
            writer.execute(
                "UPDATE baumkataster_tree SET height_m = %s WHERE id = %s",
                [turn + 1, ids[turn % 2]],
            )
            if turn % 3:
                writer.execute("RELEASE s")
            ask()
            if turn % 5 == 4:
                writer.rollback()
            elif turn % 2:
                other.commit()
            ask()
        one.commit()
        two.commit()
    ask()
    assert known == dict(Tree.objects.values_list("pk", "height_m"))


def test_a_cursor_lags_rather_than_leads(city: SimpleNamespace) -> None:
    with psycopg.connect(app_url(city.database)) as office:
        office.execute("UPDATE baumkataster_tree SET height_m = 8 WHERE id = %s", [city.r1.pk])
        (number,) = office.execute("SELECT pg_current_xact_id()::text::bigint").fetchone() or (0,)
        taken = since(city, None).cursor
        assert int(taken.rpartition(".")[2]) <= number
        office.rollback()


def test_no_number_below_a_cursor_can_come_again(city: SimpleNamespace) -> None:
    """Before a cursor goes out, a record of a later transaction is on the disk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_insert_lsn()")
        before = cursor.fetchone()[0]
        number = int(since(city, None).cursor.rpartition(".")[2])
        cursor.execute(
            "SELECT pg_current_wal_flush_lsn() > %s::pg_lsn,"
            " pg_snapshot_xmax(pg_current_snapshot())::text::bigint",
            [before],
        )
        assert cursor.fetchone()[0]
    assert _moment().unused > number


def test_a_restored_database_starts_anew(city: SimpleNamespace) -> None:
    """Its rows keep their numbers in a copy of the files, but these mean something else there."""
    cursor = exact_cursor()
    name = f"{PREFIX}_{os.getpid()}_restored"
    connection.close()
    create_database(name, city.database)
    try:
        connection.settings_dict["NAME"] = name
        found = since(city, cursor)
        assert found.reset and found.changed == found.ids and found.count == 4
        assert not since(city, found.cursor).reset
        assert found.cursor.rpartition(".")[0] != cursor.rpartition(".")[0]
    finally:
        connection.close()
        connection.settings_dict["NAME"] = city.database
        drop_database(name)
    assert not since(city, cursor).reset


def test_what_leaves_and_enters_an_area(city: SimpleNamespace) -> None:
    ring = Area(kind="filter", place=city.ring.pk)
    first = since(city, None, ring)
    assert (first.reset, first.count) == (True, 2)
    assert keys(first.ids) == keys(first.changed) == sorted([city.r1.pk, city.r2.pk])
    Tree.objects.filter(pk=city.r1.pk).update(status="felled", felled_on=DAY)
    new = make_tree(place=city.ring)
    later = since(city, first.cursor, ring)
    assert keys(later.ids) == sorted([city.r2.pk, new.pk])
    assert new.pk in keys(later.changed) and city.r1.pk not in keys(later.changed)
    nobody = changes(ring, visitor=make_user("contractor"), day=DAY, cursor=first.cursor)
    assert (nobody.count, nobody.ids, nobody.changed) == (0, b"", b"")


def test_a_city_that_is_too_large_goes_in_parts(
    city: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_TREES", 3)
    with pytest.raises(Refused) as refusal:
        since(city, None)
    assert "4 Bäume" in refusal.value.problems["area"][0]


def test_a_fixed_number_of_queries(city: SimpleNamespace, django_assert_num_queries: Any) -> None:
    cursor = since(city, None).cursor
    for known in (None, cursor):
        with django_assert_num_queries(3):
            since(city, known)


NUMBER = 5_000_000_000


@pytest.mark.parametrize(
    ("cursor", "number"),
    [
        (f"1-2-3.{NUMBER}", NUMBER),
        (f"1-2-3.{NUMBER + 100}", NUMBER + 100),
        ("1-2-3.2852516454", 2852516454),
        # Ahead of this database, too far behind to tell, of another life, or no cursor at all.
        (f"1-2-3.{NUMBER + 101}", None),
        ("1-2-3.2852516453", None),
        (f"1-2-4.{NUMBER}", None),
        (f"{NUMBER}", None),
        ("1-2-3.-5", None),
        ("1-2-3.", None),
        ("1-2-3.²", None),
        ("1-2-3." + "9" * 40, None),
        ("", None),
        (None, None),
    ],
)
def test_which_cursors_are_understood(cursor: str | None, number: int | None) -> None:
    moment = _Moment(life="1-2-3", running=NUMBER, unused=NUMBER + 100)
    assert moment.since(cursor) == number
