"""A numbered source row to a tree, an empty site, a group or problems; called by the import.

Every row ends as exactly one of: a record (perhaps with warnings) or at least one error.
A row in which any number cell carries a mark of Excel is refused whole.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Final, TypedDict

from baumkataster.rules.dimensions import girth_of_diameter
from geodata.rules.cells import CellReader
from geodata.rules.keys import KeyReader, key_text
from geodata.rules.positions import Point, read_position
from geodata.rules.problems import ERROR, WARNING, RowProblem, gettext_noop
from geodata.rules.profiles import Profile, compared
from geodata.rules.records import GroupRow, Measured, SiteRow, SourceRecord, TreeRow
from geodata.rules.source_rows import Header, SourceRow
from geodata.rules.species_texts import SpeciesTexts
from geodata.rules.stray_bytes import replace_strays

_WIDTH: Final = gettext_noop("Die Zeile hat %(found)s statt %(expected)s Felder.")
_OPEN_QUOTE: Final = gettext_noop(
    "Die Zeile hat %(found)s statt %(expected)s Felder und reicht über %(lines)s Zeilen der Datei: "
    "Ein Anführungszeichen wird nicht geschlossen."
)
_TRUNK: Final = gettext_noop(
    "Stammumfang %(girth)s cm und Stammdurchmesser %(diameter)s cm passen nicht zusammen. "
    "Der Umfang wurde übernommen, bitte prüfen."
)

_SAME_POINT: Final = gettext_noop(
    "An derselben Stelle steht schon der Eintrag aus Zeile %(first)s. Bitte prüfen."
)

#: Measurements that a tree has a field for; the rest is kept as text in its remarks.
_TREE_FIELDS: Final = frozenset(
    {"height_m", "crown_diameter_m", "crown_base_m", "girth_cm", "girth_height_cm", "planted_year"}
)

Reading = tuple[SourceRecord | None, list[RowProblem]]


class _Base(TypedDict):
    """What all three kinds of record are made of."""

    line: int
    key: str
    source_keys: dict[str, str]
    x: float
    y: float
    species_as_given: str
    place: str
    place_key: str
    place_kind: str
    number: str
    house_number: str
    last_control: date | None
    next_control: date | None


class RowReader:
    """Reads the rows of one file by one profile; remembers the keys it has seen.

    ``header`` are the column names of the file; all columns of the profile must be among them.
    ``day`` is the day of the import. ``remember=False`` leaves double keys and points to the
    caller: a million of each are too many for memory.
    """

    def __init__(
        self, profile: Profile, header: Sequence[str], *, day: date, remember: bool = True
    ) -> None:
        self.profile = profile
        positions = {name: index for index, name in enumerate(header)}
        self.header = Header(header, positions, profile.nulls)
        self.cells = CellReader(profile, positions, day=day)
        self.species = SpeciesTexts(profile)
        self.keys = KeyReader(profile, remember=remember)
        self.remember = remember
        self.first_at: dict[Point, int] = {}

    def read(self, line: int, cells: Sequence[str], *, lines: int = 1) -> Reading:
        """The record and the problems of the row on ``line`` that spans ``lines`` lines."""
        row = SourceRow(self.header, line, cells, lines)
        if len(cells) != len(self.header.names):
            _refuse_width(row)
            return None, row.problems
        replace_strays(row)
        point = read_position(row, self.profile)
        keys = self.keys.read(row, point)
        measured = self.cells.read(row)
        given = self.species.given(row)
        if point is None or row.refused:
            return None, [problem for problem in row.problems if problem.level == ERROR]
        if self.remember:
            self._check_point(row, point)
        base = _base(row, keys, point, measured, given)
        base["place_kind"] = self._place_kind(row)
        return self._record(row, base, measured), row.problems

    def _check_point(self, row: SourceRow, point: Point) -> None:
        first = self.first_at.setdefault((round(point[0], 2), round(point[1], 2)), row.line)
        if first != row.line:
            row.problems.append(same_point(row.line, first))

    def _place_kind(self, row: SourceRow) -> str:
        rule = self.profile.place_kind
        return rule.kinds.get(compared(row.text(rule.column)), "") if rule.column else ""

    def _record(self, row: SourceRow, base: _Base, measured: Measured) -> SourceRecord:
        kind = self.species.kind(row)
        if kind == "tree":
            return _tree(row, base, measured, self.species.name(row))
        row.problems = [problem for problem in row.problems if problem.code != "zero"]
        if kind == "site":
            return SiteRow(**base, remarks=_remarks(measured, frozenset()))
        count = measured.numbers.get("tree_count")
        remarks = _remarks(measured, frozenset({"tree_count"}))
        return GroupRow(**base, remarks=remarks, tree_count=None if count is None else int(count))


def same_point(line: int, first: int) -> RowProblem:
    """What is said of a row that stands where an earlier row stands."""
    return RowProblem(line, "", "", "same_point", _SAME_POINT, WARNING, {"first": first})


def _refuse_width(row: SourceRow) -> None:
    found, expected = len(row.cells), len(row.header.names)
    value = " | ".join(row.cells)[:200]
    if row.lines > 1:
        params = {"found": found, "expected": expected, "lines": row.lines}
        row.refuse("", value, "open_quote", _OPEN_QUOTE, **params)
    else:
        row.refuse("", value, "width", _WIDTH, found=found, expected=expected)


def _base(
    row: SourceRow, keys: dict[str, str], point: Point, measured: Measured, given: str
) -> _Base:
    texts, days = measured.texts, measured.days
    return _Base(
        line=row.line,
        key=key_text(keys),
        source_keys=keys,
        x=point[0],
        y=point[1],
        species_as_given=given,
        place=texts.get("place", ""),
        place_key=texts.get("place_key", ""),
        place_kind="",
        number=texts.get("number", ""),
        house_number=texts.get("house_number", ""),
        last_control=days.get("last_control"),
        next_control=days.get("next_control"),
    )


def _tree(row: SourceRow, base: _Base, measured: Measured, name: str) -> TreeRow:
    numbers = measured.numbers
    year = numbers.get("planted_year")
    return TreeRow(
        **base,
        name=name,
        height_m=_tenths(numbers.get("height_m")),
        crown_diameter_m=_tenths(numbers.get("crown_diameter_m")),
        crown_base_m=_tenths(numbers.get("crown_base_m")),
        girth_cm=_girth(row, measured),
        girth_height_cm=_whole(numbers.get("girth_height_cm")),
        planted_year=None if year is None else int(year),
        tag=measured.texts.get("tag", ""),
        remarks=_remarks(measured, _own_fields(numbers)),
    )


def _own_fields(numbers: dict[str, float]) -> frozenset[str]:
    """The measurements that need not be told as text: own field, or nothing new in them."""
    own = _TREE_FIELDS
    if "girth_cm" in numbers:
        own |= {"trunk_diameter_cm"}
    if numbers.get("stem_count") == 1:
        own |= {"stem_count"}
    return own


def _girth(row: SourceRow, measured: Measured) -> int | None:
    """The girth, else that of the trunk's diameter; tells when the two contradict each other."""
    girth = measured.numbers.get("girth_cm")
    diameter = measured.numbers.get("trunk_diameter_cm")
    if diameter is None:
        return _whole(girth)
    if girth is None:
        return girth_of_diameter(diameter)
    computed = math.pi * diameter
    if abs(girth - computed) > max(5.0, 0.15 * girth):
        column, text = measured.as_given["girth_cm"]
        shown = {"girth": f"{girth:g}", "diameter": f"{diameter:g}"}
        row.warn(column, text, "trunk_contradiction", _TRUNK, **shown)
    return _whole(girth)


def _tenths(value: float | None) -> float | None:
    return None if value is None else math.floor(value * 10 + 0.5 + 1e-9) / 10


def _whole(value: float | None) -> int | None:
    return None if value is None else math.floor(value + 0.5 + 1e-9)


def _remarks(measured: Measured, own: frozenset[str]) -> str:
    """The source's remarks and every measurement that the record has no field for."""
    given = [
        f"{column}: {text}"
        for target, (column, text) in measured.as_given.items()
        if target not in own
    ]
    texts = [measured.texts.get("remarks", ""), "; ".join(given)]
    return "\n".join(text for text in texts if text)
