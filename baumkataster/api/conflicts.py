"""Both values of each field that two people changed: as JSON for the form, and in words for people."""

from decimal import Decimal
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.translation import gettext as _

from baumkataster.errors import Stale


def conflict_rows(stale: Stale) -> list[dict[str, Any]]:
    """``[{field, label, yours, theirs, yours_words, theirs_words}]``; rows are told by their key."""
    model = type(stale.current)
    return [
        {
            "field": each.field,
            "label": str(each.label),
            "yours": _plain(each.yours),
            "theirs": _plain(each.theirs),
            "yours_words": _words(model, each.field, each.yours),
            "theirs_words": _words(model, each.field, each.theirs),
        }
        for each in stale.conflicts
    ]


def _plain(value: Any) -> Any:
    """A value as the form sends it."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value.pk) if isinstance(value, Model) else str(value)


def _words(model: type[Any], field: str, value: Any) -> str:
    """A value as people read it; nothing is empty."""
    if isinstance(value, bool):
        return _("ja") if value else _("nein")
    if isinstance(value, GEOSGeometry):
        return " / ".join(f"{number:.1f}" for number in value.centroid.coords)
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return str(_choices(model, field).get(value, "" if value is None else value))


def _choices(model: type[Any], field: str) -> dict[Any, Any]:
    """Code -> words of a column with choices."""
    try:
        return dict(getattr(model._meta.get_field(field), "flatchoices", ()))
    except (AttributeError, FieldDoesNotExist):
        return {}
