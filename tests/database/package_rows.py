"""Rows for tests of the field app that no factory makes: photos without a file, findings of the crown."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from baumkataster.models import Photo, Tree, User
from inspections.services import FindingEntry


def make_photo(tree: Tree, by: User, *, day: int = 1, caption: str = "") -> Photo:
    """A photo without a file."""
    taken = datetime(2026, 5, day, 8, 30, tzinfo=UTC)
    values = {"file": "x.jpg", "thumbnail": "x.jpg", "sha256": "0" * 64, "width": 1, "height": 1}
    return Photo.objects.create(
        tree=tree, taken_at=taken, uploaded_by=by, caption=caption, **values
    )


def finding(symptom: str, **values: Any) -> FindingEntry:
    """A finding of the crown."""
    rest: dict[str, Any] = {"id": uuid4(), "zone": "K", "symptom": symptom, "severity": 2}
    return FindingEntry(**(rest | values))
