"""Entries as tablets make them, for tests of receiving, merging, settling and photos."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from baumkataster.models import Tree, User
from inspections.models import FieldDevice
from inspections.sync.merging import degrees
from inspections.sync.receiving import Receipt, accept_entries

#: When the tablet's entries were made and when they arrive.
MADE = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
SENT = NOW - timedelta(seconds=2)


def entry(kind: str, person: User | UUID, tree: Any, body: dict[str, Any], /, **values: Any) -> str:
    """The text of an entry."""
    envelope = {
        "id": str(uuid4()),
        "kind": kind,
        "v": 1,
        "person": str(getattr(person, "pk", person)),
        "device": None,
        "device_name": "Tablet Nord",
        "app": "1",
        "made_at": MADE.isoformat().replace("+00:00", "Z"),
        "clock_offset_s": 0,
        "tree": None if tree is None else str(getattr(tree, "pk", tree)),
        "tree_version": 1,
        "body": body,
    }
    return json.dumps(envelope | values, ensure_ascii=False)


def inspection(
    person: User, tree: Any, values: dict[str, Any] | None = None, /, **envelope: Any
) -> str:
    """A regular inspection without findings."""
    body = {
        "inspection_kind": "regular",
        "leaf_state": "bare",
        "vitality": "1",
        "condition": "sound",
        "phase": "mature",
        "result": "safe",
        "expectation": "",
        "limits": [],
        "findings": [],
        "endings": [],
        "measures": [],
    }
    return entry("inspection", person, tree, body | (values or {}), **envelope)


def finding(**values: Any) -> dict[str, Any]:
    """A symptom in the crown."""
    defaults = {"id": str(uuid4()), "zone": "K", "symptom": "K13", "severity": 2}
    return defaults | {"note": "", "observation": "seen", "continues": None, "photos": []} | values


def change(
    person: User, tree: Tree, base: dict[str, Any], changes: dict[str, Any], **values: Any
) -> str:
    """A correction of attributes."""
    return entry("tree_change", person, tree, {"base": base, "changes": changes}, **values)


def move(person: User, tree: Tree, base: Any, to: Any) -> str:
    """A correction of the position; points of the stored reference system."""
    body = {"base": degrees(base), **degrees(to), "accuracy_m": 1.2, "source": "gnss"}
    return entry("tree_move", person, tree, body)


def new_tree(person: User, place: Any, key: UUID, point: Any, **values: Any) -> str:
    """A newly found tree."""
    body = {**degrees(point), "accuracy_m": 3, "source": "gnss", "place": str(place.pk)}
    return entry("tree_new", person, key, body | {"status": "standing"} | values)


def id_of(text: str) -> UUID:
    """The entry's key."""
    return UUID(json.loads(text)["id"])


def send(by: User | None, *texts: str, **values: Any) -> list[Receipt]:
    """Hand entries in as a tablet does."""
    defaults: dict[str, Any] = {"received_at": NOW, "sent_at": SENT}
    return accept_entries(texts=texts, by=by, **(defaults | values))


def statuses(receipts: list[Receipt]) -> list[str]:
    """What became of them."""
    return [receipt.status for receipt in receipts]


def make_device(person: User, **values: Any) -> FieldDevice:
    """A registered tablet."""
    return FieldDevice.objects.create(
        **({"id": uuid4(), "name": "Tablet Nord", "registered_by": person} | values)
    )
