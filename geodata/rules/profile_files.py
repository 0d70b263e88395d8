"""A profile file (TOML, already parsed) to a checked Profile; called by the readers.

The form of the file is described in ``geodata/profiles/README.md``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from geodata.rules.crs import GERMANY, REFERENCES, Box
from geodata.rules.places import PLACE_KINDS
from geodata.rules.problems import SourceError, gettext_noop
from geodata.rules.profiles import (
    TARGETS,
    UNITS,
    FieldRule,
    PlaceKindRule,
    Profile,
    SpeciesRule,
    compared,
)

_UNKNOWN_ENTRY: Final = gettext_noop("Profil „%(profile)s“: Den Eintrag „%(entry)s“ gibt es nicht.")
_MISSING_ENTRY: Final = gettext_noop("Profil „%(profile)s“: Der Eintrag „%(entry)s“ fehlt.")
_BAD_ENTRY: Final = gettext_noop(
    "Profil „%(profile)s“: „%(value)s“ ist für „%(entry)s“ nicht möglich. Möglich: %(choices)s."
)


#: What of a text is taken: all, what stands before its last brackets, or what stands in them.
PARTS: Final = ("all", "before_brackets", "brackets")
#: As long as the data source of a tree may be.
SOURCE_LIMIT: Final = 80


class _Section:
    """One table of the profile file; every entry must be asked for, so that typos are found."""

    def __init__(self, profile: str, path: str, entries: Mapping[str, Any]) -> None:
        self.profile, self.path, self.entries = profile, path, entries
        self.asked: set[str] = set()

    def _where(self, entry: str) -> str:
        return f"{self.path}.{entry}" if self.path else entry

    def refuse(self, entry: str, value: object, choices: str) -> NoReturn:
        raise SourceError(
            _BAD_ENTRY, profile=self.profile, entry=self._where(entry), value=value, choices=choices
        )

    def get(self, entry: str, kind: type | tuple[type, ...], default: Any = None) -> Any:
        """The entry if it is there and of that kind; the default; an error without a default."""
        self.asked.add(entry)
        if entry not in self.entries:
            if default is None:
                raise SourceError(_MISSING_ENTRY, profile=self.profile, entry=self._where(entry))
            return default
        value = self.entries[entry]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.refuse(entry, value, str(kind))
        return value

    def choice(self, entry: str, choices: tuple[str, ...], default: str) -> str:
        value: str = self.get(entry, str, default)
        if value not in choices:
            self.refuse(entry, value, ", ".join(repr(choice) for choice in choices))
        return value

    def texts(self, entry: str, default: tuple[str, ...] | None = ()) -> tuple[str, ...]:
        values = self.get(entry, list, None if default is None else list(default))
        if not all(isinstance(value, str) for value in values):
            self.refuse(entry, values, gettext_noop("eine Liste von Texten"))
        return tuple(values)

    def section(self, entry: str) -> _Section:
        return _Section(self.profile, self._where(entry), self.get(entry, dict, {}))

    def finish(self) -> None:
        for entry in self.entries:
            if entry not in self.asked:
                raise SourceError(_UNKNOWN_ENTRY, profile=self.profile, entry=self._where(entry))


def parse_profile(name: str, entries: Mapping[str, Any]) -> Profile:
    """The profile of a parsed TOML file. Raises SourceError with the entry that is wrong."""
    top = _Section(name, "", entries)
    file, position = top.section("file"), top.section("position")
    epsg = _epsg(position)
    key = top.texts("key", None)
    profile = Profile(
        name=name,
        title=top.get("title", str),
        source=_source(top),
        licence=top.get("licence", str),
        licence_url=top.get("licence_url", str, ""),
        encoding=file.choice("encoding", ("auto", "utf-8", "cp1252", "utf-16"), "auto"),
        delimiter=file.choice("delimiter", ("auto", ";", ",", "\t", "|"), "auto"),
        mark="," if file.choice("decimal", (".", ","), ".") == "," else ".",
        nulls=frozenset({"", *(compared(text) for text in file.texts("null"))}),
        epsg=epsg,
        x_column=position.get("x", str, ""),
        y_column=position.get("y", str, ""),
        wkt_column=position.get("wkt", str, ""),
        box=_box(position),
        accuracy_m=float(position.get("accuracy_m", (int, float), 0)) or None,
        key_columns=tuple(column for column in key if column != "@position"),
        key_has_position="@position" in key,
        species=_species(top.section("species")),
        fields=tuple(_fields(top.section("fields"))),
        place_kind=_place_kind(top.section("place_kind")),
    )
    if not profile.wkt_column and not (profile.x_column and profile.y_column):
        raise SourceError(_MISSING_ENTRY, profile=name, entry="position.x / position.y")
    for section in (file, position, top):
        section.finish()
    return profile


def _source(top: _Section) -> str:
    source: str = top.get("source", str)
    if not 0 < len(source) <= SOURCE_LIMIT:
        top.refuse("source", source, gettext_noop("1 bis 80 Zeichen"))
    return source


def _epsg(position: _Section) -> int:
    code: str = position.get("crs", str)
    match = re.fullmatch(r"EPSG:(\d+)", code)
    if match is None or int(match[1]) not in REFERENCES:
        position.refuse("crs", code, ", ".join(f"EPSG:{epsg}" for epsg in REFERENCES))
    return int(match[1])


def _box(position: _Section) -> Box:
    sides = position.get("bounds", list, [])
    if not sides:
        return GERMANY
    if len(sides) != 4 or not all(isinstance(side, int | float) for side in sides):
        position.refuse("bounds", sides, "[West, Süd, Ost, Nord]")
    box = Box(*(float(side) for side in sides))
    if not (box.within(GERMANY) and box.west < box.east and box.south < box.north):
        position.refuse("bounds", sides, gettext_noop("ein Rechteck in Deutschland, EPSG:25832"))
    return box


def _species(section: _Section) -> SpeciesRule:
    aliases: dict[str, str] = section.get("aliases", dict, {})
    rule = SpeciesRule(
        columns=section.texts("columns", None),
        cultivar_column=section.get("cultivar", str, ""),
        german_column=section.get("german", str, ""),
        kind_columns=section.texts("kind_columns"),
        empty_site=frozenset(compared(text) for text in section.texts("empty_site")),
        group=frozenset(compared(text) for text in section.texts("group")),
        unknown=frozenset(compared(text) for text in section.texts("unknown")),
        aliases={compared(old): new for old, new in aliases.items()},
    )
    section.finish()
    return rule


def _place_kind(section: _Section) -> PlaceKindRule:
    kinds: dict[str, str] = section.get("kinds", dict, {})
    for kind in kinds.values():
        if kind not in PLACE_KINDS:
            section.refuse("kinds", kind, ", ".join(PLACE_KINDS))
    column = section.get("column", str, None if kinds else "")
    section.finish()
    return PlaceKindRule(column, {compared(text): kind for text, kind in kinds.items()})


def _fields(section: _Section) -> list[FieldRule]:
    rules = []
    for target in section.entries:
        if target not in TARGETS:
            section.refuse(target, target, ", ".join(TARGETS))
        rules.append(_field(target, section.section(target)))
    return rules


def _field(target: str, section: _Section) -> FieldRule:
    kind = TARGETS[target]
    own = target.rsplit("_", 1)[-1] if kind == "length" else ""
    unit = section.choice("unit", tuple(UNITS), own) if own else ""
    rule = FieldRule(
        target=target,
        column=section.get("column", str),
        kind=kind,
        factor=UNITS[unit] / UNITS[own] if own else 1.0,
        unit=unit,
        zero_is_null=section.choice("zero", ("null", "value"), "value") == "null",
        form=section.get("form", str, "%d.%m.%Y") if kind == "day" else "",
        part=section.choice("part", PARTS, "all") if kind == "text" else "all",
    )
    section.finish()
    return rule
