"""The one table of control states: order of risk, symbol, colours and words, read from states.json.

Used by the map's styles, legends, lists, reports and the QGIS styles; the codes are those that
``rules/overdue.state_on`` returns.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

#: The file itself, for interfaces that hand the table on as it stands.
STATES_FILE: Final = Path(__file__).with_name("states.json")


@dataclass(frozen=True, slots=True)
class SymbolPath:
    """One drawn path of a symbol, painted in the order of the table."""

    #: SVG path data in the symbol's view box.
    d: str
    #: Colour as #rrggbb, or "none".
    fill: str
    #: Colour as #rrggbb; None draws no line.
    stroke: str | None = None
    #: In units of the view box.
    stroke_width: float | None = None
    stroke_dasharray: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """One control state as people see it; ``rank`` rises with the risk."""

    code: str
    rank: int
    shape: str
    color: str
    color2: str | None
    label_de: str
    label_en: str
    path: tuple[SymbolPath, ...]

    def label(self, language: str | None) -> str:
        """The state's words in that language; German in any other than English."""
        return self.label_en if language == "en" else self.label_de


@dataclass(frozen=True, slots=True)
class Ring:
    """The ring around the symbol of a tree with an open immediate measure; same coordinates."""

    code: str
    view_box: str
    label_de: str
    label_en: str
    path: tuple[SymbolPath, ...]


@dataclass(frozen=True, slots=True)
class StateTable:
    """All states in the order of the legend, and the ring."""

    view_box: str
    states: tuple[State, ...]
    immediate: Ring

    def by_code(self, code: str) -> State:
        """The state of that code; KeyError if there is none."""
        for state in self.states:
            if state.code == code:
                return state
        raise KeyError(code)


def load_states(text: str) -> StateTable:
    """Read the table from JSON text; raises TypeError or KeyError on a malformed one."""
    table = json.loads(text)
    states = tuple(State(**{**row, "path": _paths(row["path"])}) for row in table["states"])
    ring = table["immediate"]
    return StateTable(
        view_box=table["view_box"],
        states=states,
        immediate=Ring(**{**ring, "path": _paths(ring["path"])}),
    )


def _paths(rows: list[dict[str, str]]) -> tuple[SymbolPath, ...]:
    return tuple(SymbolPath(**row) for row in rows)  # type: ignore[arg-type]


STATES: Final = load_states(STATES_FILE.read_text(encoding="utf-8"))

#: Codes, most dangerous first.
RISK_ORDER: Final = tuple(
    state.code for state in sorted(STATES.states, key=lambda state: -state.rank)
)
