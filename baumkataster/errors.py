"""How a service says no: a rule that is broken, or a version that is stale; interfaces translate both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: Key for a sentence that belongs to no single field.
NON_FIELD = "non_field"


class Refused(Exception):
    """Input breaks a rule; nothing was written.

    ``problems`` maps a field name (or ``non_field``) to sentences for the person who typed it.
    """

    def __init__(self, problems: Mapping[str, Sequence[str]] | str) -> None:
        if isinstance(problems, str):
            problems = {NON_FIELD: [problems]}
        self.problems = {field: [str(s) for s in texts] for field, texts in problems.items()}
        super().__init__("; ".join(s for texts in self.problems.values() for s in texts))


@dataclass(frozen=True)
class Conflict:
    """One field on which two people disagree."""

    field: str
    label: str
    yours: Any
    theirs: Any


class Stale(Exception):
    """Somebody else changed the row since it was read; nothing was written."""

    def __init__(self, *, current: Any, conflicts: Sequence[Conflict]) -> None:
        self.current = current
        self.conflicts = list(conflicts)
        super().__init__("stale version")
