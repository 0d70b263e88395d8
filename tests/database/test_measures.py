"""Measures: deadlines by urgency, their ends with day, person and reason, and care that moves a due date."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from baumkataster.errors import Refused, Stale
from baumkataster.models import Change
from inspections.models import ControlMail, ControlPlan, Measure
from inspections.services import (
    cancel_measure,
    complete_measure,
    order_measure,
    record_care,
    replace_measure,
)
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _reference():
    make.load_reference_data()


@pytest.fixture
def boss():
    return make.make_user("supervisor")


@pytest.fixture
def tree():
    return make.make_tree()


def order(boss, tree, **values):
    defaults = {"kind": "deadwood", "urgency": "3"}
    return order_measure(by=boss, day=DAY, tree_id=tree.pk, **(defaults | values))


@pytest.mark.parametrize(
    ("urgency", "deadline"),
    [
        ("1", DAY),
        ("2", date(2027, 1, 4)),
        ("3", date(2027, 5, 24)),
        ("4", date(2027, 11, 23)),
        ("5", None),
    ],
)
def test_deadline_follows_from_urgency(boss, tree, urgency, deadline):
    assert order(boss, tree, urgency=urgency).deadline_on == deadline


def test_deadline_until_next_control_is_the_due_date(boss, tree):
    make.replan_all(DAY)
    order(boss, tree, urgency="5")
    due = ControlPlan.objects.get().due_on
    assert Measure.objects.with_deadline().get().effective_deadline == due
    assert Measure.objects.overdue(on=due).count() == 0
    assert Measure.objects.overdue(on=date(due.year + 1, due.month, due.day)).count() == 1


def test_done_says_day_person_and_note_and_is_kept_in_history(boss, tree):
    measure = order(boss, tree)
    done = complete_measure(
        by=boss,
        day=DAY,
        measure_id=measure.pk,
        version=1,
        done_on=DAY,
        done_by="Firma Ast",
        note="ok",
    )
    assert (done.state, done.done_on, done.done_by, done.ended_by) == (
        "done",
        DAY,
        "Firma Ast",
        boss,
    )
    change = Change.objects.filter(table_name="inspections_measure", operation="update").get()
    assert (change.old["state"], change.new["state"], change.actor_id) == ("open", "done", boss.pk)


def test_a_measure_ends_once(boss, tree):
    measure = order(boss, tree)
    cancel_measure(by=boss, day=DAY, measure_id=measure.pk, version=1, reason="Baum gefällt")
    with pytest.raises(Refused, match="schon verworfen"):
        complete_measure(
            by=boss, day=DAY, measure_id=measure.pk, version=2, done_on=DAY, done_by="x"
        )


def test_stale_version_is_refused(boss, tree):
    measure = order(boss, tree)
    Measure.objects.filter(pk=measure.pk).update(note="neu")
    with pytest.raises(Stale):
        cancel_measure(by=boss, day=DAY, measure_id=measure.pk, version=1, reason="x")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"done_on": date(2026, 11, 24), "done_by": "x"}, "done_on"),
        ({"done_on": date(2026, 11, 22), "done_by": "x"}, "done_on"),
        ({"done_on": DAY, "done_by": " "}, "done_by"),
    ],
)
def test_completion_that_cannot_be_is_refused(boss, tree, values, field):
    measure = order(boss, tree)
    with pytest.raises(Refused) as refused:
        complete_measure(by=boss, day=DAY, measure_id=measure.pk, version=1, **values)
    assert field in refused.value.problems


def test_replacement_names_its_successor_and_keeps_the_contractor(boss, tree):
    firm = make.make_user("contractor")
    measure = order(boss, tree, contractor_id=firm.pk)
    new = replace_measure(
        by=boss,
        day=DAY,
        measure_id=measure.pk,
        version=1,
        kind="felling",
        urgency="2",
        reason="Pilz gefunden",
    )
    measure.refresh_from_db()
    assert (measure.state, measure.replaced_by, measure.end_reason) == (
        "replaced",
        new,
        "Pilz gefunden",
    )
    assert (new.contractor, new.state) == (firm, "open")


def test_ending_without_a_reason_is_refused(boss, tree):
    measure = order(boss, tree)
    with pytest.raises(Refused):
        cancel_measure(by=boss, day=DAY, measure_id=measure.pk, version=1, reason="  ")


def test_same_id_twice_orders_once(boss, tree):
    key = uuid4()
    assert order(boss, tree, id=key) == order(boss, tree, id=key)
    assert Measure.objects.count() == 1


def test_immediate_measure_mails_once(boss, tree):
    unit = tree.site.place.unit
    unit.supervisor = boss
    unit.save()
    order(boss, tree, urgency="1")
    assert ControlMail.objects.get().recipient == boss


def test_young_tree_care_spares_the_control_for_36_months(boss):
    tree = make.make_tree(status="planted", phase="youth", planted_on=date(2025, 3, 1))
    make.replan_all(DAY)
    assert ControlPlan.objects.get().due_on == date(2026, 3, 1)
    record_care(by=boss, day=DAY, tree_id=tree.pk, kind="young_care", done_on=DAY, done_by="Bauhof")
    plan = ControlPlan.objects.get()
    assert (plan.care_on, plan.exempt_until, plan.due_on) == (
        DAY,
        date(2029, 11, 23),
        date(2029, 11, 23),
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE inspections_measure SET state = 'done'",
        "UPDATE inspections_measure SET state = 'cancelled', ended_at = now(), ended_by_id = ordered_by_id",
        "UPDATE inspections_measure SET state = 'gone'",
        "UPDATE inspections_measure SET urgency_id = NULL",
    ],
)
def test_the_database_refuses_half_ended_measures(boss, tree, statement):
    order(boss, tree)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_codes_are_never_renumbered(boss, tree):
    order(boss, tree)
    with (
        pytest.raises(Exception, match="nie geändert"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE inspections_measurekind SET code = 'x' WHERE code = 'deadwood'")
