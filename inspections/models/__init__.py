"""The tables of control: catalogues, rule sets, evidence, measures and due dates."""

from inspections.models.catalogues import (
    CatalogueEntry,
    ControlLimit,
    InspectionKind,
    MeasureKind,
    Symptom,
    Urgency,
    Zone,
)
from inspections.models.control import ControlFlag, ControlMail, ControlPlan, ControlRun
from inspections.models.evidence import (
    Condition,
    Finding,
    FindingPhoto,
    InheritedControl,
    Inspection,
    LeafState,
    Result,
    Vitality,
)
from inspections.models.measures import Measure, MeasureState
from inspections.models.rulesets import RuleSet

__all__ = [
    "CatalogueEntry",
    "Condition",
    "ControlFlag",
    "ControlLimit",
    "ControlMail",
    "ControlPlan",
    "ControlRun",
    "Finding",
    "FindingPhoto",
    "InheritedControl",
    "Inspection",
    "InspectionKind",
    "LeafState",
    "Measure",
    "MeasureKind",
    "MeasureState",
    "Result",
    "RuleSet",
    "Symptom",
    "Urgency",
    "Vitality",
    "Zone",
]
