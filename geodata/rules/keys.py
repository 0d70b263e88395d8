"""The key by which a source knows a row, unique in its file; called by the row rules."""

from __future__ import annotations

from typing import Final

from geodata.rules.positions import Point
from geodata.rules.problems import ERROR, RowProblem, gettext_noop
from geodata.rules.profiles import Profile
from geodata.rules.source_rows import SourceRow

#: As long as a tree number may be: the key is the number where the source has no other.
KEY_LIMIT: Final = 40

_NO_KEY: Final = gettext_noop("Der Schlüssel der Quelle fehlt.")
_LONG_KEY: Final = gettext_noop("Der Schlüssel der Quelle ist länger als %(limit)s Zeichen.")
_DOUBLE_KEY: Final = gettext_noop("Der Schlüssel „%(key)s“ steht schon in Zeile %(first)s.")


class KeyReader:
    """Reads keys and remembers them, those of refused rows too: such trees have not vanished.

    A million keys are too many to remember: the import leaves that to the database
    (``remember=False``) and asks for ``last``, the key of the row that was read last.
    """

    def __init__(self, profile: Profile, *, remember: bool) -> None:
        self.profile = profile
        self.remember = remember
        self.last = ""
        self.column = " + ".join(profile.key_columns)
        self.first_line: dict[str, int] = {}

    def read(self, row: SourceRow, point: Point | None) -> dict[str, str]:
        """The key by column (``@position``: metres to two places); errors are told at the row."""
        profile = self.profile
        self.last = ""
        keys = {column: row.text(column) for column in profile.key_columns}
        if not any(keys.values()):
            row.refuse(self.column, "", "no_key", _NO_KEY)
            return keys
        if profile.key_has_position:
            if point is None:
                return keys
            keys["@position"] = f"{point[0]:.2f} {point[1]:.2f}"
        self._check(row, key_text(keys))
        return keys

    def _check(self, row: SourceRow, key: str) -> None:
        self.last = key
        first = self.first_line.setdefault(key, row.line) if self.remember else row.line
        if first != row.line:
            row.problems.append(double_key(row.line, self.column, key, first))
        elif len(self.profile.key_columns) == 1 and len(key) > KEY_LIMIT:
            row.refuse(self.column, key, "too_long", _LONG_KEY, limit=KEY_LIMIT)


def double_key(line: int, column: str, key: str, first: int) -> RowProblem:
    """What is said of a row whose key an earlier row has."""
    params: dict[str, object] = {"key": key, "first": first}
    return RowProblem(line, column, key, "double_key", _DOUBLE_KEY, ERROR, params)


def key_text(keys: dict[str, str]) -> str:
    """The key as one text, the same for the same row in every import."""
    return " | ".join(keys.values())
