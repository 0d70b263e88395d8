"""The scheduled control: flags rise, fall and end; runs prove themselves; each day once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from inspections.models import (
    ControlFlag,
    ControlMail,
    ControlPlan,
    ControlRun,
    InheritedControl,
    RuleSet,
)
from inspections.rules.escalation import control_level
from tests.database.control_rows import DUE, make_due, make_people, open_flags, run
from tests.database.plan_rows import make_measure
from tests.factories import load_rule_set, make_tree

pytestmark = pytest.mark.django_db


def days(number: int) -> date:
    return DUE + timedelta(days=number)


def test_flag_rises_with_lateness_and_ends_with_the_control():
    people = make_people()
    tree = make_due(people.avenue)
    seen = {}
    for day in (-31, -30, 0, 1, 92, 93, 200):
        result = run(days(day))
        seen[day] = open_flags().get(tree.pk), (result.raised, result.escalated, result.resolved)
    assert seen == {
        -31: (None, (0, 0, 0)),
        -30: ((1, days(-30)), (1, 0, 0)),
        0: ((1, days(-30)), (0, 0, 0)),
        1: ((2, days(1)), (0, 1, 0)),
        92: ((2, days(1)), (0, 0, 0)),
        93: ((3, days(93)), (0, 1, 0)),
        200: ((3, days(93)), (0, 0, 0)),
    }
    InheritedControl.objects.create(tree=tree, source="Nachtrag", next_on=days(900))
    assert run(days(201)).resolved == 1
    flag = ControlFlag.objects.get()
    assert (flag.raised_on, flag.resolved_on, flag.due_on) == (days(-30), days(201), DUE)


def test_levels_are_those_of_the_rule():
    people = make_people()
    trees = [make_due(people.park, days(number)) for number in range(-120, 60, 7)]
    trees += [make_tree(place=people.park, duty="none", duty_reason="x"), make_tree()]
    run(DUE)
    for plan in ControlPlan.objects.all():
        level = control_level(plan, DUE)
        assert open_flags().get(plan.pk) == ((level, DUE) if level else None)
    assert len({level for level, _since in open_flags().values()}) == 3


def test_later_date_is_a_new_matter_and_earlier_the_same():
    people = make_people()
    tree = make_due(people.avenue)
    run(days(1))
    InheritedControl.objects.create(tree=tree, source="Kontrolle", next_on=days(20))
    result = run(days(2))
    assert (result.raised, result.resolved) == (1, 1)
    assert open_flags() == {tree.pk: (1, days(2))}
    InheritedControl.objects.create(tree=tree, source="Berichtigung", next_on=days(-5))
    result = run(days(3))
    assert (result.raised, result.escalated, result.resolved) == (0, 1, 0)
    assert open_flags() == {tree.pk: (2, days(3))}
    InheritedControl.objects.create(tree=tree, source="noch eine", next_on=days(-6))
    run(days(4))
    flag = ControlFlag.objects.get(resolved_on=None)
    assert (flag.raised_on, flag.level_since, flag.due_on) == (days(2), days(3), days(-6))


def test_tolerance_of_a_new_rule_set_takes_a_flag_down_again():
    people = make_people()
    tree = make_due(people.avenue)
    run(days(100))
    load_rule_set(version=2, valid_from=days(101), tolerance_months=6)
    result = run(days(101))
    assert open_flags() == {tree.pk: (2, days(101))}
    assert (result.raised, result.escalated, result.resolved, result.mails) == (0, 0, 0, 0)
    assert result.rule_set == RuleSet.objects.get(version=2)


def test_measures_have_flags_of_their_own():
    people = make_people()
    tree = make_due(people.avenue, days(400))
    dated = make_measure(tree=tree, urgency_id="3", deadline_on=days(10))
    until_next = make_measure(tree=tree, urgency_id="5", deadline_on=None)
    urgent = make_measure(tree=tree, urgency_id="1", deadline_on=DUE)
    make_measure(tree=tree, urgency_id="3", deadline_on=days(31))
    assert levels_of_measures(days(0)) == {dated.pk: 1, urgent.pk: 1}
    assert levels_of_measures(days(2))[urgent.pk] == 3
    assert levels_of_measures(days(11))[dated.pk] == 2
    InheritedControl.objects.create(tree=tree, source="früher", next_on=days(12))
    assert levels_of_measures(days(12))[until_next.pk] == 1
    assert ControlRun.objects.latest("day").overdue_measures == 2
    dated.state, dated.done_on, dated.done_by = "done", days(12), "Bauhof"
    dated.ended_by, dated.ended_at = dated.ordered_by, datetime(2026, 5, 22, tzinfo=UTC)
    dated.save()
    assert set(levels_of_measures(days(13))) >= {urgent.pk, until_next.pk}
    assert ControlRun.objects.latest("day").overdue_measures == 2
    assert dated.pk not in levels_of_measures(days(14))


def levels_of_measures(day: date) -> dict[object, int]:
    run(day)
    flags = ControlFlag.objects.filter(resolved_on=None, measure__isnull=False)
    return {flag.measure_id: flag.level for flag in flags}


def test_run_counts_every_standing_tree_by_state_and_unit():
    people = make_people()
    for number in (-100, -1, 0, 30, 31, 90, 91):
        make_due(people.avenue, days(number))
    make_due(people.park, days(5), unit=people.north)
    make_tree(place=people.park)
    make_tree(place=people.park, duty="none", duty_reason="verpachtet")
    make_tree(place=people.park, status="felled", felled_on=DUE)
    make_tree(place=people.park, status="planned")
    result = run(DUE)
    north = {"overdue": 1, "tolerance": 1, "due30": 3, "due90": 2, "ok": 1, "trees": 8}
    south = {"never": 1, "none": 1, "trees": 2}
    assert result.unit_counts == {"N": north, "S": south}
    assert result.counts == north | south | {"trees": 10}


def test_second_run_of_a_day_changes_nothing():
    people = make_people()
    make_due(people.avenue)
    first = run(days(1))
    before = list(ControlFlag.objects.values()), list(ControlMail.objects.values())
    make_due(people.avenue)
    assert run(days(1)) == first
    assert (list(ControlFlag.objects.values()), list(ControlMail.objects.values())) == before
    assert ControlRun.objects.count() == 1


def test_missed_days_are_caught_up_and_counted():
    people = make_people()
    tree = make_due(people.avenue)
    assert run(days(-40)).missed_days == 0
    assert run(days(-39)).missed_days == 0
    late = run(days(100))
    assert (late.missed_days, late.raised, late.escalated) == (138, 1, 0)
    assert open_flags() == {tree.pk: (3, days(100))}
    assert "davor 138 Tage ausgefallen" in ControlMail.objects.first().body


def test_nothing_to_run():
    assert run(DUE) is None
    make_people()
    later = run(days(1))
    assert run(DUE) is None
    assert list(ControlRun.objects.all()) == [later]


def test_run_brings_plans_up_to_date_first():
    people = make_people()
    make_due(people.avenue)
    assert not ControlPlan.objects.exists()
    run(DUE, planned=False)
    assert ControlPlan.objects.get().due_on == DUE


def test_run_computes_all_plans_when_the_rule_or_the_week_is_new():
    people = make_people()
    tree = make_due(people.avenue)
    run(DUE)
    monday = days(1)  # of the next week
    for day, stale, mended in (
        (monday, date(2030, 1, 1), DUE),
        (days(2), date(2030, 1, 1), date(2030, 1, 1)),
        (days(8), date(2030, 1, 1), DUE),
    ):
        ControlPlan.objects.filter(pk=tree.pk).update(due_on=stale)
        run(day, planned=False)
        assert ControlPlan.objects.get().due_on == mended, day


def test_number_of_statements_does_not_grow_with_the_city(django_assert_max_num_queries):
    people = make_people()
    for _ in range(30):
        make_due(people.avenue, days(-200))
    with django_assert_max_num_queries(40):
        assert run(DUE).raised == 30


def test_command(capsys):
    with pytest.raises(CommandError, match="Kein Lauf"):
        call_command("run_controls", "--day=2026-05-11")
    make_due(make_people().avenue)
    call_command("run_controls", "--day=2026-05-11")
    assert (
        "Kontrolllauf 11.05.2026. Bäume: 1. Hinweise neu: 1, verschärft: 0, erledigt: 0."
        " Nachrichten: 3." in capsys.readouterr().out
    )
