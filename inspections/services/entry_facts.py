"""What other records say about an entry, read in one statement; asked by recording.py and checks.py."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import Model

from baumkataster.models import InspectorIdentity
from baumkataster.prepared import prepared
from inspections.models import (
    ControlLimit,
    InspectionKind,
    MeasureKind,
    RuleSet,
    Symptom,
    Urgency,
    Zone,
)
from inspections.rules.overdue import berlin_day
from inspections.services.entries import InspectionEntry

M = TypeVar("M", bound=Model)
FACTS_SQL: Final = (Path(__file__).parent.parent / "sql" / "entry_facts.sql").read_text("utf-8")
#: Work after which a crown cannot be rated for ten years.
TOPPING: Final = ("torso",)


@dataclass(frozen=True, kw_only=True)
class EntryFacts:
    """Catalogue entries by code, only those that the entry names; what is missing is unknown."""

    #: A record with the entry's key is here already.
    known: bool
    #: The rule set of the inspection's day, and the one of today.
    rule_set: RuleSet
    rule_set_today: RuleSet
    inspector_known: bool
    #: The inspector as qualified on the day of the inspection.
    identity: InspectorIdentity | None
    kind: InspectionKind | None
    limits: dict[str, ControlLimit]
    symptoms: dict[str, Symptom]
    measure_kinds: dict[str, MeasureKind]
    urgencies: dict[str, Urgency]
    #: When the findings were made that the entry continues or ends; only those of the tree.
    earlier_findings: dict[UUID, datetime]
    #: The entry's photos that are here and of the tree.
    photos: frozenset[UUID]
    #: The corrected record is of the tree; it was corrected already.
    corrected_is_here: bool
    corrected_before: bool
    #: The tree was inspected later than the entry says.
    newer_is_here: bool
    #: Last heavy cut, topping, and young-tree care up to the day of the inspection.
    cut_on: date | None
    topped_on: date | None
    cared_on: date | None


def entry_facts(entry: InspectionEntry, *, today: date) -> EntryFacts:
    """Ask the database once; the tree is locked before, so that nothing crosses."""
    (row,) = prepared(FACTS_SQL, _parameters(entry) | {"today": today})
    read = {name: json.loads(row[name]) if row[name] else None for name in _JSON}
    kind, identity = read["kind"], read["identity"]
    return EntryFacts(
        **{name: row[name] for name in row if name not in _JSON and name not in _RULE_SETS},
        rule_set=_rule_set(row["rule_set"]),
        rule_set_today=_rule_set(row["rule_set_today"]),
        identity=InspectorIdentity(**identity | {"id": UUID(identity["id"])}) if identity else None,
        kind=_kept(InspectionKind, kind) if kind else None,
        limits=_by_code(ControlLimit, read["limits"]),
        symptoms={each["code"]: _symptom(each) for each in read["symptoms"] or ()},
        measure_kinds=_by_code(MeasureKind, read["measure_kinds"]),
        urgencies=_by_code(Urgency, read["urgencies"]),
        earlier_findings={
            UUID(key): datetime.fromisoformat(at)
            for key, at in (read["earlier_findings"] or {}).items()
        },
        photos=frozenset(UUID(key) for key in read["photos"] or ()),
    )


_RULE_SETS: Final = ("rule_set", "rule_set_today")
_JSON: Final = (
    "identity", "kind", "limits", "symptoms", "measure_kinds", "urgencies", "earlier_findings",
    "photos",
)  # fmt: skip


@lru_cache(maxsize=64)
def _rule_set(key: UUID) -> RuleSet:
    """A rule set is never changed: the database refuses it."""
    return RuleSet.objects.get(pk=key)


def _parameters(entry: InspectionEntry) -> dict[str, Any]:
    """The codes and keys that the entry names."""
    continued = [f.continues_id for f in entry.findings if f.continues_id is not None]
    return {
        "id": entry.id,
        "tree": entry.tree_id,
        "day": berlin_day(entry.inspected_at),
        "at": entry.inspected_at,
        "inspector": entry.inspected_by_id,
        "kind": entry.kind,
        "limits": list(entry.limits),
        "symptoms": [finding.symptom for finding in entry.findings],
        "measures": [measure.kind for measure in entry.measures],
        "urgencies": [measure.urgency for measure in entry.measures],
        "findings": continued + [ending.finding_id for ending in entry.endings],
        "photos": [key for finding in entry.findings for key in finding.photo_ids],
        "corrects": entry.corrects_id,
        "topping": list(TOPPING),
    }


def _by_code(model: type[M], rows: Iterable[dict[str, Any]] | None) -> dict[str, M]:
    return {row["code"]: _kept(model, row) for row in rows or ()}


def _symptom(row: dict[str, Any]) -> Symptom:
    """A symptom with its zone."""
    zone = row.pop("zone")
    found = _kept(Symptom, row)
    found.zone = _kept(Zone, zone)
    return found


def _kept(model: type[M], row: dict[str, Any]) -> M:
    """A row that is in the database, as read from there."""
    names = [field.attname for field in model._meta.concrete_fields]
    return model.from_db("default", names, [row[name] for name in names])
