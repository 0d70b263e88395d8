"""Texts of a table cell to numbers and days, strictly; called by the row rules."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final, Literal

from geodata.rules.problems import gettext_noop

DecimalMark = Literal[".", ","]

_PLAIN: Final[dict[str, re.Pattern[str]]] = {
    ".": re.compile(r"[+-]?\d+(?:\.\d*)?", re.ASCII),
    ",": re.compile(r"[+-]?\d+(?:,\d*)?", re.ASCII),
}
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+", re.ASCII)
#: Two or more groups of three behind dots: Excel lost the decimal point and set thousands dots.
_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}(?:[.]\d{3}){2,}(?:,\d+)?")
_MONTHS: Final = "jan|feb|mär|mrz|mar|apr|mai|may|jun|jul|aug|sep|okt|oct|nov|dez|dec"
#: "1.50" opened by Excel becomes "Jan 50", "2.3" becomes "02. Mrz".
_DATE: Final = re.compile(
    rf"(?:\d{{1,2}}\.?[ -])?(?:{_MONTHS})[a-z]*\.?(?:[ -]\d{{2,4}})?"
    r"|\d{1,2}\.\d{1,2}\.\d{2,4}",
    re.IGNORECASE,
)
_EXPONENT: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?e[+-]?\d+", re.IGNORECASE)
_HASHES: Final = re.compile(
    r"#{3,}|#(?:WERT|VALUE|ZAHL|NUM|NV|N/A|BEZUG|REF|DIV/0|NAME)[!?]?", re.IGNORECASE
)

#: Marks left by Excel. Such a cell proves that the row went through Excel and cannot be trusted.
EXCEL_CODES: Final = frozenset({"excel_thousands", "excel_date", "excel_exponent", "excel_error"})

_SENTENCES: Final[dict[str, str]] = {
    "excel_thousands": gettext_noop(
        "„%(value)s“: Excel hat das Dezimalzeichen verloren und Tausenderpunkte gesetzt. "
        "Der ursprüngliche Wert ist nicht wiederherzustellen. "
        "Bitte die unveränderte Datei aus dem Fachverfahren verwenden."
    ),
    "excel_date": gettext_noop(
        "„%(value)s“: Excel hat die Zahl in ein Datum verwandelt. "
        "Bitte die unveränderte Datei aus dem Fachverfahren verwenden."
    ),
    "excel_exponent": gettext_noop(
        "„%(value)s“ ist eine gerundete Zahl in Exponentenschreibweise. Stellen sind verloren. "
        "Bitte die unveränderte Datei aus dem Fachverfahren verwenden."
    ),
    "excel_error": gettext_noop(
        "„%(value)s“ ist eine Fehlermeldung von Excel und kein Wert. "
        "Bitte die unveränderte Datei aus dem Fachverfahren verwenden."
    ),
    "decimal_mark": gettext_noop(
        "„%(value)s“: Das Dezimalzeichen passt nicht zum Profil (dort „%(mark)s“)."
    ),
    "no_number": gettext_noop("„%(value)s“ ist keine Zahl."),
    "no_day": gettext_noop("„%(value)s“ ist kein Datum der Form %(form)s."),
}


#: The same where only the cell is left out and the row is imported.
_LEFT_EMPTY: Final[dict[str, str]] = {
    "decimal_mark": gettext_noop(
        "„%(value)s“: Das Dezimalzeichen passt nicht zum Profil (dort „%(mark)s“). "
        "Das Feld bleibt leer."
    ),
    "no_number": gettext_noop("„%(value)s“ ist keine Zahl. Das Feld bleibt leer."),
    "no_day": gettext_noop("„%(value)s“ ist kein Datum der Form %(form)s. Das Feld bleibt leer."),
}


class CellError(ValueError):
    """A cell that cannot be read: a code, a translatable sentence and its values.

    ``message`` speaks of the cell alone, ``left_empty`` says that its field stays empty.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.message = _SENTENCES[code]
        self.left_empty = _LEFT_EMPTY.get(code, self.message)
        self.params = params


def excel_damage(text: str, mark: DecimalMark) -> str | None:
    """The code of the damage that Excel left in a cell that should hold a number, or nothing.

    With a decimal comma, thousands dots are a way to write numbers and no damage.
    """
    if _DATE.fullmatch(text):
        return "excel_date"
    if _EXPONENT.fullmatch(text):
        return "excel_exponent"
    if _HASHES.fullmatch(text):
        return "excel_error"
    if mark == "." and _THOUSANDS.fullmatch(text):
        return "excel_thousands"
    return None


def parse_number(text: str, *, mark: DecimalMark) -> float:
    """A plain decimal number with the given mark, and nothing more liberal than that.

    No exponent and no guess between point and comma: a wrong guess moves a tree by kilometres.
    With a decimal comma well-formed thousands dots are understood (1.234,5).
    Raises CellError.
    """
    if _PLAIN[mark].fullmatch(text):
        return float(text.replace(",", "."))
    damage = excel_damage(text, mark)
    if damage is not None:
        raise CellError(damage, value=text)
    if mark == "," and _GROUPED.fullmatch(text):
        return float(text.replace(".", "").replace(",", "."))
    other = "," if mark == "." else "."
    if _PLAIN[other].fullmatch(text):
        raise CellError("decimal_mark", value=text, mark=mark)
    raise CellError("no_number", value=text)


def parse_day(text: str, *, form: str) -> date:
    """A calendar day in the strptime form of the profile. Raises CellError."""
    try:
        return datetime.strptime(text, form).date()
    except ValueError as error:
        shown = form.replace("%d", "TT").replace("%m", "MM").replace("%Y", "JJJJ")
        raise CellError("no_day", value=text, form=shown) from error
