"""The tables that the tablet's rules share: problems of an entry, blocked vitality, proposed phase."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from baumkataster.rules.lifecycle import proposed_phase
from inspections.rules.findings import EntryContext, entry_problems, vitality_block
from inspections.rules.sentences import WORDING
from tests.case_tables import day, each_row, table

NOW = datetime(2026, 5, 10, 12, 0, tzinfo=UTC)
DEFAULTS = table("entry_problems")["defaults"]


def _filled(kind: str, values: dict[str, Any]) -> SimpleNamespace:
    """A finding or measure of a row with its defaults."""
    found = {**DEFAULTS[kind], **values}
    return SimpleNamespace(**found, continues_id=found.get("continues"))


def entry_of(row: dict[str, Any]) -> SimpleNamespace:
    """The entry of a row as the rules read it."""
    values = {**DEFAULTS["entry"], **row["entry"]}
    values["findings"] = [_filled("finding", finding) for finding in values["findings"]]
    values["measures"] = [_filled("measure", measure) for measure in values["measures"]]
    inspected_at = NOW + timedelta(seconds=values.pop("ahead_s"))
    return SimpleNamespace(**values, inspected_at=inspected_at, corrects_id=values["corrects"])


def context_of(row: dict[str, Any]) -> EntryContext:
    """What a row says that the rules know besides the entry."""
    values = {**DEFAULTS["context"], **row.get("context", {})}
    sets = {name: frozenset(v) if isinstance(v, list) else v for name, v in values.items()}
    return EntryContext(received_at=NOW, **sets)


@each_row("entry_problems")
def test_entry_problems_table(row: dict[str, Any]) -> None:
    found = entry_problems(entry_of(row), context_of(row))
    assert [[problem.field, problem.sentence.code] for problem in found] == row["problems"]


def test_every_rule_of_an_entry_has_a_row() -> None:
    told = {code for row in table("entry_problems")["rows"] for _field, code in row["problems"]}
    # Text of a tablet always has its zone.
    known = {code for code in WORDING.sentences if code.startswith("entry.")} - {"entry.no_zone"}
    assert told == known


@each_row("vitality_block")
def test_vitality_block_table(row: dict[str, Any]) -> None:
    on = date.fromisoformat(row["day"])
    block = vitality_block(cut_on=day(row["cut_on"]), topped_on=day(row["topped_on"]), day=on)
    assert block == row["block"]


@each_row("phase_proposal")
def test_phase_proposal_table(row: dict[str, Any]) -> None:
    limit = {} if row["limit"] is None else {"phase_limit_years": row["limit"]}
    assert (
        proposed_phase(row["planted_year"], date.fromisoformat(row["day"]), **limit) == row["phase"]
    )
