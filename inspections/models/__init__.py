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
    FindingEnd,
    FindingPhoto,
    InheritedControl,
    Inspection,
    LeafState,
    Result,
    Vitality,
)
from inspections.models.field import (
    FieldConflict,
    FieldDevice,
    FieldEntry,
    FieldKey,
    FieldVerdict,
)
from inspections.models.field_photos import PhotoPiece, PhotoUpload
from inspections.models.measures import Measure, MeasureState
from inspections.models.replanning import Replanning
from inspections.models.report_files import ReportFile
from inspections.models.rule_previews import RulePreview
from inspections.models.rulesets import RuleSet
from inspections.models.tours import Tour, TourStop

__all__ = [
    "CatalogueEntry",
    "Condition",
    "ControlFlag",
    "ControlLimit",
    "ControlMail",
    "ControlPlan",
    "ControlRun",
    "FieldConflict",
    "FieldDevice",
    "FieldEntry",
    "FieldKey",
    "FieldVerdict",
    "Finding",
    "FindingEnd",
    "FindingPhoto",
    "InheritedControl",
    "Inspection",
    "InspectionKind",
    "LeafState",
    "Measure",
    "MeasureKind",
    "MeasureState",
    "PhotoPiece",
    "PhotoUpload",
    "Replanning",
    "ReportFile",
    "Result",
    "RulePreview",
    "RuleSet",
    "Symptom",
    "Tour",
    "TourStop",
    "Urgency",
    "Vitality",
    "Zone",
]
