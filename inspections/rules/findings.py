"""Whether the entry of an inspection is whole and true to the rules, from plain values alone.

Called before a record is written; what needs a look into other records (does this photo belong
to the tree?) stays with the service. Fields are named as in the entry, parts of lists by their
place: ``findings.0``. Source: GALK-Musterdienstanweisung 2021, 5; Roloff's scale of vitality.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from baumkataster.rules.wording import Problem, Word
from inspections.rules.intervals import LONGEST_MONTHS, SHORTEST_MONTHS, add_months
from inspections.rules.overdue import berlin_day
from inspections.rules.sentences import say

#: A tablet whose clock runs ahead by less is believed.
CLOCK_TOLERANCE: Final = timedelta(minutes=10)
#: For so long no vitality can be rated after a larger cut (S), after topping (K).
CUT_BLOCKS_MONTHS: Final = 5 * 12
TOPPING_BLOCKS_MONTHS: Final = 10 * 12

RESULTS: Final = frozenset({"safe", "limited", "unsafe"})
LEAF_STATES: Final = frozenset({"leafy", "bare", "flushing", "autumn", "evergreen"})
VITALITIES: Final = frozenset({"", "0", "1", "2", "3", "S", "K"})
SEVERITIES: Final = frozenset({1, 2, 3})


class FindingValues(Protocol):
    """One symptom as entered."""

    @property
    def severity(self) -> int: ...
    @property
    def observation(self) -> str: ...
    @property
    def continues_id(self) -> object | None: ...


class MeasureValues(Protocol):
    """One measure as ordered with the entry."""

    @property
    def kind(self) -> str: ...
    @property
    def urgency(self) -> str: ...


class EntryValues(Protocol):
    """One inspection as entered."""

    @property
    def inspected_at(self) -> datetime: ...
    @property
    def result(self) -> str: ...
    @property
    def leaf_state(self) -> str: ...
    @property
    def condition(self) -> str: ...
    @property
    def phase(self) -> str: ...
    @property
    def vitality(self) -> str: ...
    @property
    def limits(self) -> Sequence[str]: ...
    @property
    def limits_note(self) -> str: ...
    @property
    def set_months(self) -> int | None: ...
    @property
    def interval_reason(self) -> str: ...
    @property
    def corrects_id(self) -> object | None: ...
    @property
    def correction_reason(self) -> str: ...
    @property
    def findings(self) -> Sequence[FindingValues]: ...
    @property
    def measures(self) -> Sequence[MeasureValues]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryContext:
    """What the rules need to know besides the entry itself."""

    received_at: datetime
    #: Months that the rule proposes for phase, condition and expectation of the entry.
    proposed_months: int | None
    #: Codes of the catalogue of urgencies that mean "at once".
    immediate_urgencies: frozenset[str] = frozenset()
    #: Codes of limits after which the inspection has to be made good.
    follow_up_limits: frozenset[str] = frozenset()
    #: Codes of measures that make it good (follow-up, clearing the base, detailed examination).
    follow_up_measures: frozenset[str] = frozenset()
    #: "", "S" or "K" as ``vitality_block`` says.
    vitality_block: str = ""


Check = Callable[[EntryValues, EntryContext], Iterator[Problem]]


def vitality_block(*, cut_on: date | None, topped_on: date | None, day: date) -> str:
    """Whether vitality cannot be rated on ``day``: "K" after topping, "S" after a larger cut.

    A recorded cut blocks for 5 years, topping for 10; topping weighs more. "" leaves 0 to 3 open.
    """
    if topped_on is not None and day < add_months(topped_on, TOPPING_BLOCKS_MONTHS):
        return "K"
    if cut_on is not None and day < add_months(cut_on, CUT_BLOCKS_MONTHS):
        return "S"
    return ""


def entry_problems(entry: EntryValues, context: EntryContext) -> list[Problem]:
    """All that is wrong with an entry, in the order of the form; empty when it may be recorded."""
    return [problem for check in _CHECKS for problem in check(entry, context)]


def _time(entry: EntryValues, context: EntryContext) -> Iterator[Problem]:
    if entry.inspected_at.tzinfo is None:
        yield Problem("inspected_at", say("entry.no_zone"))
    elif entry.inspected_at > context.received_at + CLOCK_TOLERANCE:
        day = f"{berlin_day(entry.inspected_at):%d.%m.%Y}"
        yield Problem("inspected_at", say("entry.future", day=day))


def _choices(entry: EntryValues, context: EntryContext) -> Iterator[Problem]:
    known: dict[str, frozenset[str]] = {
        "leaf_state": LEAF_STATES,
        "phase": frozenset({"youth", "mature", "aging"}),
        "condition": frozenset({"sound", "damaged"}),
        "result": RESULTS,
    }
    for name, words in known.items():
        if getattr(entry, name) not in words:
            yield Problem(name, say(f"entry.{name}_required"))


def _vitality(entry: EntryValues, context: EntryContext) -> Iterator[Problem]:
    if entry.vitality not in VITALITIES:
        yield Problem("vitality", say("entry.vitality_unknown", value=entry.vitality))
    elif context.vitality_block and entry.vitality not in {"", context.vitality_block}:
        only = Word(f"vitality.{context.vitality_block}")
        yield Problem("vitality", say("entry.vitality_blocked", only=only))


def _interval(entry: EntryValues, context: EntryContext) -> Iterator[Problem]:
    months = entry.set_months
    if months is None:
        return
    if not SHORTEST_MONTHS <= months <= LONGEST_MONTHS:
        yield Problem("set_months", say("entry.months_range", value=months))
    elif months != context.proposed_months and not entry.interval_reason.strip():
        yield Problem("interval_reason", say("entry.interval_reason"))


def _limits(entry: EntryValues, context: EntryContext) -> Iterator[Problem]:
    if "other" in entry.limits and not entry.limits_note.strip():
        yield Problem("limits_note", say("entry.limit_other"))
    kinds = {measure.kind for measure in entry.measures}
    made_good = kinds & context.follow_up_measures or entry.limits_note.strip()
    if context.follow_up_limits & set(entry.limits) and not made_good:
        yield Problem("limits", say("entry.limit_follow_up"))


def _findings(entry: EntryValues, context: EntryContext) -> Iterator[Problem]:
    for place, finding in enumerate(entry.findings):
        field = f"findings.{place}"
        if finding.severity not in SEVERITIES:
            yield Problem(field, say("entry.severity", value=finding.severity))
        if finding.observation not in {"seen", "carried_over"}:
            yield Problem(field, say("entry.observation"))
        elif finding.observation == "carried_over" and finding.continues_id is None:
            yield Problem(field, say("entry.carried_over_from"))


def _result(entry: EntryValues, context: EntryContext) -> Iterator[Problem]:
    """A verdict and what is ordered must not contradict each other."""
    at_once = any(m.urgency in context.immediate_urgencies for m in entry.measures)
    if entry.result == "safe" and at_once:
        yield Problem("result", say("entry.immediate_is_not_safe"))
    if entry.result == "unsafe" and not entry.measures:
        yield Problem("measures", say("entry.unsafe_needs_measure"))
    if entry.result in {"limited", "unsafe"} and not (entry.findings or entry.limits):
        yield Problem("findings", say("entry.doubt_needs_finding"))


def _correction(entry: EntryValues, context: EntryContext) -> Iterator[Problem]:
    if entry.corrects_id is not None and not entry.correction_reason.strip():
        yield Problem("correction_reason", say("entry.correction_reason"))


_CHECKS: Final[tuple[Check, ...]] = (
    _time,
    _choices,
    _vitality,
    _interval,
    _limits,
    _findings,
    _result,
    _correction,
)
