"""Counts and understood rows of an import in the words of its pages."""

from typing import Any, Final

from django.utils.dateparse import parse_date
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geodata.models import ImportRun

#: Counts that are shown large, with the page of the run that lists them.
FIGURES: Final = (
    ("new", gettext_lazy("neu"), ""),
    ("changed", gettext_lazy("geändert"), ""),
    ("unchanged", gettext_lazy("unverändert"), ""),
    ("conflicts", gettext_lazy("Widersprüche"), "import_conflicts"),
    ("vanished", gettext_lazy("nicht mehr in der Datei"), "import_vanished"),
    ("refused", gettext_lazy("abgewiesene Zeilen"), "import_problem_list"),
)
#: The others, in a list.
FACTS: Final = (
    ("rows", gettext_lazy("Zeilen in der Datei")),
    ("trees", gettext_lazy("Bäume")),
    ("sites", gettext_lazy("Standorte ohne Baum")),
    ("groups", gettext_lazy("Baumgruppen")),
    ("kept", gettext_lazy("unberührt gelassen, bitte prüfen")),
    ("new_places", gettext_lazy("neue Objekte")),
    ("outside_districts", gettext_lazy("außerhalb aller Ortsteile")),
    ("without_species", gettext_lazy("Bäume ohne bekannte Art")),
    ("inherited_controls", gettext_lazy("übernommene Kontrollen")),
)
KINDS: Final = {
    "tree": gettext_lazy("Baum"),
    "site": gettext_lazy("Standort"),
    "group": gettext_lazy("Baumgruppe"),
}
ACTIONS: Final = {
    "new": gettext_lazy("neu"),
    "compare": gettext_lazy("bekannt"),
    "kept": gettext_lazy("unberührt"),
}


def figures(run: ImportRun) -> dict[str, list[dict[str, Any]]]:
    """Large numbers and facts; those that are nought and tell nothing are left out."""
    counts = run.counts or {}
    large = [
        {"label": label, "number": counts.get(name, 0), "page": page if counts.get(name) else ""}
        for name, label, page in FIGURES
    ]
    facts = [
        {"label": label, "number": counts[name]}
        for name, label in FACTS
        if counts.get(name) or name in {"rows", "trees"}
        if name in counts
    ]
    return {"large": large if counts else [], "facts": facts}


def preview_rows(run: ImportRun) -> list[dict[str, Any]]:
    """Rows of the preview: cells of the file, and what was understood of them."""
    seen = run.preview or {}
    lines = [row["line"] for row in seen.get("rows", ())]
    problems: dict[int, list[str]] = {}
    for problem in run.problems.filter(line__in=lines).order_by("id"):
        problems.setdefault(problem.line, []).append(problem.sentence)
    used = seen.get("used", [])
    return [
        {
            "line": row["line"],
            "cells": [
                {"text": cell, "used": place < len(used) and used[place]}
                for place, cell in enumerate(row["cells"])
            ],
            "understood": _understood(row["understood"]),
            "problems": problems.get(row["line"], []),
        }
        for row in seen.get("rows", ())
    ]


def _understood(row: dict[str, Any] | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "kind": KINDS[row["kind"]],
        "action": ACTIONS[row["action"]],
        "is_new": row["action"] == "new",
        "where": " ".join(part for part in (row["place"], row["number"]) if part),
        "species": row["species"],
        "species_known": row["species_known"] or row["kind"] != "tree",
        "values": ", ".join(_values(row)),
    }


def _values(row: dict[str, Any]) -> list[str]:
    """Measures with their units."""
    words = []
    if row["height_m"] is not None:
        words.append(_("Höhe %(m)s m") % {"m": number_format(row["height_m"])})
    if row["crown_m"] is not None:
        words.append(_("Krone %(m)s m") % {"m": number_format(row["crown_m"])})
    if row["girth_cm"] is not None:
        words.append(_("Umfang %(cm)s cm") % {"cm": row["girth_cm"]})
    if row["planted_year"] is not None:
        words.append(_("gepflanzt %(year)s") % {"year": row["planted_year"]})
    for name, text in (("last_on", _("zuletzt kontrolliert %s")), ("next_on", _("fällig %s"))):
        if day := row[name] and parse_date(row[name]):
            words.append(text % date_format(day, "d.m.Y"))
    return words
