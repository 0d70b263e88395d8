"""Deeds of control: inspections recorded, measures done, due dates computed, runs and mails."""

from inspections.services.control_runs import run_controls
from inspections.services.entries import (
    FindingEndEntry,
    FindingEntry,
    InspectionEntry,
    MeasureEntry,
)
from inspections.services.mails import alarm_immediate, send_waiting_mails
from inspections.services.measures import (
    cancel_measure,
    complete_measure,
    order_measure,
    record_care,
    replace_measure,
)
from inspections.services.proposals import Proposal, propose, rule_values
from inspections.services.recording import Recorded, record_inspection
from inspections.services.replanning import check_plans, replan

__all__ = [
    "FindingEndEntry",
    "FindingEntry",
    "InspectionEntry",
    "MeasureEntry",
    "Proposal",
    "Recorded",
    "alarm_immediate",
    "cancel_measure",
    "check_plans",
    "complete_measure",
    "order_measure",
    "propose",
    "record_care",
    "record_inspection",
    "replace_measure",
    "replan",
    "rule_values",
    "run_controls",
    "send_waiting_mails",
]
