"""An entry that the office settles late: its date is that of one recorded when it arrived."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baumkataster.errors import Refused
from baumkataster.models import Tree, User
from baumkataster.services import correct_tree
from inspections.models import ControlPlan, FieldConflict, FieldEntry, Inspection, Measure, RuleSet
from inspections.rules.intervals import DEFAULT_MATRIX
from inspections.services import order_measure, record_inspection
from inspections.services.replanning import check_plans
from inspections.services.replanning_city import apply_rule_sets, ask_replanning
from inspections.services.replanning_late import replan_late
from inspections.sync.settling import settle_conflict, settle_entry
from tests import factories as make
from tests.database import field_rows as field

pytestmark = pytest.mark.django_db
FRIDAY, DAY = field.NOW, timedelta(days=1)
MONDAY, TUESDAY, WEDNESDAY = FRIDAY + 3 * DAY, FRIDAY + 4 * DAY, FRIDAY + 5 * DAY
#: What a plan says of its tree, without keys.
SAID = (
    "required", "due_on", "tolerance_until", "exempt_until", "never", "interval_months", "cap_months",
    "basis", "basis_on", "phase", "condition", "expectation", "care_on", "rule_set",
)  # fmt: skip
Deed = Callable[[User, Tree], str]


@pytest.fixture(autouse=True)
def _reference() -> None:
    """The version of Friday, and a stricter one of long ago that shortens nothing any more."""
    make.load_catalogues()
    short = DEFAULT_MATRIX | {f"aging.sound.{e}": 1 for e in ("lower", "higher")}
    for number, year, matrix in ((1, 2000, short), (2, 2020, DEFAULT_MATRIX)):
        make.load_rule_set(
            version=number, valid_from=date(year, 1, 1), matrix=matrix, created_at=FRIDAY - 9 * DAY
        )


def version(months: int, valid_from: date, **phases: int) -> RuleSet:
    """A version with one interval for all but ``phases``; all trees follow it from its first day on."""
    matrix = {
        key: old and phases.get(key.split(".")[0], months) for key, old in DEFAULT_MATRIX.items()
    }
    rule = make.load_rule_set(
        version=RuleSet.objects.count() + 1, valid_from=valid_from, created_at=FRIDAY, matrix=matrix,
        default_months=months, tolerance_months=months // 8, youth_care_months=months,
        initial_months={"street": months},
    )  # fmt: skip
    ask_replanning(rule_set=rule, now=FRIDAY)
    return rule


def brought(*versions: RuleSet) -> None:
    """The worker has brought the city under these, each on its first day."""
    for rule in versions:
        apply_rule_sets(day=rule.valid_from, now=WEDNESDAY)
        assert set(ControlPlan.objects.values_list("rule_set", flat=True)) == {rule.pk}


def inspect(by: User, tree: Tree) -> str:
    return field.inspection(by, tree, {"phase": "aging"})


def change(by: User, tree: Tree) -> str:
    return field.change(by, tree, {"phase": tree.phase}, {"phase": "aging"})


def care(by: User, tree: Tree) -> str:
    """Watering, which counts as care; ordered before."""
    measure = Measure.objects.get(tree=tree)
    said = {"measure": str(measure.pk), "done_on": "2026-11-26", "done_by": "Bauhof", "note": ""}
    return field.entry("measure_done", by, tree, said)


def end(by: User, tree: Tree) -> str:
    return field.entry(
        "tree_end", by, tree, {"how": "felled", "on": "2026-11-26", "reason": "Sturm"}
    )


def prepared(by: User, *, young: bool = False, at: datetime = FRIDAY - 2 * DAY) -> Tree:
    """A tree that was inspected before; a young one with care that is still to be done."""
    tree = make.make_tree(phase="youth" if young else "mature")
    make.record(tree, by, inspected_at=at, phase=tree.phase)
    if young:
        order_measure(
            by=make.make_user("supervisor"), day=date(2026, 11, 25), tree_id=tree.pk,
            kind="young_care", urgency="2",
        )  # fmt: skip
    tree.refresh_from_db()
    return tree


def hand_in(by: User, text: str, *, late: bool = False) -> None:
    """On Friday; with a clock that is wrong it waits for the office."""
    off = DAY if late else timedelta()
    (receipt,) = field.send(by, text, sent_at=field.SENT + off)
    assert receipt.status == ("unsettled" if late else "accepted"), receipt


def settle(text: str, *, at: Any) -> None:
    entry = FieldEntry.objects.get(entry_id=field.id_of(text))
    settle_entry(by=make.make_user("supervisor"), entry=entry, at=at)


def said(tree: Tree) -> dict[str, Any]:
    return ControlPlan.objects.values(*SAID).get(pk=tree.pk)


@pytest.mark.parametrize("months", [(6,), (6, 48), (60,)], ids=str)
@pytest.mark.parametrize("deed", [inspect, change, care, end])
def test_settled_late_it_has_the_date_of_one_that_was_recorded_in_time(
    deed: Deed, months: tuple[int, ...]
) -> None:
    by = make.make_user("arborist")
    in_time, late = (prepared(by, young=deed is care) for _ in range(2))
    hand_in(by, deed(by, in_time))
    text = deed(by, late)
    hand_in(by, text, late=True)
    days = (MONDAY.date(), TUESDAY.date())
    brought(*[version(m, day) for m, day in zip(months, days, strict=False)])
    settle(text, at=WEDNESDAY)
    assert said(late) == said(in_time)
    assert check_plans(day=WEDNESDAY.date()) == []


def test_a_newly_found_tree_that_is_settled_late_follows_the_version_of_that_day() -> None:
    by, tree = make.make_user("arborist"), make.make_tree()
    text = field.new_tree(by, tree.site.place, key := uuid4(), tree.geom)
    hand_in(by, text, late=True)
    make.replan_all(FRIDAY.date())
    brought(rule := version(6, MONDAY.date()))
    settle(text, at=TUESDAY)
    assert ControlPlan.objects.get(pk=key).rule_set == rule
    assert check_plans(day=TUESDAY.date()) == []


def test_one_that_waited_for_its_tree_has_it_too() -> None:
    """Nobody settles it: it is tried again when the tree arrives."""
    by, known = make.make_user("arborist"), prepared(make.make_user("arborist"))
    in_time = make.make_tree()
    key = uuid4()
    hand_in(by, inspect(by, in_time))
    (receipt,) = field.send(by, inspect(by, key))
    assert receipt.status == "unsettled"
    brought(version(6, MONDAY.date()), version(48, TUESDAY.date()))
    new = field.new_tree(by, known.site.place, key, known.geom)
    field.send(by, new, received_at=WEDNESDAY, sent_at=WEDNESDAY)
    assert Inspection.objects.get(tree=key).received_at == FRIDAY
    assert said(Tree.objects.get(pk=key)) == said(in_time)


def test_what_was_inspected_meanwhile_is_not_shortened_by_the_version_before() -> None:
    """In the first version an ageing tree is looked at every year; it is no rule any more."""
    by = make.make_user("arborist")
    tree = prepared(by)
    text = change(by, tree)
    hand_in(by, text, late=True)
    brought(version(48, MONDAY.date()))
    make.record(tree, by, inspected_at=TUESDAY, phase="mature")
    settle(text, at=WEDNESDAY)
    tree.refresh_from_db()
    assert (tree.phase, said(tree)["cap_months"]) == ("aging", 48)


def test_a_version_that_was_over_when_it_arrived_shortens_nothing() -> None:
    by = make.make_user("arborist")
    tree = prepared(by, at=datetime(2019, 5, 1, 9, tzinfo=UTC))
    make.replan_all(FRIDAY.date())
    text = change(by, tree)
    hand_in(by, text, late=True)
    settle(text, at=WEDNESDAY)
    assert said(tree)["cap_months"] == 12


def test_it_has_it_too_behind_a_newer_inspection_that_sets_no_date() -> None:
    by = make.make_user("arborist")
    in_time, late = prepared(by), prepared(by)
    hand_in(by, field.inspection(by, in_time))
    text = field.inspection(by, late)
    hand_in(by, text, late=True)
    brought(version(6, MONDAY.date()), version(48, TUESDAY.date()))
    for tree in (in_time, late):
        make.record(tree, by, inspected_at=TUESDAY, kind="additional")
    settle(text, at=WEDNESDAY)
    assert said(late) == said(in_time)
    assert said(late)["cap_months"] == 6


def test_what_came_meanwhile_and_is_older_spares_it_nothing() -> None:
    """The date rests on the entry itself: when another inspection came is not asked."""
    by, tree = make.make_user("arborist"), prepared(make.make_user("arborist"))
    text = field.inspection(by, tree)
    hand_in(by, text, late=True)
    brought(version(6, MONDAY.date()), version(48, TUESDAY.date()))
    older = make.make_entry(tree, by, inspected_at=FRIDAY - DAY)
    record_inspection(by=by, entry=older, received_at=TUESDAY)
    settle(text, at=WEDNESDAY)
    assert said(tree)["cap_months"] == 6
    assert check_plans(day=WEDNESDAY.date()) == []


def test_one_on_which_no_date_rests_shortens_nothing() -> None:
    """By the version of Friday an ageing tree is looked at every year; this one was none then."""
    by, tree = make.make_user("arborist"), make.make_tree()
    make.record(tree, by, inspected_at=FRIDAY - timedelta(hours=2))
    text = field.inspection(by, tree, made_at=(field.MADE - DAY).isoformat())
    hand_in(by, text, late=True)
    brought(version(48, MONDAY.date()))
    aged = {"phase": "aging"}
    office = make.make_user("supervisor")
    correct_tree(by=office, day=TUESDAY.date(), tree_id=tree.pk, version=None, changes=aged)
    settle(text, at=WEDNESDAY)
    assert said(tree)["cap_months"] == 24


def test_a_conflict_that_is_decided_late_has_the_date_of_one_decided_at_once() -> None:
    by, office = make.make_user("arborist"), make.make_user("supervisor")
    in_time, late = prepared(by), prepared(by)
    conflicts = []
    for tree in (in_time, late):
        text, young = change(by, tree), {"phase": "youth"}
        correct_tree(by=office, day=FRIDAY.date(), tree_id=tree.pk, version=None, changes=young)
        hand_in(by, text)
        conflicts.append(FieldConflict.objects.get(tree=tree))
    settle_conflict(by=office, conflict=conflicts[0], choice="ours", at=FRIDAY)
    brought(version(48, MONDAY.date(), aging=6), version(48, TUESDAY.date()))
    settle_conflict(by=office, conflict=conflicts[1], choice="ours", at=WEDNESDAY)
    assert said(late) == said(in_time)
    assert said(late)["cap_months"] == 6


def test_nothing_is_planned_again_where_no_version_came_meanwhile() -> None:
    tree = prepared(make.make_user("arborist"))
    with CaptureQueriesContext(connection) as asked:
        replan_late(tree_id=tree.pk, received_at=FRIDAY, day=WEDNESDAY.date())
    assert [query["sql"] for query in asked if not query["sql"].startswith("SELECT")] == []


def test_whoever_records_late_hears_the_date_that_holds() -> None:
    by, tree = make.make_user("arborist"), prepared(make.make_user("arborist"))
    brought(version(6, MONDAY.date()), version(48, TUESDAY.date()))
    entry = make.make_entry(tree, by, inspected_at=FRIDAY - timedelta(hours=1))
    recorded = record_inspection(by=by, entry=entry, received_at=FRIDAY, at=WEDNESDAY)
    assert recorded.due_on == said(tree)["due_on"] == date(2027, 5, 27)


@pytest.mark.parametrize("deed", [care, end])
def test_what_is_said_of_a_day_after_it_arrived_is_refused_all_the_same(deed: Deed) -> None:
    by = make.make_user("arborist")
    tree = prepared(by, young=deed is care)
    text = deed(by, tree).replace("2026-11-26", "2026-11-28")
    hand_in(by, text, late=True)
    with pytest.raises(Refused, match="Zukunft"):
        settle(text, at=WEDNESDAY)
