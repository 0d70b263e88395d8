"""Recording inspections: what a court asks is there, the due date follows, nothing is taken twice."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from baumkataster.errors import Refused
from baumkataster.models import Tree
from inspections.models import ControlMail, ControlPlan, Finding, Inspection, Measure
from inspections.services import FindingEntry, MeasureEntry, record_care, record_inspection
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reference():
    make.load_reference_data()


@pytest.fixture
def arborist():
    return make.make_user("arborist")


@pytest.fixture
def tree():
    return make.make_tree(number="417", status="unverified", phase="")


def finding(**values):
    defaults = {"zone": "K", "symptom": "K13", "severity": 2}
    return FindingEntry(**(defaults | values))


def test_record_holds_all_that_a_court_asks(arborist, tree):
    seen = finding(note="Starkast Süd")
    measure = MeasureEntry(kind="deadwood", urgency="2", finding_id=seen.id)
    done = make.record(
        tree,
        arborist,
        findings=(seen,),
        measures=(measure,),
        result="limited",
        limits=("base_overgrown",),
        limits_note="Efeu",
    )
    row = Inspection.objects.get()
    assert row == done.inspection
    assert (row.inspected_by, row.recorded_by, row.device) == (arborist, arborist, "Test")
    assert row.inspector.qualification == "FLL-zertifizierter Baumkontrolleur"
    assert row.received_at - row.inspected_at == timedelta(hours=1)
    assert row.inspected_on == date(2026, 6, 1)
    assert (row.seen_number, row.seen_place) == ("417", tree.site.place.name)
    assert (row.seen_species, row.seen_girth_cm, row.seen_girth_height_cm) == (
        "Tilia cordata",
        140,
        100,
    )
    assert row.seen_expectation == "higher" and row.seen_position.coords == tree.geom.coords
    assert (row.proposed_months, row.set_months) == (24, 24)
    assert row.rule_set.version == 1
    assert row.next_due_on == date(2028, 6, 1) == done.due_on
    stored = Finding.objects.get()
    assert (stored.symptom_id, stored.severity, stored.observation) == ("K13", 2, "seen")
    ordered = Measure.objects.get()
    assert (ordered.finding, ordered.deadline_on) == (stored, date(2026, 7, 13))


def test_the_tree_learns_phase_and_status_from_its_newest_inspection_only(arborist, tree):
    make.record(tree, arborist, phase="mature")
    late = datetime(2025, 1, 1, 9, tzinfo=UTC)
    make.record(tree, arborist, phase="youth", inspected_at=late)
    tree.refresh_from_db()
    assert (tree.phase, tree.status) == ("mature", "standing")
    assert ControlPlan.objects.get().due_on == date(2028, 6, 1), "a late record moves no date back"


def test_same_entry_twice_is_taken_once(arborist, tree):
    entry = make.make_entry(tree, arborist, findings=(finding(),))
    now = entry.inspected_at
    first = record_inspection(by=arborist, entry=entry, received_at=now)
    again = record_inspection(by=arborist, entry=entry, received_at=now + timedelta(days=1))
    assert (first.created, again.created) == (True, False)
    assert again.inspection == first.inspection and again.due_on == first.due_on
    assert Inspection.objects.count() == Finding.objects.count() == 1
    other = replace(entry, result="unsafe")
    with pytest.raises(Refused, match="schon eine andere Kontrolle"):
        record_inspection(by=arborist, entry=other, received_at=now)


def test_other_interval_needs_a_reason(arborist, tree):
    with pytest.raises(Refused) as refused:
        make.record(tree, arborist, set_months=6)
    assert list(refused.value.problems) == ["interval_reason"]
    done = make.record(tree, arborist, set_months=6, interval_reason="Spielplatz daneben")
    assert (done.inspection.proposed_months, done.inspection.set_months) == (24, 6)
    assert done.due_on == date(2026, 12, 1)


def test_damaged_tree_is_due_in_a_year(arborist, tree):
    assert make.record(tree, arborist, condition="damaged").due_on == date(2027, 6, 1)


def test_additional_inspection_sets_no_date_unless_marked(arborist, tree):
    make.record(tree, arborist)
    storm = datetime(2026, 9, 1, 9, tzinfo=UTC)
    done = make.record(tree, arborist, kind="additional", inspected_at=storm)
    assert done.inspection.next_due_on is None and done.due_on == date(2028, 6, 1)
    marked = make.record(
        tree, arborist, kind="additional", also_regular=True, inspected_at=storm + timedelta(days=1)
    )
    assert marked.due_on == date(2028, 9, 2)


def test_correction_counts_in_place_of_what_it_corrects(arborist, tree):
    first = make.record(tree, arborist).inspection
    done = make.record(
        tree,
        arborist,
        condition="damaged",
        corrects_id=first.pk,
        correction_reason="Zustand verwechselt",
    )
    assert done.due_on == date(2027, 6, 1)
    assert Inspection.objects.get(pk=first.pk).corrected_by == done.inspection
    with pytest.raises(Refused) as refused:
        make.record(tree, arborist, corrects_id=first.pk, correction_reason="noch einmal")
    assert list(refused.value.problems) == ["corrects"]


def test_day_of_inspection_is_berlins(arborist, tree):
    before_midnight = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    assert make.record(
        tree, arborist, inspected_at=before_midnight
    ).inspection.inspected_on == date(2026, 7, 1)


def test_immediate_measure_alarms_the_supervisor_in_the_same_transaction(arborist, tree):
    unit = tree.site.place.unit
    unit.supervisor = make.make_user("supervisor")
    unit.save()
    measure = MeasureEntry(kind="felling", urgency="1")
    make.record(tree, arborist, result="unsafe", findings=(finding(),), measures=(measure,))
    mail = ControlMail.objects.get()
    assert mail.recipient == unit.supervisor and mail.sent_at is None
    assert tree.site.number in mail.subject


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"inspected_at": datetime(2026, 6, 1, 9, 20, tzinfo=UTC)}, "inspected_at"),
        ({"result": ""}, "result"),
        ({"condition": "so-so"}, "condition"),
        ({"kind": "regulär"}, "kind"),
        ({"limits": ("fog",)}, "limits"),
        ({"findings": (finding(symptom="nix"),)}, "findings.0"),
        ({"findings": (finding(zone="S"),)}, "findings.0"),
        ({"findings": (finding(severity=4),)}, "findings.0"),
        ({"findings": (finding(observation="carried_over"),)}, "findings.0"),
        ({"findings": (finding(photo_ids=(uuid4(),)),)}, "findings.0"),
        ({"measures": (MeasureEntry(kind="nix", urgency="2"),)}, "measures"),
        ({"measures": (MeasureEntry(kind="felling", urgency="1"),)}, "result"),
        ({"result": "unsafe", "findings": (finding(),)}, "measures"),
        ({"result": "limited"}, "findings"),
        ({"limits": ("other",)}, "limits_note"),
        ({"limits": ("base_overgrown",)}, "limits"),
        ({"set_months": 61, "interval_reason": "x"}, "set_months"),
        ({"corrects_id": uuid4(), "correction_reason": "x"}, "corrects"),
        ({"inspected_by_id": uuid4()}, "inspected_by"),
    ],
)
def test_broken_entry_is_refused_at_its_field_and_writes_nothing(arborist, tree, values, field):
    entry = make.make_entry(tree, arborist, **values)
    received_at = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
    with pytest.raises(Refused) as refused:
        record_inspection(by=arborist, entry=entry, received_at=received_at)
    assert field in refused.value.problems
    assert not Inspection.objects.exists() and not Measure.objects.exists()


def test_person_without_qualification_records_nothing(tree):
    supervisor = make.make_user("supervisor")
    with pytest.raises(Refused, match="Qualifikation"):
        make.record(tree, supervisor)


def test_identity_is_the_one_of_the_day(arborist, tree):
    make.make_identity(arborist, qualification="ETT", valid_from=date(2026, 6, 2))
    early = make.record(tree, arborist).inspection
    later = make.record(tree, arborist, inspected_at=datetime(2026, 6, 2, 9, tzinfo=UTC)).inspection
    assert (
        early.inspector.qualification.startswith("FLL") and later.inspector.qualification == "ETT"
    )


def test_felled_tree_takes_only_what_was_seen_before(arborist, tree):
    Tree.objects.filter(pk=tree.pk).update(status="felled", felled_on=date(2026, 6, 10))
    assert make.record(tree, arborist).due_on is None
    with pytest.raises(Refused) as refused:
        make.record(tree, arborist, inspected_at=datetime(2026, 6, 11, 9, tzinfo=UTC))
    assert "tree" in refused.value.problems


def test_a_crown_cut_less_than_five_years_ago_is_not_rated(arborist, tree):
    boss = make.make_user("supervisor")
    record_care(
        by=boss,
        day=date(2026, 5, 1),
        tree_id=tree.pk,
        kind="crown_reduce",
        done_on=date(2022, 1, 1),
        done_by="Firma Ast",
    )
    with pytest.raises(Refused) as refused:
        make.record(tree, arborist, vitality="1")
    assert list(refused.value.problems) == ["vitality"]
    assert make.record(tree, arborist, vitality="S").created
