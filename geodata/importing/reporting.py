"""What an import did, row by row accounted for; made by the import, shown by command and pages."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from baumkataster.spreadsheets import never_a_formula
from geodata.importing.spooling import Complaint, Complaints, Findings
from geodata.rules.problems import RowProblem

#: Kinds of records, as the counts call them.
KINDS: Final = {"tree": "trees", "site": "sites", "group": "groups"}
#: What became of a record: entered, updated, as before, or left alone because somebody must look.
OUTCOMES: Final = ("new", "changed", "unchanged", "kept")


def said(problem: RowProblem) -> Complaint:
    """The problem in the present language; words inside the sentence are translated too."""
    params = problem.params
    if "word" in params:
        params = params | {"word": _(str(params["word"]))}
    sentence = _(problem.message)
    return Complaint(
        line=problem.line,
        column=problem.column,
        value=problem.value,
        level=problem.level,
        code=problem.code,
        sentence=sentence % params if params else sentence,
    )


@dataclass(slots=True)
class ImportReport:
    """The account of one import. ``trees + sites + groups + refused == rows`` always holds."""

    profile: str
    file_name: str
    dry_run: bool
    #: Words of the profile: whose data it is, and under which terms.
    source: str = ""
    licence: str = ""
    run_id: UUID | None = None
    rows: int = 0
    trees: int = 0
    sites: int = 0
    groups: int = 0
    refused: int = 0
    #: Of the accepted rows: kind -> outcome -> number.
    outcomes: dict[str, Counter[str]] = field(
        default_factory=lambda: {kind: Counter() for kind in KINDS}
    )
    #: Records of earlier imports that are no longer in the file; nothing is deleted.
    vanished: int = 0
    new_places: int = 0
    #: Code of the unit that new places were given.
    unit: str = ""
    outside_districts: int = 0
    without_species: int = 0
    inherited_controls: int = 0
    complaints: Complaints = field(default_factory=Complaints)
    #: Values that both sides changed, to be settled by somebody.
    conflicts: Findings = field(default_factory=Findings)
    #: The records behind ``vanished``.
    gone: Findings = field(default_factory=Findings)
    seconds: float = 0.0

    @property
    def warnings(self) -> int:
        """Number of complaints about rows that were imported all the same."""
        return self.complaints.warnings

    @property
    def changed_anything(self) -> bool:
        """Whether the import entered or updated a record."""
        return any(counter["new"] or counter["changed"] for counter in self.outcomes.values())

    def total(self, outcome: str) -> int:
        """Accepted rows of all kinds with that outcome."""
        return sum(counter[outcome] for counter in self.outcomes.values())

    def check(self) -> None:
        """Raise when a row is unaccounted for: a mistake of the program, never of the file."""
        accepted = self.trees + self.sites + self.groups
        if accepted + self.refused != self.rows or accepted != sum(map(self.total, OUTCOMES)):
            raise RuntimeError(f"import does not account for every row: {self.counts()}")

    def counts(self) -> dict[str, Any]:
        """Plain numbers for ``ImportRun.counts``."""
        return {
            "rows": self.rows,
            "trees": self.trees,
            "sites": self.sites,
            "groups": self.groups,
            "refused": self.refused,
            **{outcome: self.total(outcome) for outcome in OUTCOMES},
            "vanished": self.vanished,
            "conflicts": len(self.conflicts),
            "warnings": self.warnings,
            "new_places": self.new_places,
            "outside_districts": self.outside_districts,
            "without_species": self.without_species,
            "inherited_controls": self.inherited_controls,
            "seconds": round(self.seconds, 2),
        }

    def summary(self) -> list[tuple[int, Complaint]]:
        """Equal complaints (level, column, code) with their number and the first of them."""
        return self.complaints.summary()


def write_problems(path: Path, complaints: Iterable[Complaint]) -> None:
    """A table that opens in any office program: line;column;value;level;sentence, UTF-8 with mark.

    Values that a spreadsheet would run as a formula are quoted by an apostrophe.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["line", "column", "value", "level", "sentence"])
        for complaint in complaints:
            writer.writerow(
                [
                    complaint.line,
                    never_a_formula(complaint.column),
                    never_a_formula(complaint.value),
                    complaint.level,
                    complaint.sentence,
                ]
            )
