"""What an entry of a tablet says, as a list of terms and values that the office can read."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baumkataster.models import Site, Tree
from inspections.models import Inspection
from inspections.web.field_names import TABLES, Names, readable

#: What an entry is, by its kind.
KINDS = {
    "inspection": gettext_lazy("Kontrolle"),
    "tree_new": gettext_lazy("Neuer Baum"),
    "tree_change": gettext_lazy("Angaben geändert"),
    "tree_move": gettext_lazy("Lage geändert"),
    "tree_end": gettext_lazy("Baum nicht mehr da"),
    "measure_done": gettext_lazy("Maßnahme erledigt"),
    "group_new": gettext_lazy("Neue Baumgruppe"),
}
SEVERITIES = {"1": gettext_lazy("gering"), "2": gettext_lazy("mittel"), "3": gettext_lazy("hoch")}
#: Words that no table of ours has.
LABELS = {
    "inspection_kind": gettext_lazy("Kontrollart"),
    "expectation": gettext_lazy("Sicherheitserwartung"),
    "place": gettext_lazy("Objekt"),
    "number": gettext_lazy("Nummer"),
    "accuracy_m": gettext_lazy("Lagegenauigkeit (m)"),
    "source": gettext_lazy("Lage aus"),
    "position": gettext_lazy("Lage"),
    "geom": gettext_lazy("Lage"),
    "measure": gettext_lazy("Maßnahme"),
    "done_on": gettext_lazy("erledigt am"),
    "done_by": gettext_lazy("erledigt durch"),
    "note": gettext_lazy("Bemerkung"),
    "on": gettext_lazy("am"),
    "reason": gettext_lazy("Begründung"),
    "how": gettext_lazy("was"),
    "tree_count": gettext_lazy("Anzahl der Bäume"),
    "correction_reason": gettext_lazy("Grund der Berichtigung"),
}
WORDS = {
    ("how", "felled"): gettext_lazy("gefällt"),
    ("how", "stump"): gettext_lazy("gefällt, Stubben steht noch"),
    ("how", "vanished"): gettext_lazy("verschwunden"),
    ("source", "gnss"): gettext_lazy("Satellit"),
    ("source", "map"): gettext_lazy("Karte"),
}
ENDINGS = {"gone": gettext_lazy("nicht mehr vorhanden"), "repaired": gettext_lazy("behoben")}
#: Order in which an inspection is read.
INSPECTION_FIELDS = (
    *("inspection_kind", "leaf_state", "vitality", "condition", "phase", "expectation", "result"),
    *("carried_over", "also_regular", "limits", "limits_note", "weather", "immediate_action"),
    *("set_months", "interval_reason", "note", "correction_reason"),
)
TREE_FIELDS = (
    *("place", "number", "species", "species_as_given", "status", "accuracy_m", "source"),
    *("planted_on", "planted_year", "planted_year_source", "height_m", "crown_diameter_m"),
    *("girth_cm", "girth_height_cm", "phase", "expectation", "tag", "remarks"),
)


@dataclass(frozen=True)
class Fact:
    """One term and its value."""

    label: str
    value: str


def parsed(text: str) -> dict[str, Any]:
    """An entry's text as an object that a page can show; {} where it is none."""
    try:
        value = json.loads(text)
        # A half of a pair (a cut emoji) would break the whole page.
        shown = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
        value = json.loads(shown)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def body_of(entry: dict[str, Any]) -> dict[str, Any]:
    """The part that depends on the kind; {} where it is missing."""
    body = entry.get("body")
    return body if isinstance(body, dict) else {}


def kind_label(kind: str) -> str:
    """What an entry is, in a word."""
    if not kind:
        return _("Nicht lesbarer Eintrag")
    return str(KINDS.get(kind) or _("Unbekannte Art"))


def facts(entry: dict[str, Any], names: Names) -> list[Fact]:
    """All that an entry says; nothing for a text that cannot be read."""
    body, kind = body_of(entry), entry.get("kind")
    if kind == "inspection":
        return [*_named(body, INSPECTION_FIELDS, Inspection, names), *_inspected(body, names)]
    if kind == "tree_change":
        return list(_changed(body, names))
    if kind == "tree_new":
        return [*_placed(body), *_named(body, TREE_FIELDS, Tree, names)]
    if kind == "tree_move":
        return [*_placed(body), *_named(body, ("accuracy_m", "source"), Tree, names)]
    if kind == "group_new":
        return list(_group(body, names))
    return list(_named(body, tuple(body), Tree, names))


def is_urgent(entry: dict[str, Any], names: Names) -> bool:
    """Whether an entry orders a measure that cannot wait."""
    urgencies: Any = names.catalogues["urgency"]
    codes = (row.get("urgency") for row in _rows(body_of(entry), "measures"))
    known = (urgencies.get(code) for code in codes if isinstance(code, str))
    return any(row is not None and row.immediate for row in known)


def label_of(name: str, model: type[Model] = Tree) -> str:
    """The word for a field of an entry."""
    if name in LABELS:
        return str(LABELS[name])
    field = _field(name, model)
    return str(getattr(field, "verbose_name", name)) if field else name


def value_of(name: str, value: Any, names: Names, model: type[Model] = Tree) -> str:
    """A field's value in words."""
    if name in TABLES and value:
        return names.of_row(name, value)
    if name in names.catalogues:
        return names.of_code(name, value)
    if name == "limits" and isinstance(value, list):
        return ", ".join(names.of_code("limit", code) for code in value) or "–"
    if isinstance(value, str) and (name, value) in WORDS:
        return str(WORDS[name, value])
    field = _field(name, model)
    choices = dict(getattr(field, "flatchoices", ()) or ())
    if isinstance(value, str) and value in choices:
        return str(choices[value])
    return readable(value)


def _field(name: str, model: type[Model]) -> Any:
    """The column of the model, or of the tree's site, that has this name."""
    for each in (model, Tree, Site):
        found = {field.name: field for field in each._meta.concrete_fields}.get(name)
        if found is not None:
            return found
    return None


def _named(
    body: dict[str, Any], fields: tuple[str, ...], model: type[Model], names: Names
) -> Iterator[Fact]:
    """Fields that say something."""
    for name in fields:
        if body.get(name) not in (None, "", [], {}, False):
            yield Fact(label_of(name, model), value_of(name, body[name], names, model))


def _rows(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects, whatever stands there."""
    rows = body.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _inspected(body: dict[str, Any], names: Names) -> Iterator[Fact]:
    """Findings, ended findings and measures of an inspection."""
    for row in _rows(body, "findings"):
        words = f"{names.of_code('zone', row.get('zone'))}: "
        words += names.of_code("symptom", row.get("symptom"))
        if severity := SEVERITIES.get(str(row.get("severity"))):
            words += f", {severity}"
        if row.get("observation") == "carried_over":
            same = _("unverändert")
            words += f" ({same})"
        yield Fact(_("Befund"), _with_note(words, row))
    for row in _rows(body, "endings"):
        ending = ENDINGS.get(str(row.get("how")), row.get("how"))
        yield Fact(_("Früherer Befund"), f"{names.of_row('finding', row.get('finding'))}: {ending}")
    for row in _rows(body, "measures"):
        words = names.of_code("measure_kind", row.get("kind"))
        words += f", {names.of_code('urgency', row.get('urgency'))}"
        yield Fact(_("Maßnahme"), _with_note(words, row))


def _with_note(words: str, row: dict[str, Any]) -> str:
    return f"{words} – {row['note']}" if row.get("note") else words


def _placed(body: dict[str, Any]) -> Iterator[Fact]:
    """Where something stands now."""
    yield Fact(_("Lage"), readable({"lon": body.get("lon"), "lat": body.get("lat")}))


def _changed(body: dict[str, Any], names: Names) -> Iterator[Fact]:
    """Each field with the value before and the new one."""
    base = body.get("base") if isinstance(body.get("base"), dict) else {}
    changes = body.get("changes") if isinstance(body.get("changes"), dict) else {}
    for name, value in (changes or {}).items():
        before = value_of(name, (base or {}).get(name), names)
        words = _("%(new)s (vorher %(old)s)")
        new = value_of(name, value, names)
        yield Fact(label_of(name), words % {"new": new, "old": before})


def _group(body: dict[str, Any], names: Names) -> Iterator[Fact]:
    """A group of trees: where, how many, of which species."""
    yield from _named(body, ("place", "number", "tree_count"), Tree, names)
    for row in _rows(body, "species"):
        share = f" {readable(row['percent'])} %" if row.get("percent") else ""
        yield Fact(_("Baumart"), f"{names.of_row('species', row.get('species'))}{share}")
    yield from _named(body, ("remarks",), Tree, names)
