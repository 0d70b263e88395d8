"""What a source row can have wrong with it; made by the row rules, kept and shown by the import."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

Level = Literal["warning", "error"]

#: The row is imported, but one of its values was left out or looks odd.
WARNING: Final[Level] = "warning"
#: The whole row was refused.
ERROR: Final[Level] = "error"


def gettext_noop(message: str) -> str:
    """Mark a sentence for translation; the rules know no Django, the import translates."""
    return message


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing to tell about one row.

    ``message`` is a sentence with ``%(name)s`` places for ``params``; translate it before filling
    it in. ``code`` is the short name under which equal problems are counted together.
    ``line`` is the physical line of the file on which the row begins, from 1 (the header).
    """

    line: int
    column: str
    value: str
    code: str
    message: str
    level: Level = ERROR
    params: dict[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The sentence in the language of its author (German)."""
        return self.message % self.params if self.params else self.message


class SourceError(Exception):
    """The file or the profile cannot be used at all; said before any row is looked at.

    Carries a translatable sentence and its values, as :class:`RowProblem` does.
    """

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message % params if params else message)
        self.message = message
        self.params = params
