"""Catalogue codes in an entry that the catalogue does not know, and what may stand in their place."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

from inspections.models import Symptom
from inspections.web.field_facts import body_of
from inspections.web.field_names import Names

#: Where an inspection holds codes, and of which catalogue.
IN_BODY = {"inspection_kind": "inspection_kind"}
IN_ROWS = {
    "findings": {"zone": "zone", "symptom": "symptom"},
    "measures": {"kind": "measure_kind", "urgency": "urgency"},
}
LABELS = {
    "inspection_kind": gettext_lazy("Kontrollart"),
    "zone": gettext_lazy("Baumbereich"),
    "symptom": gettext_lazy("Schadsymptom"),
    "measure_kind": gettext_lazy("Art der Maßnahme"),
    "urgency": gettext_lazy("Dringlichkeit"),
    "limit": gettext_lazy("Grenze der Kontrolle"),
}


@dataclass(frozen=True)
class UnknownCode:
    """One code and those that may take its place."""

    word: str
    code: str
    #: Code and name of every entry in use.
    choices: tuple[tuple[str, str], ...]

    @property
    def label(self) -> str:
        """The catalogue's name."""
        return str(LABELS[self.word])


def unknown_codes(entry: dict[str, Any], names: Names) -> list[UnknownCode]:
    """Every code of an inspection that no catalogue has, each once, in order."""
    if entry.get("kind") != "inspection":
        return []
    return [
        UnknownCode(word, code, _choices(word, names))
        for word, code in dict.fromkeys(_codes(body_of(entry)))
        if code not in names.catalogues[word]
    ]


def _codes(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Catalogue and code of everything that should be one."""
    for name, word in IN_BODY.items():
        if isinstance(body.get(name), str):
            yield word, body[name]
    limits = body.get("limits")
    for code in limits if isinstance(limits, list) else []:
        if isinstance(code, str):
            yield "limit", code
    for group, fields in IN_ROWS.items():
        rows = body.get(group)
        for row in rows if isinstance(rows, list) else []:
            for name, word in fields.items():
                if isinstance(row, dict) and isinstance(row.get(name), str):
                    yield word, row[name]


def _choices(word: str, names: Names) -> tuple[tuple[str, str], ...]:
    """Entries in use; symptoms say their zone, too, since some share a name."""
    rows = [row for row in names.catalogues[word].values() if row.active]
    return tuple(
        (row.pk, f"{names.of_code('zone', row.zone_id)}: {row}")
        if isinstance(row, Symptom)
        else (row.pk, str(row))
        for row in rows
    )
