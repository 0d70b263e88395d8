"""Which of a tablet's delivered entries and photos this database does not hold; asked by its API.

After a backup was put back, what came in between is gone here, but tablets keep what they delivered
for seven days: told what is missing, they send it again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from baumkataster.models import User
from inspections.models import FieldEntry, PhotoUpload


@dataclass(frozen=True, kw_only=True)
class Lost:
    """Keys of what is not here."""

    entries: list[UUID]
    photos: list[UUID]


def lost(*, person: User, entries: Collection[UUID], photos: Collection[UUID]) -> Lost:
    """Those of the person's entries and photos that are not here; the tablet holds them as delivered."""
    kept = FieldEntry.objects.filter(entry_id__in=entries, person=person)
    received = PhotoUpload.objects.filter(pk__in=photos, person=person)
    return Lost(
        entries=sorted(set(entries) - set(kept.values_list("entry_id", flat=True))),
        photos=sorted(set(photos) - set(received.values_list("pk", flat=True))),
    )
