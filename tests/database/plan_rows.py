"""Puts rows of tests/cases/plan.json into the database as real trees, inspections and measures."""

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from baumkataster.models import InspectorIdentity, Place, Tree, User
from inspections.models import ControlPlan, InheritedControl, Inspection, Measure, RuleSet
from inspections.rules import intervals, plan
from tests.factories import load_rule_set, make_place, make_site, make_tree, make_user, point

CASES = json.loads((Path(__file__).parent.parent / "cases" / "plan.json").read_text("utf-8"))
DEFAULTS = CASES["defaults"]
BERLIN = ZoneInfo("Europe/Berlin")


def row(raw: dict[str, Any]) -> dict[str, Any]:
    """A row with its defaults filled in."""
    return {
        "rule_set": raw.get("rule_set", {}),
        "tree": DEFAULTS["tree"] | raw.get("tree", {}),
        "inspections": [DEFAULTS["inspection"] | i for i in raw.get("inspections", [])],
        "previous": DEFAULTS["previous"] | raw.get("previous", {}),
    }


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def rule_values(changes: dict[str, Any]) -> intervals.RuleSet:
    """The default rule set with a row's changes."""
    matrix = {**intervals.DEFAULT_MATRIX, **changes.get("matrix", {})}
    return intervals.RuleSet(**{**changes, "matrix": matrix})


def store_rule_set(values: intervals.RuleSet, **fields: Any) -> RuleSet:
    """The rule set as a row."""
    return load_rule_set(
        matrix=dict(values.matrix),
        default_months=values.default_months,
        tolerance_months=values.tolerance_months,
        youth_care_months=values.youth_care_months,
        initial_months=dict(values.initial_months),
        **fields,
    )


def make_measure(**values: Any) -> Measure:
    """An open measure that must be done at once."""
    if "tree" not in values:
        values["tree"] = make_tree()
    defaults = {
        "kind_id": "felling",
        "urgency_id": "1",
        "ordered_on": date(2026, 11, 23),
        "deadline_on": date(2026, 11, 23),
        "note": "Riss im Stamm",
    }
    if "ordered_by" not in values:
        values["ordered_by"] = make_user()
    return Measure.objects.create(**(defaults | values))


class Planted:
    """One case as rows; ``ids`` translates the case's names of inspections."""

    def __init__(self, case: dict[str, Any], *, inspector: User | None = None) -> None:
        self.case = case
        self.inspector = inspector or make_user()
        self.identity = InspectorIdentity.objects.get(user=self.inspector)
        self.ids: dict[str, Any] = {}
        self.tree = self._tree(case["tree"])
        for record in case["inspections"]:
            self._inspection(record)
        self._inherited(case["tree"])
        self._care(case["tree"]["care_on"])

    @property
    def initial_due(self) -> dict[Any, date]:
        given = day(self.case["tree"]["initial_due_on"])
        return {self.tree.pk: given} if given else {}

    def _tree(self, facts: dict[str, Any]) -> Tree:
        ended = facts["status"] in {"felled", "stump", "vanished"}
        return make_tree(
            site=make_site(place=self._place(facts)),
            status=facts["status"],
            felled_on=date(2025, 1, 1) if ended else None,
            duty=facts["duty"],
            duty_reason="" if facts["duty"] == "city" else "Vertrag",
            phase=facts["phase"],
            expectation=facts.get("own_expectation", ""),
            planted_on=day(facts["planted_on"]),
            # Just after midnight in Berlin, when it is still the day before in UTC.
            created_at=datetime.combine(
                date.fromisoformat(facts["recorded_on"]), time(0, 10), BERLIN
            ),
            geom=point(),
        )

    def _place(self, facts: dict[str, Any]) -> Place:
        return make_place(kind=facts["place_kind"], expectation=facts["expectation"])

    def _inspection(self, record: dict[str, Any]) -> None:
        on = date.fromisoformat(record["inspected_on"])
        made = Inspection.objects.create(
            tree=self.tree,
            kind_id="regular" if record["sets_regular_date"] else "additional",
            sets_regular_date=record["sets_regular_date"],
            inspected_at=datetime.combine(on, time(9), UTC),
            inspected_on=on,
            received_at=datetime(2025, 12, 1, tzinfo=UTC) + timedelta(hours=record["received"]),
            inspected_by=self.inspector,
            recorded_by=self.inspector,
            inspector=self.identity,
            device="Test",
            leaf_state="leafy",
            condition=record["condition"],
            phase="mature",
            result="safe",
            seen_number="1",
            seen_place="x",
            seen_position=point(),
            seen_species="x",
            seen_expectation="higher",
            rule_set=RuleSet.objects.first(),
            proposed_months=record["proposed_months"],
            set_months=record["set_months"],
            interval_reason="so gewollt",
            corrects_id=self.ids[record["corrects"]] if record["corrects"] else None,
            correction_reason="verschrieben" if record["corrects"] else "",
        )
        self.ids[record["id"]] = made.pk

    def _inherited(self, facts: dict[str, Any]) -> None:
        last, after = day(facts["inherited_last_on"]), day(facts["inherited_next_on"])
        if last or after:
            # An older import said something else; the newest row of the source holds.
            for age, (last_on, next_on) in enumerate([(last, after), (date(2001, 1, 1), None)]):
                InheritedControl.objects.create(
                    tree=self.tree,
                    source="Altsystem",
                    last_on=last_on,
                    next_on=next_on,
                    recorded_at=datetime(2025, 1, 1, tzinfo=UTC) - timedelta(days=age),
                )

    def _care(self, care_on: str | None) -> None:
        """The last care, an older one, and work that is none: not done, dropped or another kind."""
        last = day(care_on)
        late = date(2025, 12, 1)
        facts = [("young_care", "open", None), ("young_care", "cancelled", late)]
        facts += [("deadwood", "done", late)]
        if last:
            facts += [("young_care", "done", last), ("young_care", "done", date(1999, 5, 1))]
        for kind, state, done_on in facts:
            Measure.objects.create(
                tree=self.tree,
                kind_id=kind,
                urgency_id="3" if state == "open" else None,
                ordered_on=done_on or date(2025, 1, 1),
                ordered_by=self.inspector,
                state=state,
                done_on=done_on,
                done_by="Bauhof" if done_on else "",
                ended_by=self.inspector if done_on else None,
                ended_at=datetime(2025, 1, 1, tzinfo=UTC) if done_on else None,
                end_reason="zu spät" if state == "cancelled" else "",
            )

    def remember(self) -> None:
        """Make the row's previous plan the stored one."""
        previous = self.case["previous"]
        ControlPlan.objects.filter(pk=self.tree.pk).update(
            inspection_id=self.ids.get(previous["inspection"]), cap_months=previous["cap_months"]
        )

    def expected(self, rules: intervals.RuleSet) -> dict[str, Any]:
        """What the Python rule says, with the database's ids and the inputs that lists show."""
        facts = dict(self.case["tree"])
        own = facts.pop("own_expectation", "")
        facts["expectation"] = own or facts["expectation"]
        days = [name for name in facts if name.endswith("_on") or name == "initial_due_on"]
        facts |= {name: day(facts[name]) for name in days}
        records = [
            plan.InspectionRecord(**record | {"inspected_on": day(record["inspected_on"])})
            for record in self.case["inspections"]
        ]
        basis = plan.basis_of(records)
        found = plan.plan_control(
            tree=plan.TreeFacts(**facts),
            basis=basis,
            rule_set=rules,
            previous=plan.PreviousPlan(**self.case["previous"]),
        )
        names = [name for name in found.__dataclass_fields__ if name != "inspection"]
        return {name: getattr(found, name) for name in names} | {
            "inspection_id": self.ids.get(found.inspection),
            "phase": facts["phase"],
            "condition": basis.condition if basis else "",
            "expectation": facts["expectation"],
            "care_on": facts["care_on"],
            "initial_due_on": facts["initial_due_on"],
        }

    def stored(self) -> dict[str, Any]:
        """The plan as it stands, in the same words."""
        found = ControlPlan.objects.values().get(pk=self.tree.pk)
        inherited = found.pop("inherited_id")
        assert (inherited is not None) == (found["basis"] == "inherited")
        return {name: v for name, v in found.items() if name not in {"tree_id", "rule_set_id"}}
