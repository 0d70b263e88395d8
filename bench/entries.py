"""Entries that arborists hand in, for the benches: by the office form and by a tablet."""

import hashlib
import json
import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q
from django.utils import timezone

from baumkataster.models import Tree, User
from inspections.models import InspectionKind, Measure
from tests import factories


def crew(count: int) -> list[User]:
    """So many arborists with a qualification; the catalogues are there afterwards."""
    if not InspectionKind.objects.exists():
        factories.load_catalogues()
    return [
        factories.make_user("arborist", username=f"messung{uuid4().hex[:8]}") for _ in range(count)
    ]


def some_trees(most: int, seed: int) -> list[UUID]:
    """Keys of standing trees of the city's duty, mixed by ``seed``."""
    keys = Tree.objects.standing().of_the_city().order_by("pk").values_list("pk", flat=True)
    found = list(keys[: most * 4])
    random.Random(seed).shuffle(found)
    return found[:most]


def rateable_trees(most: int, seed: int) -> dict[UUID, str]:
    """As some_trees, with their phase; without those whose crown was cut too much to be rated."""
    cut = Measure.objects.filter(state="done").filter(Q(kind__cutting="heavy") | Q(kind="torso"))
    rows = Tree.objects.standing().of_the_city().exclude(phase="")
    pairs = rows.exclude(pk__in=cut.values("tree")).order_by("pk").values_list("pk", "phase")
    found = list(pairs[: most * 4])
    random.Random(seed).shuffle(found)
    return dict(found[:most])


def form(
    tree: UUID, *, number: int = 1, at: datetime | None = None, phase: str = "mature"
) -> dict[str, Any]:
    """A regular inspection with one finding and one measure, as the form beside the map posts it."""
    finding = str(uuid4())
    return {
        "id": str(uuid4()),
        "tree": str(tree),
        "kind": "regular",
        "inspected_at": ((at or timezone.now()) - timedelta(minutes=1)).isoformat(),
        "leaf_state": "bare",
        "condition": "sound",
        "phase": phase,
        "result": "safe",
        "vitality": "1",
        "note": f"Messung {number}",
        "findings": [{"id": finding, "zone": "K", "symptom": "K01", "severity": 2}],
        "measures": [{"id": str(uuid4()), "kind": "deadwood", "urgency": "3", "finding": finding}],
    }


def batch(tree: UUID, user: User, *, number: int = 1, phase: str = "mature") -> dict[str, Any]:
    """The same as a tablet sends it: a batch of one entry, as text."""
    filled = form(tree, number=number, phase=phase)
    made = timezone.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    left = {"id", "tree", "kind", "inspected_at"}
    body = {name: filled[name] for name in filled if name not in left}
    envelope = {
        "id": filled["id"],
        "kind": "inspection",
        "v": 1,
        "person": str(user.pk),
        "device": None,
        "device_name": "Messgerät",
        "app": "1",
        "made_at": made,
        "clock_offset_s": 0,
        "tree": filled["tree"],
        "tree_version": 1,
        "body": {"inspection_kind": "regular", **body},
    }
    return {"entries": [json.dumps(envelope, ensure_ascii=False)], "sent_at": made}


def digest(text: str) -> str:
    """What a receipt must say of it."""
    return hashlib.sha256(text.encode()).hexdigest()
