"""What was due on a past day, by the table of cases, in both readings."""

from datetime import date
from typing import Any

import pytest

from inspections.rules.past import Reading, plan_then
from tests.case_tables import each_row
from tests.rules.past_cases import history

#: Columns of the stored plan that the value of the rule does not have.
INPUTS = {"phase", "expectation"}


@pytest.mark.parametrize("reading", list(Reading))
@each_row("stichtag")
def test_case(row: dict[str, Any], reading: Reading) -> None:
    found = plan_then(history(row), day=date.fromisoformat(row["day"]), reading=reading)
    expected = row[reading]
    if expected is None:
        assert found is None
        return
    assert found is not None
    for name, wanted in expected.items():
        if name not in INPUTS:
            value = getattr(found, name)
            assert (value.isoformat() if isinstance(value, date) else value) == wanted, name
