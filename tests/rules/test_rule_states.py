"""The table of states: complete, in risk order, drawable, told apart by shape as well as colour."""

import re

import pytest

from inspections.rules.states import RISK_ORDER, STATES, State

HEX = re.compile(r"#[0-9a-f]{6}\Z")
PATH_DATA = re.compile(r"[MLHVAaZ0-9.\- ]+\Z")


def test_states_are_those_of_the_rule_with_the_worst_first() -> None:
    assert RISK_ORDER == ("overdue", "tolerance", "never", "due30", "due90", "ok", "none")


def test_ranks_and_shapes_and_words_are_each_used_once() -> None:
    for name in ("code", "rank", "shape", "label_de", "label_en"):
        values = [getattr(state, name) for state in STATES.states]
        assert len(set(values)) == len(values), name


@pytest.mark.parametrize("state", STATES.states, ids=lambda state: state.code)
def test_every_symbol_can_be_drawn(state: State) -> None:
    assert HEX.match(state.color)
    assert state.path
    for part in state.path:
        assert PATH_DATA.match(part.d)
        assert part.fill == "none" or HEX.match(part.fill)
        assert (part.stroke is None) == (part.stroke_width is None)
    drawn = {part.fill for part in state.path} | {part.stroke for part in state.path}
    assert {state.color, state.color2} - {None} <= drawn


def test_the_ring_fits_around_every_symbol() -> None:
    low, _, size, _ = (float(part) for part in STATES.immediate.view_box.split())
    assert low < 0 and low + size > 24
    assert all(part.fill == "none" for part in STATES.immediate.path)


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(KeyError):
        STATES.by_code("lost")
