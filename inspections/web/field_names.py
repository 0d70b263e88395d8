"""Names for codes and keys that tablets hand in: catalogue words, species, places; for the review pages."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext as _

from baumkataster.models import Place, Species, Tree, Unit
from inspections.models import (
    ControlLimit,
    Finding,
    InspectionKind,
    Measure,
    MeasureKind,
    Symptom,
    Urgency,
    Zone,
)
from inspections.models.catalogues import CatalogueEntry

#: Catalogues by what an entry calls their codes.
CATALOGUES: dict[str, type[CatalogueEntry]] = {
    "inspection_kind": InspectionKind,
    "zone": Zone,
    "symptom": Symptom,
    "measure_kind": MeasureKind,
    "urgency": Urgency,
    "limit": ControlLimit,
}
#: Tables by the name under which an entry holds their keys.
TABLES: dict[str, type[Model]] = {
    "species": Species,
    "place": Place,
    "unit": Unit,
    "measure": Measure,
    "finding": Finding,
    "continues": Finding,
    "tree": Tree,
}
#: Objects and lists inside each other; what lies deeper in a text is not read.
DEEPEST = 8
RELATED: dict[type[Model], tuple[str, ...]] = {
    Tree: ("site__place",),
    Measure: ("kind", "tree__site__place"),
    Finding: ("symptom",),
}


class Names:
    """Catalogue words and the rows that some entries name, read once for a whole page."""

    def __init__(self, entries: Iterable[Any]) -> None:
        self.catalogues: dict[str, dict[str, CatalogueEntry]] = {
            word: {row.pk: row for row in model._default_manager.all()}
            for word, model in CATALOGUES.items()
        }
        wanted: dict[type[Model], set[UUID]] = {}
        for name, key in _keys(list(entries)):
            wanted.setdefault(TABLES[name], set()).add(key)
        self.rows: dict[type[Model], dict[str, Model]] = {
            model: {
                str(row.pk): row
                for row in model._default_manager.select_related(*RELATED.get(model, ())).filter(
                    pk__in=keys
                )
            }
            for model, keys in wanted.items()
        }

    def of_code(self, word: str, code: Any) -> str:
        """A catalogue's word; an unknown code says that it is one."""
        found = self.catalogues[word].get(code) if isinstance(code, str) else None
        return str(found) if found else _("unbekannter Schlüssel „%(code)s“") % {"code": code}

    def row(self, name: str, key: Any) -> Model | None:
        """The row that an entry means by a key, if there is one."""
        return self.rows.get(TABLES[name], {}).get(str(key))

    def of_row(self, name: str, key: Any) -> str:
        """Its words."""
        row = self.row(name, key)
        if isinstance(row, Finding):
            return str(row.symptom)
        if isinstance(row, Measure):
            return str(row.kind)
        return str(row) if row else _("nicht im Kataster")


def _keys(value: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, UUID]]:
    """Every key of a table in a text of any shape; nothing of ours is nested deeper than this."""
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        for inner, content in value.items():
            yield from _keys(content, inner, depth + 1)
    elif isinstance(value, list):
        for content in value:
            yield from _keys(content, name, depth + 1)
    elif name in TABLES and (key := uuid_of(value)):
        yield name, key


def uuid_of(value: Any) -> UUID | None:
    """A key, if it is one."""
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def readable(value: Any, depth: int = 0) -> str:
    """A plain value as people write it: days and times, numbers, yes and no, lists."""
    if depth > DEEPEST or value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return _("ja") if value else _("nein")
    if isinstance(value, int | float):
        whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e12
        return number_format(int(value) if whole else value)
    if isinstance(value, list):
        return ", ".join(readable(each, depth + 1) for each in value)
    if isinstance(value, dict):
        words = (f"{name}: {readable(each, depth + 1)}" for name, each in value.items())
        return _position(value) or ", ".join(words)
    return _moment(str(value))


def _position(value: dict[str, Any]) -> str:
    """Degrees as on a map, or "" where the value is no position."""
    lon, lat = value.get("lon"), value.get("lat")
    if not isinstance(lon, int | float) or not isinstance(lat, int | float):
        return ""
    return f"{number_format(lat, 6)}° N, {number_format(lon, 6)}° O"


def _moment(text: str) -> str:
    """A day or an instant in the reader's form, any other text as it is."""
    try:
        if len(text) == 10 and (day := parse_date(text)):
            return date_format(day, "d.m.Y")
        if len(text) > 15 and (moment := parse_datetime(text)):
            return date_format(localtime(moment) if is_aware(moment) else moment, "d.m.Y H:i")
    except ValueError:
        return text
    return text
