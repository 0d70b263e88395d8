"""Reads the body of an inspection into the entry that record_inspection takes; asked by interpreting.py."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from baumkataster.models import Photo, User
from inspections.models import (
    ControlLimit,
    Finding,
    Inspection,
    InspectionKind,
    MeasureKind,
    Symptom,
    Urgency,
    Zone,
)
from inspections.services import (
    FindingEndEntry,
    FindingEntry,
    InspectionEntry,
    MeasureEntry,
)
from inspections.sync.reading import Body, Envelope, unreadable
from inspections.sync.reasons import Reason, Unsettled

#: A tree has fewer findings and measures than that.
MOST = 60


def inspection_entry(envelope: Envelope, person: User) -> InspectionEntry:
    """The entry as record_inspection takes it.

    Raises:
        Unsettled: a value of the wrong form, a code that no catalogue has, an earlier record that
            is not here (yet).
    """
    body = Body(envelope.body)
    assert envelope.tree is not None
    entry = InspectionEntry(
        id=envelope.id,
        tree_id=envelope.tree,
        kind=body.text("inspection_kind"),
        inspected_at=_inspected_at(envelope, body),
        inspected_by_id=person.pk,
        device=(envelope.device_name.strip() or _("Tablet"))[:160],
        leaf_state=body.text("leaf_state"),
        condition=body.text("condition"),
        phase=body.text("phase"),
        result=body.text("result"),
        also_regular=body.flag("also_regular"),
        weather=body.text("weather"),
        limits=body.texts("limits"),
        limits_note=body.text("limits_note"),
        vitality=body.text("vitality"),
        note=body.text("note"),
        expectation=body.text("expectation"),
        set_months=body.integer("set_months"),
        interval_reason=body.text("interval_reason"),
        findings=tuple(_finding(row, envelope.tree) for row in _few(body, "findings")),
        measures=tuple(_measure(row) for row in _few(body, "measures")),
        endings=tuple(_ending(row) for row in _few(body, "endings")),
        immediate_action=body.text("immediate_action"),
        carried_over=body.flag("carried_over"),
        corrects_id=body.uuid("corrects"),
        correction_reason=body.text("correction_reason"),
    )
    _codes_are_known(entry)
    _earlier_records_are_here(entry)
    return entry


def _inspected_at(envelope: Envelope, body: Body) -> datetime:
    """When the tree was looked at: a correction speaks of the day of what it corrects."""
    corrected = body.uuid("corrects")
    if corrected is None:
        return envelope.made_at
    if body.values.get("inspected_at"):
        return body.moment("inspected_at")
    known = Inspection.objects.filter(pk=corrected).values_list("inspected_at", flat=True).first()
    return known or envelope.made_at


def _few(body: Body, name: str) -> list[Body]:
    """The rows of a list that is not absurdly long."""
    rows = body.rows(name)
    return rows if len(rows) <= MOST else unreadable(name)


def _finding(row: Body, tree: UUID) -> FindingEntry:
    """One symptom; photos that are not here yet are bound when they come."""
    asked = [key for text in row.texts("photos") if (key := Body({"photo": text}).uuid("photo"))]
    here = Photo.objects.filter(pk__in=asked, tree_id=tree).values_list("pk", flat=True)
    return FindingEntry(
        id=row.needed_uuid("id"),
        zone=row.text("zone"),
        symptom=row.text("symptom"),
        severity=row.integer("severity") or 0,
        note=row.text("note"),
        observation=row.text("observation", "seen"),
        continues_id=row.uuid("continues"),
        photo_ids=tuple(here),
    )


def _measure(row: Body) -> MeasureEntry:
    """One measure."""
    return MeasureEntry(
        id=row.needed_uuid("id"),
        kind=row.text("kind"),
        urgency=row.text("urgency"),
        note=row.text("note"),
        finding_id=row.uuid("finding"),
    )


def _ending(row: Body) -> FindingEndEntry:
    """One earlier finding that is no longer there."""
    return FindingEndEntry(finding_id=row.needed_uuid("finding"), how=row.text("how"))


def _codes_are_known(entry: InspectionEntry) -> None:
    """Say each code that no catalogue of this server has."""
    wanted: list[tuple[Any, Iterable[str]]] = [
        (InspectionKind, [entry.kind]),
        (ControlLimit, entry.limits),
        (Zone, [finding.zone for finding in entry.findings]),
        (Symptom, [finding.symptom for finding in entry.findings]),
        (MeasureKind, [measure.kind for measure in entry.measures]),
        (Urgency, [measure.urgency for measure in entry.measures]),
    ]
    unknown: list[str] = []
    for model, codes in wanted:
        known = set(model.objects.filter(pk__in=codes).values_list("pk", flat=True))
        unknown += [code for code in dict.fromkeys(codes) if code not in known]
    if unknown:
        raise Unsettled(
            Reason.UNKNOWN_CODE,
            *[_("Der Katalog kennt „%(code)s“ nicht.") % {"code": code} for code in unknown],
        )


def _earlier_records_are_here(entry: InspectionEntry) -> None:
    """What the entry refers to may come after it: such an entry waits instead of failing."""
    findings = {e.finding_id for e in entry.endings}
    findings |= {f.continues_id for f in entry.findings if f.continues_id is not None}
    here = set(Finding.objects.filter(pk__in=findings).values_list("pk", flat=True))
    corrected = entry.corrects_id
    missing = corrected and not Inspection.objects.filter(pk=corrected).exists()
    if missing or findings - here:
        raise Unsettled(
            Reason.EARLIER_UNKNOWN,
            _("Die frühere Kontrolle, auf die sich der Eintrag bezieht, ist noch nicht da."),
        )
