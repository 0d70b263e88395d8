"""Brings foreign tree files into the cadastre; called by the command and by pages."""

from geodata.importing.progress import Progress
from geodata.importing.reasons import reason_of, undo_reason_of
from geodata.importing.reporting import ImportReport, write_problems
from geodata.importing.running import import_trees
from geodata.importing.spooling import Complaint
from geodata.importing.staging import keep_findings

__all__ = [
    "Complaint",
    "ImportReport",
    "Progress",
    "import_trees",
    "keep_findings",
    "reason_of",
    "undo_reason_of",
    "write_problems",
]
