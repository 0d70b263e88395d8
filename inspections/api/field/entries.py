"""Takes in what tablets recorded and answers each entry with its receipt."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from baumkataster.permissions import Visitor
from inspections.api.field.senders import SenderView
from inspections.field.tree_rows import tree_rows
from inspections.models import FieldDevice
from inspections.sync.devices import note_contact
from inspections.sync.reading import instant
from inspections.sync.receiving import Receipt, accept_entries
from inspections.sync.verdicts import Settled, settled

#: Entries of one request; a broken line costs no more than these.
MOST_ENTRIES = 50
#: Keys of unsettled entries that a tablet may ask after at once.
MOST_OPEN = 500


class EntriesView(SenderView):
    """The one address to which tablets send."""

    @extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Keep the entries, say what became of each, and of those that were still unsettled."""
        data = request.data if isinstance(request.data, dict) else {}
        now = timezone.now()
        device = self.key.device if self.key else _device(data.get("device"))
        receipts = accept_entries(
            texts=_texts(data.get("entries", [])),
            received_at=now,
            by=None if self.key else self.person,
            key=self.key,
            device=device,
            sent_at=instant(data.get("sent_at")),
        )
        if device is not None:
            note_contact(
                device=device,
                user=self.person,
                at=now,
                app=data["app"] if isinstance(data.get("app"), str) else "",
                **{name: _count(data.get(name)) for name in _COUNTS},
            )
        return Response(
            {
                "received_at": now,
                "device": {
                    "blocked": device is not None and device.blocked_at is not None,
                    "name": device.name if device else "",
                },
                "receipts": _receipts(receipts, request.user),
                "settled": [
                    _settled(each)
                    for each in settled(ids=_keys(data.get("open")), person=self.person)
                ],
            }
        )


_COUNTS = ("unsent", "photos_unsent", "free_bytes")


def _texts(value: Any) -> list[str]:
    """The entries, each as a text."""
    if not isinstance(value, list) or any(not isinstance(text, str) for text in value):
        raise ValidationError({"entries": [_("Die Einträge müssen eine Liste von Texten sein.")]})
    if len(value) > MOST_ENTRIES:
        sentence = _("Auf einmal gehen höchstens %(most)s Einträge.") % {"most": MOST_ENTRIES}
        raise ValidationError({"entries": [sentence]})
    return value


def _device(value: Any) -> FieldDevice | None:
    """The registered device; entries of an unknown one are taken in as well."""
    keys = _keys([value])
    return FieldDevice.objects.filter(pk__in=keys).first() if keys else None


def _keys(value: Any) -> list[UUID]:
    """The keys among whatever came."""
    found = []
    for text in value[:MOST_OPEN] if isinstance(value, list) else []:
        try:
            found.append(UUID(str(text)))
        except ValueError:
            continue
    return found


def _count(value: Any) -> int | None:
    """A number, if it is one."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _receipts(receipts: Iterable[Receipt], visitor: Visitor) -> list[dict[str, Any]]:
    """The receipts; each touched tree goes back as it is now, with the last entry that touched it."""
    last = {tree: receipt.index for receipt in receipts for tree in receipt.trees}
    rows = {row["id"]: row for row in tree_rows(last, visitor=visitor)} if last else {}
    return [
        {
            "index": receipt.index,
            "id": str(receipt.id) if receipt.id else None,
            "sha256": receipt.sha256,
            "status": receipt.status,
            "known": receipt.known,
            "sentence": receipt.sentence,
            "trees": [
                rows[str(tree)]
                for tree in receipt.trees
                if last[tree] == receipt.index and str(tree) in rows
            ],
        }
        for receipt in receipts
    ]


def _settled(each: Settled) -> dict[str, Any]:
    """What became of an entry that the tablet still holds as open."""
    return {
        "id": str(each.id),
        "status": each.status,
        "sentence": each.sentence,
        "at": each.at,
    }
