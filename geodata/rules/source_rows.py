"""A numbered row of a source file as the row rules pass it round, with its problems so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from geodata.rules.problems import ERROR, WARNING, Level, RowProblem
from geodata.rules.profiles import compared

#: The empty cell alone means nothing: no text need be compared.
_ONLY_EMPTY: Final = frozenset({""})


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a file as the profile sees them: place of each name, texts that mean null."""

    names: Sequence[str]
    position_of: Mapping[str, int]
    nulls: frozenset[str]

    def means_nothing(self, text: str) -> bool:
        """Whether a trimmed text is one of those that mean null in this source."""
        return not text or (self.nulls != _ONLY_EMPTY and compared(text) in self.nulls)


class Trouble(NamedTuple):
    """What is wrong with a cell, before it is said which cell."""

    code: str
    message: str
    level: Level
    params: dict[str, object]


@dataclass(slots=True)
class SourceRow:
    """The cells of the row that begins on physical line ``line`` and spans ``lines`` lines."""

    header: Header
    line: int
    cells: Sequence[str]
    lines: int = 1
    problems: list[RowProblem] = field(default_factory=list)
    #: Bytes of no character were replaced in it, and told.
    has_strays: bool = False

    @property
    def refused(self) -> bool:
        """Whether any problem so far forbids to import the row."""
        return any(problem.level == ERROR for problem in self.problems)

    def text(self, column: str) -> str:
        """The trimmed text of a column; empty for every text that means null in this source."""
        text = self.cells[self.header.position_of[column]].strip()
        return "" if self.header.means_nothing(text) else text

    def refuse(self, column: str, value: str, code: str, message: str, /, **params: object) -> None:
        """Tell a problem that forbids to import the row."""
        self.tell(column, value, Trouble(code, message, ERROR, params))

    def warn(self, column: str, value: str, code: str, message: str, /, **params: object) -> None:
        """Tell a problem that leaves the row importable."""
        self.tell(column, value, Trouble(code, message, WARNING, params))

    def tell(self, column: str, value: str, trouble: Trouble) -> None:
        """Keep a problem of this row."""
        code, message, level, params = trouble
        self.problems.append(RowProblem(self.line, column, value, code, message, level, params))
