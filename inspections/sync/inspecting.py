"""Reads the body of an inspection into the entry that record_inspection takes; asked by interpreting.py."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from baumkataster.models import User
from baumkataster.prepared import prepared
from inspections.services import (
    FindingEndEntry,
    FindingEntry,
    InspectionEntry,
    MeasureEntry,
)
from inspections.sync.reading import Body, Envelope, unreadable
from inspections.sync.reasons import Reason, Unsettled

KNOWN_SQL: Final = (Path(__file__).parent.parent / "sql" / "entry_known.sql").read_text("utf-8")
#: A tree has fewer findings and measures than that.
MOST = 60


def inspection_entry(envelope: Envelope, person: User) -> InspectionEntry:
    """The entry as record_inspection takes it.

    Raises:
        Unsettled: a value of the wrong form, a code that no catalogue has, an earlier record that
            is not here (yet).
    """
    assert envelope.tree is not None
    entry = _as_said(envelope, Body(envelope.body), person)
    known = _known(entry)
    _codes_are_known(entry, known)
    _earlier_records_are_here(entry, known)
    return replace(
        entry,
        inspected_at=_inspected_at(envelope, known),
        # Photos that are not here yet are bound when they come.
        findings=tuple(
            replace(f, photo_ids=tuple(key for key in f.photo_ids if key in known["photos"]))
            for f in entry.findings
        ),
    )


def _as_said(envelope: Envelope, body: Body, person: User) -> InspectionEntry:
    """The body in its parts, before anybody was asked what is known of it."""
    assert envelope.tree is not None
    return InspectionEntry(
        id=envelope.id,
        tree_id=envelope.tree,
        kind=body.text("inspection_kind"),
        inspected_at=_said_time(envelope, body),
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
        findings=tuple(_finding(row) for row in _few(body, "findings")),
        measures=tuple(_measure(row) for row in _few(body, "measures")),
        endings=tuple(_ending(row) for row in _few(body, "endings")),
        immediate_action=body.text("immediate_action"),
        carried_over=body.flag("carried_over"),
        corrects_id=body.uuid("corrects"),
        correction_reason=body.text("correction_reason"),
    )


def _known(entry: InspectionEntry) -> dict[str, Any]:
    """What the cadastre has of all that the entry names."""
    earlier = {e.finding_id for e in entry.endings}
    earlier |= {f.continues_id for f in entry.findings if f.continues_id is not None}
    values = {
        "tree": entry.tree_id,
        "kind": entry.kind,
        "limits": list(entry.limits),
        "zones": [finding.zone for finding in entry.findings],
        "symptoms": [finding.symptom for finding in entry.findings],
        "measures": [measure.kind for measure in entry.measures],
        "urgencies": [measure.urgency for measure in entry.measures],
        "findings": list(earlier),
        "photos": [key for finding in entry.findings for key in finding.photo_ids],
        "corrects": entry.corrects_id,
    }
    (row,) = prepared(KNOWN_SQL, values)
    return row | {"earlier": earlier}


def _said_time(envelope: Envelope, body: Body) -> datetime:
    """When the tree was looked at, by the entry's own word."""
    if body.uuid("corrects") is not None and body.values.get("inspected_at"):
        return body.moment("inspected_at")
    return envelope.made_at


def _inspected_at(envelope: Envelope, known: dict[str, Any]) -> datetime:
    """The same, where a correction does not say: the time of what it corrects."""
    body = Body(envelope.body)
    if body.uuid("corrects") is None or body.values.get("inspected_at"):
        return _said_time(envelope, body)
    return known["corrected_at"] or envelope.made_at


def _few(body: Body, name: str) -> list[Body]:
    """The rows of a list that is not absurdly long."""
    rows = body.rows(name)
    return rows if len(rows) <= MOST else unreadable(name)


def _finding(row: Body) -> FindingEntry:
    """One symptom, with all photos that it names."""
    asked = [key for text in row.texts("photos") if (key := Body({"photo": text}).uuid("photo"))]
    return FindingEntry(
        id=row.needed_uuid("id"),
        zone=row.text("zone"),
        symptom=row.text("symptom"),
        severity=row.integer("severity") or 0,
        note=row.text("note"),
        observation=row.text("observation", "seen"),
        continues_id=row.uuid("continues"),
        photo_ids=tuple(asked),
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


def _codes_are_known(entry: InspectionEntry, known: dict[str, Any]) -> None:
    """Say each code that no catalogue of this server has."""
    wanted: list[tuple[str, Iterable[str]]] = [
        ("kinds", [entry.kind]),
        ("limits", entry.limits),
        ("zones", [finding.zone for finding in entry.findings]),
        ("symptoms", [finding.symptom for finding in entry.findings]),
        ("measures", [measure.kind for measure in entry.measures]),
        ("urgencies", [measure.urgency for measure in entry.measures]),
    ]
    unknown: list[str] = []
    for name, codes in wanted:
        unknown += [code for code in dict.fromkeys(codes) if code not in known[name]]
    if unknown:
        raise Unsettled(
            Reason.UNKNOWN_CODE,
            *[_("Der Katalog kennt „%(code)s“ nicht.") % {"code": code} for code in unknown],
        )


def _earlier_records_are_here(entry: InspectionEntry, known: dict[str, Any]) -> None:
    """What the entry refers to may come after it: such an entry waits instead of failing."""
    missing = entry.corrects_id is not None and known["corrected_at"] is None
    if missing or known["earlier"] - set(known["findings"]):
        raise Unsettled(
            Reason.EARLIER_UNKNOWN,
            _("Die frühere Kontrolle, auf die sich der Eintrag bezieht, ist noch nicht da."),
        )
