"""Alarms the office of an emergency in an entry that waits: it must not lie unread; asked by judging.py."""

import json
import logging
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from baumkataster.models import Tree
from inspections.models import FieldEntry, MeasureKind, Symptom, Urgency
from inspections.services.mails import alarm_waiting
from inspections.sync.reading import key_of

logger = logging.getLogger(__name__)
#: A mail is to be read on a telephone; the whole entry stands on its page.
MOST_LINES, MOST_LETTERS = 20, 300


def alarm_if_urgent(entry: FieldEntry) -> None:
    """Put the alarm into the outbox where the entry orders something at once; never raises.

    The text may be broken in any way: what can be told of it is told.
    """
    try:
        values = _inspection(entry.text)
        body = values.get("body")
        if isinstance(body, dict) and _is_urgent(body):
            with transaction.atomic(), override(settings.LANGUAGE_CODE):
                key = key_of(values.get("tree"))
                tree = Tree.objects.filter(pk=key).first() if key else None
                alarm_waiting(entry=entry, tree=tree, lines=list(_lines(body))[:MOST_LINES])
    except Exception:
        logger.exception("no alarm for field entry %s", entry.pk)


def _inspection(text: str) -> dict[str, Any]:
    """What the text says, {} where it is no inspection."""
    try:
        values = json.loads(text)
        # What no text column can hold is kept as a literal.
        values = json.loads(values) if isinstance(values, str) else values
    except (ValueError, RecursionError):
        return {}
    is_inspection = isinstance(values, dict) and values.get("kind") == "inspection"
    return values if is_inspection else {}


def _rows(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects, whatever stands there."""
    rows = body.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _is_urgent(body: dict[str, Any]) -> bool:
    """A measure that cannot wait; of an urgency that is not known, the action on the spot tells."""
    known = dict(Urgency.objects.values_list("code", "immediate"))
    codes = [str(row.get("urgency")) for row in _rows(body, "measures")]
    acted = bool(body.get("immediate_action"))
    return any(known.get(code, acted) for code in codes)


def _lines(body: dict[str, Any]) -> Iterator[str]:
    """What was entered: measures, what was done on the spot, findings, the remark."""
    for row in _rows(body, "measures"):
        words = [_name(MeasureKind, row.get("kind")), _name(Urgency, row.get("urgency"))]
        yield _line(_("Maßnahme"), ", ".join(words), row.get("note"))
    if action := body.get("immediate_action"):
        yield _line(_("Sofort getan"), action)
    for row in _rows(body, "findings"):
        yield _line(_("Befund"), _name(Symptom, row.get("symptom")), row.get("note"))
    if note := body.get("note"):
        yield _line(_("Bemerkung"), note)


def _name(model: Any, code: Any) -> str:
    """The catalogue's word for a code, else the code."""
    found = model.objects.filter(pk=code).first() if isinstance(code, str) else None
    return found.name if found else str(code)


def _line(label: str, *words: Any) -> str:
    """One line of plain text that every column and mail can hold."""
    text = f"{label}: {' – '.join(str(word) for word in words if word)}"
    plain = text.encode("utf-8", "replace").decode().replace("\0", "")
    return " ".join(plain.split())[:MOST_LETTERS]
