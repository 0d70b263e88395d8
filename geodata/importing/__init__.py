"""Brings foreign tree files into the cadastre; called by the command and, later, by pages."""

from geodata.importing.progress import Progress
from geodata.importing.reporting import Complaint, ImportReport, write_problems
from geodata.importing.running import import_trees

__all__ = ["Complaint", "ImportReport", "Progress", "import_trees", "write_problems"]
