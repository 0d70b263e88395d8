"""Five years of control in the demo city: shares of all states, plausible days, fitting findings."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from geodata.demo.city import make_city
from geodata.demo.symptoms import TABLE
from geodata.demo.workdays import is_working
from inspections.rules.intervals import RuleSet, add_months, propose_interval
from inspections.rules.overdue import state_on
from inspections.rules.plan import InspectionRecord, TreeFacts, basis_of, plan_control

SPECIES = Path(__file__).parents[2] / "fixtures" / "species.csv"
#: Late autumn; early summer, from where 9 months back there is no 31st.
DAYS = [date(2026, 11, 23), date(2028, 5, 31)]


@pytest.fixture(scope="module", params=DAYS, ids=str)
def city(request):
    return make_city(trees=3000, seed=3, day=request.param, species=SPECIES)


def states(city) -> Counter:
    """State of every standing tree by the project's own rule."""
    records = {}
    for number, row in enumerate(sorted(city.evidence.inspections, key=lambda r: r.received_at)):
        records.setdefault(row.tree.id, []).append(
            InspectionRecord(
                id=str(row.id),
                inspected_on=row.on,
                received=number,
                sets_regular_date=row.sets_regular_date,
                condition=row.condition,
                proposed_months=row.proposed_months,
                set_months=row.set_months,
                corrects=str(row.corrects) if row.corrects else None,
            )
        )
    care = {}
    for row in city.evidence.measures:
        if row.kind in {"young_care", "young_pruning"} and row.state == "done":
            care[row.tree.id] = max(care.get(row.tree.id, row.done_on), row.done_on)
    inherited = {row.tree.id: row.next_on for row in city.evidence.inherited}
    found = Counter()
    for tree in city.stand.trees:
        if tree.standing:
            facts = TreeFacts(
                status=tree.status,
                duty=tree.duty,
                phase=tree.phase,
                expectation=tree.expected,
                recorded_on=tree.recorded_on,
                place_kind=tree.site.place.kind,
                planted_on=tree.planted_on,
                care_on=care.get(tree.id),
                inherited_next_on=inherited.get(tree.id),
            )
            basis = basis_of(records.get(tree.id, []))
            plan = plan_control(tree=facts, basis=basis, rule_set=RuleSet())
            found[state_on(plan, city.day)] += 1
    return found


def test_the_map_shows_every_state_and_8_percent_are_overdue(city):
    share = {state: count / 3000 for state, count in states(city).items()}
    assert 0.07 <= share["overdue"] + share["tolerance"] <= 0.095
    assert 0.02 <= share["overdue"] <= 0.045
    assert 0.035 <= share["tolerance"] <= 0.065
    assert 0.025 <= share["due30"] <= 0.06
    assert 0.06 <= share["due90"] <= 0.11
    assert 0.01 <= share["never"] <= 0.04
    assert 0.09 <= share["none"] <= 0.2
    assert 0.5 <= share["ok"] <= 0.7


def test_inspections_are_made_on_working_days_by_several_arborists(city):
    rows = city.evidence.inspections
    assert min(row.on for row in rows) >= add_months(city.day, -60)
    assert max(row.on for row in rows) < city.day
    assert all(is_working(row.on) for row in rows)
    assert all(7 <= row.at.hour < 17 for row in rows)
    assert len({row.person.username for row in rows}) >= 5
    assert all(row.at < row.received_at for row in rows)
    assert {row.kind for row in rows} == {
        "initial",
        "regular",
        "additional",
        "follow_up",
        "detailed",
    }


def test_nobody_is_at_two_trees_at_once(city):
    moments = Counter(
        (row.person.username, row.at) for row in city.evidence.inspections if row.corrects is None
    )
    assert max(moments.values()) == 1
    per_day = Counter((row.person.username, row.on) for row in city.evidence.inspections)
    assert max(per_day.values()) < 180


def test_identities_were_valid_when_they_were_used(city):
    for row in city.evidence.inspections:
        assert row.identity.person is row.person
        assert row.identity.valid_from <= row.on
        assert row.identity.valid_until is None or row.on <= row.identity.valid_until


def test_leafy_and_bare_take_turns(city):
    by_tree = {}
    for row in sorted(city.evidence.inspections, key=lambda r: r.at):
        if row.kind in {"initial", "regular"} and row.corrects is None:
            by_tree.setdefault(row.tree.id, []).append(row.leaf_state)
    turns = same = 0
    for leaves in by_tree.values():
        for before, after in pairwise(leaves):
            if {before, after} <= {"leafy", "bare"}:
                turns += before != after
                same += before == after
    assert turns > 3 * same


def test_proposals_follow_the_rule_and_deviations_say_why(city):
    for row in city.evidence.inspections:
        if not row.sets_regular_date:
            continue
        proposal = propose_interval(
            rule_set=RuleSet(),
            phase=row.phase,
            condition=row.condition,
            expectation=row.tree.expected,
            in_care=row.proposed_months is None,
        )
        assert row.proposed_months == proposal.months
        assert (row.set_months == row.proposed_months) == (row.interval_reason == "")
    assert any(row.interval_reason for row in city.evidence.inspections)


def test_findings_fit_kind_phase_and_place(city):
    usual = {}
    for line in TABLE:
        usual.setdefault(line.symptom, []).append(line)
    found = Counter()
    for row in city.evidence.inspections:
        assert len({f.symptom for f in row.findings}) == len(row.findings)
        for finding in row.findings:
            found[finding.symptom] += 1
            genera = {g for line in usual[finding.symptom] for g in line.genera}
            open_ = any(not line.genera for line in usual[finding.symptom])
            assert open_ or row.tree.taxon.genus in genera
    assert len(found) > 25
    massaria = [r for r in city.evidence.inspections for f in r.findings if f.symptom == "K25"]
    assert massaria and {r.tree.taxon.genus for r in massaria} == {"Platanus"}
    moth = [r for r in city.evidence.inspections for f in r.findings if f.symptom == "K08"]
    assert moth and all(r.leaf_state in {"leafy", "autumn"} for r in moth)


def test_carried_on_findings_name_an_earlier_one_of_the_same_tree(city):
    owner = {f.id: r for r in city.evidence.inspections for f in r.findings}
    carried = 0
    for row in city.evidence.inspections:
        for finding in row.findings:
            if finding.observation == "carried_over":
                carried += 1
                assert finding.continues is not None
            if finding.continues is not None:
                before = owner[finding.continues]
                assert before.tree is row.tree and before.at <= row.at
    assert carried > 20


def test_measures_are_open_done_late_and_dropped(city):
    rows = city.evidence.measures
    count = Counter(row.state for row in rows)
    assert set(count) == {"open", "done", "cancelled", "replaced"}
    assert count["done"] > count["open"] > 50
    late = [r for r in rows if r.state == "open" and r.deadline_on and r.deadline_on < city.day]
    assert 5 < len(late) < 0.03 * len(rows)
    for row in rows:
        assert row.ordered_on <= city.day
        if row.state == "done":
            assert row.ordered_on <= row.done_on <= city.day and row.done_by
        if row.state in {"cancelled", "replaced"}:
            assert row.end_reason
        assert (row.state == "open") == (row.ended_by is None)
        assert row.urgency is not None or row.state == "done"


def test_two_measures_cannot_wait(city):
    urgent = [r for r in city.evidence.measures if r.state == "open" and r.urgency == "1"]
    assert len(urgent) == 2
    for row in urgent:
        assert city.day - timedelta(days=6) < row.ordered_on < city.day
        assert row.inspection.result == "unsafe" and row.tree.standing


def test_a_few_corrections_name_the_old_record_and_why(city):
    by_id = {row.id: row for row in city.evidence.inspections}
    corrections = [row for row in city.evidence.inspections if row.corrects]
    assert len(corrections) == 3
    for row in corrections:
        assert row.correction_reason
        assert by_id[row.corrects].tree is row.tree
        assert by_id[row.corrects].received_at < row.received_at


def test_felled_trees_were_ordered_to_be_felled(city):
    felled = {t.id: t for t in city.stand.trees if t.status in {"felled", "stump"}}
    orders = {m.tree.id: m for m in city.evidence.measures if m.kind == "felling"}
    assert len(set(felled) & set(orders)) > 0.9 * len(felled)
    for tree_id in set(felled) & set(orders):
        assert orders[tree_id].done_on == felled[tree_id].felled_on


def test_young_trees_in_care_have_care_within_three_years(city):
    cared = [m for m in city.evidence.measures if m.kind in {"young_care"}]
    assert len(cared) > 100
    assert max(m.done_on for m in cared) <= city.day
