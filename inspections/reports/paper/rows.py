"""The columns of the list on paper and how a tree's words are spread over them; used by making.py."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inspections.reports.paper.listing import Cell, Column, Row


def columns() -> list[Column]:
    """The heads, each of two lines."""
    return [
        Column(_("Stand"), _("überfällig"), 1.4),
        Column(_("Baum"), _("Hausnr."), 0.62),
        Column(_("Objekt"), _("Ortsteil · Revier"), 1.65),
        Column(_("Baumart"), _("Phase · Zustand"), 1.6),
        Column(_("Sicherheitserwartung"), _("Intervall, Begründung"), 1.45),
        Column(_("letzte Kontrolle"), _("durch · Belaubung"), 1.45),
        Column(_("fällig am"), _("Toleranz bis"), 0.78),
        Column(_("offene Dringlichkeit"), _("zuständig"), 1.35),
    ]


def row_of(words: dict[str, Any]) -> Row:
    """One tree, from the words of the files."""
    return Row(
        state=words["state_code"],
        cells=(
            Cell(words["state"], _late(words)),
            Cell(words["number"], words["house_number"]),
            Cell(words["place"], _joined(words["district"], words["unit"])),
            Cell(
                words["species"] or _("Art unbekannt"), _joined(words["phase"], words["condition"])
            ),
            Cell(words["expectation"], _interval(words)),
            Cell(*_last(words)),
            Cell(_day(words["due_on"]), _day(words["tolerance_until"])),
            Cell(words["worst_urgency"] or "–", words["responsible"]),
        ),
    )


def _late(words: dict[str, Any]) -> str:
    days = words["days_over"]
    if not days:
        return ""
    return ngettext("seit %(days)s Tag", "seit %(days)s Tagen", days) % {"days": days}


def _interval(words: dict[str, Any]) -> str:
    """Valid interval, the proposal where it differs, the reason."""
    valid, proposed = words["set_months"], words["proposed_months"]
    if valid is None:
        return ""
    text = _("%(months)s Monate") % {"months": valid}
    if proposed is not None and proposed != valid:
        text += " " + _("(Vorschlag %(months)s)") % {"months": proposed}
    return _joined(text, words["interval_reason"])


def _last(words: dict[str, Any]) -> tuple[str, str]:
    """Day and kind of the last control, then by whom and in which leaf state."""
    if words["last_on"]:
        return (
            _joined(_day(words["last_on"]), words["last_kind"]),
            _joined(words["last_by"], words["last_leaf_state"]),
        )
    if words["inherited_on"]:
        return _day(words["inherited_on"]), _("übernommen")
    return "–", ""


def _day(value: date | None) -> str:
    return f"{value:%d.%m.%Y}" if value else "–"


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
