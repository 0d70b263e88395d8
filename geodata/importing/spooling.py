"""What an import has to tell, kept in files that grow instead of memory; read again in order."""

from __future__ import annotations

import heapq
import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any, Final, cast
from uuid import UUID

from geodata.rules.problems import ERROR

#: Bytes that stay in memory before a file is made.
_IN_MEMORY: Final = 2_000_000
#: Complaints about no line of the file come last.
_LAST: Final = 2**31


@dataclass(frozen=True, slots=True)
class Complaint:
    """One problem with its sentence in the reader's language; line 0: about no line of the file."""

    line: int
    column: str
    value: str
    level: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A value that was changed here and in the source; the fields of ``ImportConflict``."""

    table_name: str
    row_id: UUID
    tree_id: UUID | None
    column_name: str
    ours: Any
    theirs: Any
    imported_before: Any
    line: int


@dataclass(frozen=True, slots=True)
class Gone:
    """A record of this source that the file no longer holds; the fields of ``ImportVanished``."""

    table_name: str
    row_id: UUID
    tree_id: UUID | None
    source_key: str
    words: str


class Spool:
    """Rows of JSON values, appended and then read from the beginning, as often as wanted."""

    def __init__(self) -> None:
        self._file = cast("IO[bytes]", tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115
        self._encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
        self.length = 0
        self._at_end = True

    def add(self, row: Iterable[Any]) -> None:
        """Append a row."""
        if not self._at_end:
            self._file.seek(0, 2)
            self._at_end = True
        self._file.write(self._encode(list(row)).encode() + b"\n")
        self.length += 1

    def __iter__(self) -> Iterator[list[Any]]:
        # Several readers at once are allowed: each remembers its own place.
        place = 0
        while True:
            self._file.seek(place)
            self._at_end = False
            lines = self._file.readlines(1 << 16)
            if not lines:
                return
            place = self._file.tell()
            yield from map(json.loads, lines)


class Complaints:
    """All complaints of an import by line; ``part`` opens a sequence that is sorted in itself."""

    def __init__(self) -> None:
        self._parts: list[Spool] = [Spool()]
        self.numbers: Counter[tuple[str, str, str]] = Counter()
        self.first: dict[tuple[str, str, str], Complaint] = {}

    def part(self) -> None:
        """What is added from now on starts with an earlier line again."""
        self._parts.append(Spool())

    def add(self, complaint: Complaint) -> None:
        """Keep one more."""
        c = complaint
        kind = (c.level, c.column, c.code)
        first = self.first.setdefault(kind, c)
        if c.line < first.line:
            self.first[kind] = c
        self.numbers[kind] += 1
        self._parts[-1].add((c.line, c.column, c.value, c.level, c.code, c.sentence))

    def extend(self, complaints: Iterable[Complaint]) -> None:
        """Keep a part of its own, sorted by line."""
        self.part()
        for complaint in complaints:
            self.add(complaint)

    @property
    def warnings(self) -> int:
        """How many are about rows that were imported all the same."""
        return sum(n for (level, _, _), n in self.numbers.items() if level != ERROR)

    def summary(self) -> list[tuple[int, Complaint]]:
        """Equal complaints (level, column, code) with their number and the first of them."""
        order = sorted(self.numbers, key=lambda kind: (kind[0] != ERROR, -self.numbers[kind]))
        return [(self.numbers[kind], self.first[kind]) for kind in order]

    def __len__(self) -> int:
        return self.numbers.total()

    def __iter__(self) -> Iterator[Complaint]:
        rows = heapq.merge(*self._parts, key=lambda row: row[0] or _LAST)
        return (Complaint(*row) for row in rows)


class Findings:
    """Conflicts or vanished records of an import, as rows of their tables want them."""

    def __init__(self) -> None:
        self._spool = Spool()

    def add(self, finding: Conflict | Gone) -> None:
        """Keep one more."""
        self._spool.add(
            str(value) if isinstance(value, UUID) else value
            for value in (getattr(finding, name) for name in finding.__slots__)
        )

    def __len__(self) -> int:
        return self._spool.length

    def __iter__(self) -> Iterator[list[Any]]:
        return iter(self._spool)
