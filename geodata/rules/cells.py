"""The cells of a row to measured values, each checked for plausibility; used by the row rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from baumkataster.rules.dimensions import BOUNDS, EARLIEST_YEAR
from geodata.rules.problems import ERROR, WARNING, gettext_noop
from geodata.rules.profiles import UNITS, FieldRule, Profile
from geodata.rules.records import Measured
from geodata.rules.source_rows import SourceRow, Trouble
from geodata.rules.values import EXCEL_CODES, CellError, parse_day, parse_number


@dataclass(frozen=True, slots=True)
class Limits:
    """Possible: what the database holds. Usual: what passes without a word."""

    word: str
    lowest: float
    highest: float
    usual_low: float
    usual_high: float


def _measured(target: str, word: str, lowest: float, highest: float) -> Limits:
    """What the database holds, and what passes without a word in every form too."""
    return Limits(word, lowest, highest, *BOUNDS[target])


#: By target, in the target's unit.
LIMITS: Final[dict[str, Limits]] = {
    "height_m": _measured("height_m", gettext_noop("Höhe"), 0.1, 80),
    "crown_diameter_m": _measured("crown_diameter_m", gettext_noop("Kronendurchmesser"), 0.1, 60),
    "crown_base_m": _measured("crown_base_m", gettext_noop("Kronenansatz"), 0, 80),
    "girth_cm": _measured("girth_cm", gettext_noop("Stammumfang"), 1, 2000),
    "trunk_diameter_cm": Limits(gettext_noop("Stammdurchmesser"), 1, 640, 1, 280),
    "girth_height_cm": Limits(gettext_noop("Messhöhe"), 1, 300, 10, 150),
    "stem_count": Limits(gettext_noop("Stammzahl"), 1, 100, 1, 20),
    "tree_count": Limits(gettext_noop("Anzahl Bäume"), 1, 100_000, 1, 5_000),
    "planted_year": Limits(gettext_noop("Pflanzjahr"), 1000, 2200, EARLIEST_YEAR, 2200),
}

TEXT_LIMITS: Final[dict[str, int]] = {
    "place": 160, "place_key": 20, "number": 40, "house_number": 20, "tag": 40,
}  # fmt: skip

_ZERO: Final = gettext_noop(
    "0 heißt in dieser Quelle „nicht erfasst“. Das Feld %(word)s bleibt leer."
)
_IMPOSSIBLE: Final = gettext_noop(
    "%(shown)s ist nicht möglich (%(word)s: %(low)s bis %(high)s). Das Feld bleibt leer."
)
_OTHER_UNIT: Final = gettext_noop(
    "%(shown)s ist nicht möglich (%(word)s: %(low)s bis %(high)s). Sind es %(other)s? "
    "Das Feld bleibt leer."
)
_UNUSUAL: Final = gettext_noop(
    "%(shown)s ist ungewöhnlich (%(word)s: meist %(low)s bis %(high)s). "
    "Der Wert wurde übernommen, bitte prüfen."
)
_FUTURE: Final = gettext_noop(
    "Das Pflanzjahr %(shown)s liegt in der Zukunft. Das Feld bleibt leer."
)
_EARLY: Final = gettext_noop(
    "Das Pflanzjahr %(shown)s ist ungewöhnlich früh. Der Wert wurde übernommen, bitte prüfen."
)
_TOO_LONG: Final = gettext_noop("Der Text ist länger als %(limit)s Zeichen.")


class CellReader:
    """Reads the field columns of a profile; ``day`` is the day of the import."""

    def __init__(self, profile: Profile, position_of: Mapping[str, int], *, day: date) -> None:
        self.profile = profile
        self.latest_year = day.year + 1
        self.bound = [(rule, position_of[rule.column]) for rule in profile.fields]

    def read(self, row: SourceRow) -> Measured:
        """All values of the row; what cannot be used is left out and told at the row."""
        measured = Measured()
        for rule, position in self.bound:
            text = row.cells[position].strip()
            if row.header.means_nothing(text):
                continue
            trouble = self._read_one(rule, text, measured)
            if trouble is not None:
                row.tell(rule.column, text, trouble)
        return measured

    def _read_one(self, rule: FieldRule, text: str, measured: Measured) -> Trouble | None:
        if rule.kind == "text":
            return _read_text(rule, text, measured)
        try:
            if rule.kind == "day":
                measured.days[rule.target] = parse_day(text, form=rule.form)
                return None
            number = parse_number(text, mark=self.profile.mark)
        except CellError as trouble:
            if trouble.code in EXCEL_CODES:
                return Trouble(trouble.code, trouble.message, ERROR, trouble.params)
            return Trouble(trouble.code, trouble.left_empty, WARNING, trouble.params)
        return self._keep_number(rule, text, number, measured)

    def _keep_number(
        self, rule: FieldRule, text: str, number: float, measured: Measured
    ) -> Trouble | None:
        limits = LIMITS[rule.target]
        if number == 0 and rule.zero_is_null:
            return Trouble("zero", _ZERO, WARNING, {"word": limits.word})
        value = number * rule.factor
        shown = f"{text} {rule.unit}".strip()
        params: dict[str, object] = {"shown": shown, "word": limits.word}
        if not limits.lowest <= value <= limits.highest:
            return _impossible(rule, number, limits, params)
        if rule.target == "planted_year" and value > self.latest_year:
            return Trouble("impossible", _FUTURE, WARNING, {"shown": text})
        measured.numbers[rule.target] = value
        measured.as_given[rule.target] = (rule.column, text)
        if limits.usual_low <= value <= limits.usual_high:
            return None
        if rule.kind == "year":
            return Trouble("unusual", _EARLY, WARNING, params)
        params |= {
            "low": _in_unit(limits.usual_low, rule),
            "high": _in_unit(limits.usual_high, rule),
        }
        return Trouble("unusual", _UNUSUAL, WARNING, params)


def _read_text(rule: FieldRule, text: str, measured: Measured) -> Trouble | None:
    if rule.part != "all":
        text = _part(text, rule.part)
    limit = TEXT_LIMITS.get(rule.target)
    if limit is not None and len(text) > limit:
        return Trouble("too_long", _TOO_LONG, ERROR, {"limit": limit})
    if not text or (text == "0" and rule.zero_is_null):
        return None
    measured.texts[rule.target] = text
    return None


def _part(text: str, part: str) -> str:
    """What stands in the last brackets, which must end the text, or before them."""
    before, opened, inside = text.rpartition("(")
    if not (opened and before.strip() and inside.find(")") == len(inside) - 1):
        return text if part == "before_brackets" else ""
    return inside[:-1].strip() if part == "brackets" else before.strip()


def _impossible(
    rule: FieldRule, number: float, limits: Limits, params: dict[str, object]
) -> Trouble:
    params |= {"low": _in_unit(limits.lowest, rule), "high": _in_unit(limits.highest, rule)}
    for other in ("m", "cm", "mm") if rule.unit else ():
        value = number * rule.factor * UNITS[other] / UNITS[rule.unit]
        if limits.usual_low <= value <= limits.usual_high:
            return Trouble("impossible", _OTHER_UNIT, WARNING, params | {"other": other})
    return Trouble("impossible", _IMPOSSIBLE, WARNING, params)


def _in_unit(value: float, rule: FieldRule) -> str:
    """A limit in the unit of the column, as the sentence shows it."""
    return f"{value / rule.factor:g} {rule.unit}".strip().replace(".", ",")
