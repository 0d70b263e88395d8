"""Replanning the whole city in order of place: few marks, no deadlock, nothing older over newer."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from uuid import UUID

import psycopg
import pytest
from django.db import connection, connections, transaction

from baumkataster.models import Site
from inspections.models import ControlPlan
from inspections.services.replanning import check_plans, replan
from tests.conftest import app_url
from tests.factories import load_catalogues, load_rule_set, make_site, make_tree, point
from tests.own_database import own_database  # noqa: F401 - a fixture

DAY = date(2026, 1, 15)
LOW, HIGH = UUID(int=1), UUID(int=2)
LOCK = "SELECT 1 FROM baumkataster_tree WHERE id = %s FOR UPDATE NOWAIT"


@pytest.fixture
def city(own_database: str, monkeypatch: pytest.MonkeyPatch) -> str:  # noqa: F811
    """A database with catalogues and a rule set; one tree is a part."""
    monkeypatch.setattr("inspections.services.replanning.BATCH", 1)
    load_catalogues()
    load_rule_set()
    return own_database


def plant_against_the_order_of_place() -> None:
    """Two trees, of which the one with the lower id stands at the later place."""
    make_site(geom=point(0, 0))
    make_site(geom=point(2500, 2500))
    first, last = Site.objects.order_by("geom")
    make_tree(pk=HIGH, site=first)
    make_tree(pk=LOW, site=last)


@contextmanager
def beside(deed: Callable[[], object]) -> Iterator[None]:
    """``deed`` in a thread with a connection of its own; its error is raised at the end."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            deed()
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join(timeout=20)
    assert not thread.is_alive()
    assert failed == []


def wait_until_somebody_waits() -> None:
    """Until a connection to this database waits for a lock."""
    with connection.cursor() as cursor:
        for _ in range(1000):
            cursor.execute(
                """SELECT count(*) FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock'"""
            )
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.02), pg_stat_clear_snapshot()")
    raise AssertionError("nobody waited")


def replan_in_one_transaction() -> None:
    with transaction.atomic():
        replan(day=DAY)


@pytest.mark.parametrize("planned", [False, True])
def test_a_replan_in_a_deed_locks_in_the_order_of_all_deeds(city: str, planned: bool) -> None:
    """Waiting for the lower id it must not hold the higher one, whom the other deed asks for next."""
    plant_against_the_order_of_place()
    if planned:
        replan(day=DAY)
        load_rule_set(version=2, valid_from=DAY)
    with psycopg.connect(app_url(city)) as clerk:
        clerk.execute(LOCK, [LOW])
        with beside(replan_in_one_transaction):
            wait_until_somebody_waits()
            clerk.execute(LOCK, [HIGH])
            clerk.commit()
    assert ControlPlan.objects.count() == 2
    assert check_plans(day=DAY) == []


def test_two_replans_take_turns_and_the_newer_rule_set_stays(city: str) -> None:
    """One that begins before the other's rule set is committed must not write the older one."""
    plant_against_the_order_of_place()
    replan(day=DAY)
    begun, changed = threading.Event(), list[int]()

    def later() -> None:
        begun.wait(timeout=20)
        changed.append(replan(day=DAY))

    with beside(later), transaction.atomic():
        newer = load_rule_set(version=2, valid_from=DAY)
        assert replan(day=DAY) == 2
        begun.set()
        wait_until_somebody_waits()
    assert changed == [0]
    assert set(ControlPlan.objects.values_list("rule_set", flat=True)) == {newer.pk}


def test_a_part_of_a_city_marks_the_squares_of_one_place(
    city: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parts in order of id would each mark the whole map, two hundred times in a large city."""
    monkeypatch.setattr("inspections.services.replanning.BATCH", 2)
    for number in range(4):
        make_tree(pk=UUID(int=number + 1), geom=point(5000 * (number % 2), 0))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM geodata_tilemark; DELETE FROM geodata_stalecell")
        assert replan(day=DAY) == 4
        for table in ("geodata_tilemark", "geodata_stalecell"):
            cursor.execute(f"SELECT count(*), count(DISTINCT by) FROM {table}")
            assert cursor.fetchone() == (2, 2), table
