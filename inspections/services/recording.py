"""Records an inspection with all that a court asks, in one transaction; called by API and tablet sync."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from baumkataster.authorship import authored
from baumkataster.errors import NON_FIELD, Refused
from baumkataster.models import InspectorIdentity, Tree, User
from baumkataster.services import correct_tree
from baumkataster.services.inserting import insert_checked
from baumkataster.services.locked_tree import locked_tree
from inspections.models import ControlPlan, Finding, FindingEnd, Inspection, Measure
from inspections.rules.overdue import berlin_day
from inspections.services.checks import entry_problems
from inspections.services.entries import InspectionEntry
from inspections.services.entry_facts import EntryFacts, entry_facts
from inspections.services.measures import alarm_if_immediate
from inspections.services.proposals import propose_by
from inspections.services.record_rows import RecordRows, expectation_of, record_rows
from inspections.services.repeats import is_same
from inspections.services.replanning_late import replan_late
from inspections.services.replanning_one import replan_held


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What became of an entry."""

    inspection: Inspection
    findings: list[Finding]
    endings: list[FindingEnd]
    #: Finding -> its photos.
    photos: dict[UUID, list[UUID]]
    measures: list[Measure]
    #: The tree's regular due date now; None: no control needed.
    due_on: date | None
    #: False: the entry had been received before.
    created: bool


def record_inspection(
    *, by: User, entry: InspectionEntry, received_at: datetime, at: datetime | None = None
) -> Recorded:
    """Write inspection, findings and measures, and recompute the due date of the tree.

    The same entry again changes nothing (``created=False``). ``at`` is now, where that is later than
    the receipt: what is said is checked by the day of receipt, the due date is by the rule of now,
    and as short as it would have become meanwhile.

    Raises:
        TreeUnknown: the tree is not here.
        Refused: the entry breaks a rule; field names are those of InspectionEntry.
    """
    with authored(by=by):
        tree = locked_tree(entry.tree_id)
        facts = entry_facts(entry, today=berlin_day(at or received_at))
        if facts.known:
            return _received_before(Inspection.objects.get(pk=entry.id), entry)
        rows = _checked_rows(by, entry, tree, facts, received_at)
        insert_checked(*rows)
        return _with_consequences(by, rows, tree, entry, facts, at or received_at)


def _checked_rows(
    by: User, entry: InspectionEntry, tree: Tree, facts: EntryFacts, received_at: datetime
) -> RecordRows:
    """The rows to be written, if the entry breaks no rule."""
    inspector = facts.identity or _nobody()
    proposal = propose_by(
        rule_set=facts.rule_set,
        cared_on=facts.cared_on,
        day=berlin_day(entry.inspected_at),
        phase=entry.phase,
        condition=entry.condition,
        expectation=expectation_of(entry, tree),
    )
    if problems := entry_problems(
        entry, tree=tree, facts=facts, received_at=received_at, proposed_months=proposal.months
    ):
        raise Refused(problems)
    return record_rows(
        by=by,
        entry=entry,
        tree=tree,
        facts=facts,
        inspector=inspector,
        rule_set=facts.rule_set,
        proposal=proposal,
        received_at=received_at,
    )


def _with_consequences(
    by: User,
    rows: RecordRows,
    tree: Tree,
    entry: InspectionEntry,
    facts: EntryFacts,
    at: datetime,
) -> Recorded:
    """Alarm where something cannot wait, let the tree learn from it and recompute its due date."""
    for measure in rows.measures:
        alarm_if_immediate(measure=measure)
    late = at > rows.inspection.received_at
    before = _plan(tree.pk) if late and facts.newer_is_here else None
    if not facts.newer_is_here:
        _take_over(by, tree, entry, berlin_day(at))
    # First by the rule of today, late too: the plan names the inspection that it rests on now.
    due_on = replan_held(tree_id=tree.pk, rule_set=facts.rule_set_today)
    if late:
        due_on = _planned_late(rows.inspection, at, before)
    return Recorded(
        inspection=rows.inspection,
        findings=rows.findings,
        endings=rows.endings,
        photos={finding.id: list(dict.fromkeys(finding.photo_ids)) for finding in entry.findings},
        measures=rows.measures,
        due_on=due_on,
        created=True,
    )


def _planned_late(inspection: Inspection, at: datetime, before: ControlPlan | None) -> date | None:
    """Let the date be as short as it would have become meanwhile; the due date now.

    ``before``: the plan where the tree was inspected later than that. If it rests on the same
    inspection as now, nothing has come late for it, and it could only be shortened for no reason.
    """
    now = _plan(inspection.tree_id)
    if now and before and now.inspection_id == before.inspection_id:
        return now.due_on
    replan_late(tree_id=inspection.tree_id, received_at=inspection.received_at, day=berlin_day(at))
    now = _plan(inspection.tree_id)
    return now.due_on if now else None


def _plan(tree_id: UUID) -> ControlPlan | None:
    return ControlPlan.objects.filter(pk=tree_id).first()


def _nobody() -> InspectorIdentity:
    """There is no identity of the inspector on the day of the inspection."""
    sentence = _(
        "Für diese Person ist an diesem Tag keine Qualifikation hinterlegt. "
        "Die Verwaltung kann sie unter „Personen“ eintragen."
    )
    raise Refused({"inspected_by": [sentence]})


def _take_over(by: User, tree: Tree, entry: InspectionEntry, today: date) -> None:
    """Let the tree learn phase, expectation and status from its newest inspection."""
    changes: dict[str, Any] = {}
    if entry.phase != tree.phase:
        changes["phase"] = entry.phase
    if entry.expectation and entry.expectation != tree.effective_expectation:
        changes["expectation"] = entry.expectation
    if tree.status == "unverified":
        changes["status"] = "standing"
    if changes:
        correct_tree(by=by, day=today, tree_id=tree.pk, version=None, changes=changes)


def _received_before(known: Inspection, entry: InspectionEntry) -> Recorded:
    """Answer for an entry that is here already; another record under the same id is refused."""
    if not is_same(known, entry):
        raise Refused(
            {NON_FIELD: [_("Unter dieser Kennung ist schon eine andere Kontrolle gespeichert.")]}
        )
    plan = _plan(known.tree_id)
    return Recorded(
        inspection=known,
        findings=list(known.findings.all()),
        endings=list(known.endings.all()),
        photos={},
        measures=list(known.measures.all()),
        due_on=plan.due_on if plan else None,
        created=False,
    )
