"""Source files to numbered plain rows, and profile files to profiles; called by the import.

CSV in any of the forms that German offices send, and GeoJSON; each plain, gzipped or as the only
file of a zip, GeoJSON also many files in a tar archive. Both give the same: a ``Table`` whose rows
are texts with the line they begin on.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, TextIO

from geodata.archives import is_tar
from geodata.json_files import Features, header_and_rows
from geodata.rules.problems import SourceError, gettext_noop
from geodata.rules.profile_files import parse_profile
from geodata.rules.profiles import Profile
from geodata.source_files import STRAY_BYTES, CountedFile, encoding_of, open_bytes, said_clearly

PROFILES: Final = Path(__file__).parent / "profiles"

_DELIMITERS: Final = (";", ",", "\t", "|")

_NO_PROFILE: Final = gettext_noop(
    "Das Profil „%(name)s“ gibt es nicht. Vorhanden: %(present)s. "
    "Ein eigenes Profil wird als Datei angegeben (Name.toml)."
)
_BAD_PROFILE: Final = gettext_noop("Das Profil „%(name)s“ ist keine gültige TOML-Datei: %(error)s.")
_NO_HEADER: Final = gettext_noop("Die Datei „%(path)s“ hat keine Kopfzeile.")
_MISSING: Final = gettext_noop(
    "In der Datei fehlen Spalten, die das Profil „%(profile)s“ nennt: %(missing)s. "
    "Vorhanden sind: %(present)s."
)
_DOUBLE: Final = gettext_noop("Die Spalte „%(column)s“ steht mehrfach in der Kopfzeile.")
_UNIT: Final = gettext_noop(
    "Die Spalte „%(column)s“ hat laut Kopfzeile die Einheit %(found)s, laut Profil %(expected)s."
)
_CSV: Final = gettext_noop("Ab Zeile %(line)s ist die Datei kein gültiges CSV: %(error)s.")

#: dBase types inside header names ("baumnummer,C,20") and units behind them ("Höhe [m]").
_DBASE: Final = re.compile(r",[CNFDLM],\d+(?:,\d+)?$")
_HEADER_UNIT: Final = re.compile(r"\s*[\[(]\s*(?:in\s+)?([a-zA-Zµ²³%]+)\s*[\])]$")


@dataclass(frozen=True, slots=True)
class NumberedRow:
    """A row, the physical line it begins on (from 1) and how many lines it spans."""

    line: int
    lines: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A file ready to be read once; ``source`` tells how far it has been read."""

    header: Sequence[str]
    rows: Iterator[NumberedRow]
    encoding: str
    delimiter: str
    source: CountedFile
    #: File and number of a row where the line alone says too little: in archives.
    place_of: Callable[[int], str] | None = None


def profile_names() -> list[str]:
    """The profiles that come with the product."""
    return sorted(path.stem for path in PROFILES.glob("*.toml"))


def read_profile(name: str) -> Profile:
    """The profile of that name, or of a TOML file given by its path. Raises SourceError."""
    own = name.endswith(".toml")
    if not own and name not in profile_names():
        raise SourceError(_NO_PROFILE, name=name, present=", ".join(profile_names()))
    path = Path(name) if own else PROFILES / f"{name}.toml"
    with said_clearly(path):
        content = path.read_bytes()
    try:
        entries = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceError(_BAD_PROFILE, name=name, error=error) from error
    return parse_profile(path.stem, entries)


@contextmanager
def open_table(path: Path, profile: Profile, *, whole: bool = True) -> Iterator[Table]:
    """The rows of the file as the profile expects them. Raises SourceError before any row.

    Columns that the profile does not name are allowed and ignored. Without ``whole`` the file is
    not read to its end beforehand: for a look at its columns.
    """
    with said_clearly(path):
        source, stream = open_bytes(path)
        head: bytes = stream.peek(512)  # type: ignore[attr-defined]
    with source, stream:
        if is_tar(head) or head.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"{":
            yield _json_table(source, stream, head, path, profile)
            return
    with said_clearly(path):
        encoding = encoding_of(path, profile.encoding, whole=whole)
        names, delimiter = _header(path, encoding, profile)
        source, stream = open_bytes(path)
    with source, stream, _text(stream, encoding) as text:
        rows = _rows(text, delimiter, path)
        next(rows)
        yield Table(names, rows, encoding, delimiter, source)


def _json_table(
    source: CountedFile, stream: IO[bytes], head: bytes, path: Path, profile: Profile
) -> Table:
    features = Features(stream, head, path.name)
    with said_clearly(path):
        names, rows = header_and_rows(features, profile.columns)
    _check_columns([(name, "") for name in names], profile)
    return Table(names, _numbered(rows, path), "utf-8", "", source, features.place)


def _numbered(rows: Iterator[tuple[int, list[str]]], path: Path) -> Iterator[NumberedRow]:
    with said_clearly(path):
        for number, cells in rows:
            yield NumberedRow(number, 1, cells)


def _text(stream: IO[bytes], encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(stream, encoding=encoding, errors=STRAY_BYTES, newline="")


def _rows(text: TextIO, delimiter: str, path: Path) -> Iterator[NumberedRow]:
    """All rows with the line that they begin on; lines that are wholly blank are no rows."""
    reader = csv.reader(text, delimiter=delimiter)
    line = 1
    with said_clearly(path):
        try:
            for cells in reader:
                if any(cells):
                    yield NumberedRow(line, reader.line_num - line + 1, cells)
                line = reader.line_num + 1
        except csv.Error as error:
            raise SourceError(_CSV, line=line, error=error) from error


def _header(path: Path, encoding: str, profile: Profile) -> tuple[list[str], str]:
    """The column names as the profile spells them, and the delimiter that gives them."""
    source, stream = open_bytes(path)
    with source, stream, _text(stream, encoding) as text:
        first = text.readline()
    choices = _DELIMITERS if profile.delimiter == "auto" else (profile.delimiter,)
    wanted = set(profile.columns)
    read = {choice: _cleaned(next(csv.reader([first], delimiter=choice), [])) for choice in choices}
    delimiter = max(
        choices,
        key=lambda choice: (len(wanted & {name for name, _ in read[choice]}), len(read[choice])),
    )
    columns = read[delimiter]
    if not any(name for name, _ in columns):
        raise SourceError(_NO_HEADER, path=path)
    _check_columns(columns, profile)
    return [name for name, _ in columns], delimiter


def _cleaned(cells: list[str]) -> list[tuple[str, str]]:
    """Names without dBase types and units, and the units."""
    columns = []
    for cell in cells:
        name = _DBASE.sub("", cell.strip()).strip()
        unit = _HEADER_UNIT.search(name)
        columns.append((name[: unit.start()], unit[1]) if unit else (name, ""))
    return columns


def _check_columns(columns: list[tuple[str, str]], profile: Profile) -> None:
    names = [name for name, _ in columns]
    missing = [name for name in profile.columns if name not in names]
    if missing:
        raise SourceError(
            _MISSING, profile=profile.name, missing=", ".join(missing), present=", ".join(names)
        )
    for name in profile.columns:
        if names.count(name) > 1:
            raise SourceError(_DOUBLE, column=name)
    units = dict(columns)
    for rule in profile.fields:
        found = units[rule.column]
        if rule.unit and found and found != rule.unit:
            raise SourceError(_UNIT, column=rule.column, found=found, expected=rule.unit)
