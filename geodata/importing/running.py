"""One import from file to report, in one transaction; the deed behind ``import_trees``."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from baumkataster.authorship import authored
from baumkataster.models import Unit, User
from geodata.importing import deadlines, differences, loading, matching, staging
from geodata.importing.judging import TreeJudge
from geodata.importing.progress import STEPS, Progress, no_progress
from geodata.importing.reporting import Complaint, ImportReport, said
from geodata.models import ImportRun
from geodata.readers import Table, open_table, read_profile
from geodata.rules.problems import SourceError, gettext_noop
from geodata.rules.profiles import Profile
from geodata.rules.records import GroupRow, SiteRow, SourceRecord, TreeRow
from geodata.rules.rows import RowReader
from geodata.source_files import said_clearly

#: Revier of imported places in a city with several, until somebody assigns them.
NO_UNIT: Final = "OHNE"
#: Rows between two signs of life.
_STRIDE: Final = 500
_NO_UNIT_OF_THAT_CODE: Final = gettext_noop(
    "Das Revier „%(unit)s“ gibt es nicht. Vorhanden: %(present)s."
)
_NO_RULES: Final = gettext_noop(
    "Es gibt noch kein Regelwerk. Bitte zuerst die Stadt einrichten (start_city)."
)


def import_trees(
    *,
    path: Path,
    profile: str,
    by: User | None,
    day: date,
    dry_run: bool = False,
    unit: str | None = None,
    progress: Progress = no_progress,
) -> ImportReport:
    """Bring the rows of a file into the cadastre as the profile says; all or nothing.

    ``profile`` is a name or the path of a TOML file. ``unit`` is the code of the Revier that
    new places get (None: the only one, else ``OHNE``). ``by`` stands in the history (None: the
    system). ``dry_run`` does everything and takes it back.

    Raises SourceError, with a sentence, before any row: unknown profile, missing columns, a file
    that cannot be read, no rule set. Rows that are wrong are no errors but part of the report.
    """
    began = time.monotonic()
    chosen = read_profile(profile)
    report = ImportReport(chosen.name, path.name, dry_run, chosen.source, chosen.licence)
    with open_table(path, chosen) as table, transaction.atomic():
        with authored(by=by, reason=reason_of(chosen)):
            deed = _Import(chosen, unit, day, report, progress)
            deed.read(table)
            deed.write()
            report.check()
            report.seconds = time.monotonic() - began
            if not dry_run:
                _keep(report, path, by)
        transaction.set_rollback(dry_run)
    report.seconds = time.monotonic() - began
    deed.step("done")
    return report


def reason_of(profile: Profile) -> str:
    """The words under which every import of this source stands in the history."""
    return f"Import: {profile.source}"


def _unit(code: str | None) -> Unit:
    """The unit of that code; without one the only unit, else one for what nobody was given yet."""
    units = list(Unit.objects.order_by("code"))
    if code is None:
        if len(units) == 1:
            return units[0]
        return Unit.objects.get_or_create(code=NO_UNIT, defaults={"name": _("ohne Zuordnung")})[0]
    for unit in units:
        if unit.code == code:
            return unit
    raise SourceError(_NO_UNIT_OF_THAT_CODE, unit=code, present=", ".join(u.code for u in units))


class _Import:
    """The steps of one import and what they have in common."""

    def __init__(
        self,
        profile: Profile,
        unit: str | None,
        day: date,
        report: ImportReport,
        progress: Progress,
    ) -> None:
        self.profile, self.day, self.unit_code = profile, day, unit
        self.report, self.progress = report, progress
        self.judge = TreeJudge(profile, day=day)

    def read(self, table: Table) -> None:
        """Judge every row and stage the good ones."""
        staging.create(srid=settings.SRID)
        reader = RowReader(self.profile, table.header, day=self.day)
        staging.copy_rows(self._staged(self._records(table, reader)))
        staging.copy_keys(reader.keys.first_line)

    def _records(self, table: Table, reader: RowReader) -> Iterator[SourceRecord]:
        report = self.report
        for row in table.rows:
            record, problems = reader.read(row.line, row.cells, lines=row.lines)
            report.rows += 1
            report.complaints += [said(problem) for problem in problems]
            if record is None:
                report.refused += 1
            else:
                yield record
            if report.rows % _STRIDE == 0:
                self.step("read", within=table.source.done / table.source.total)

    def _staged(self, records: Iterable[SourceRecord]) -> Iterator[tuple[Any, ...]]:
        accuracy = self.profile.accuracy_m
        for record in records:
            match record:
                case TreeRow():
                    self.report.trees += 1
                    species, given = self.judge.species_of(record)
                    self.report.without_species += species is None
                case SiteRow():
                    self.report.sites += 1
                    species, given = None, record.species_as_given
                case GroupRow():
                    self.report.groups += 1
                    species, given = None, record.species_as_given
            yield staging.staged(
                record, species_id=species, species_as_given=given, accuracy=accuracy
            )

    def write(self) -> None:
        """Compare with the cadastre and write what is new or changed."""
        source = self.profile.source
        self.step("match")
        staging.run(loading.LOCK, {})
        complaints = matching.match_records(source=source)
        self.report.new_places = matching.match_places(source=source, unit_of=self._unit)
        complaints += matching.number_records()
        self.step("sites")
        loading.load_sites(source=source)
        self.step("trees")
        loading.load_trees_and_groups(source=source)
        loading.refresh_statistics()
        self.step("changes")
        changed, conflicts = differences.take_differences(reason=reason_of(self.profile))
        inherited = loading.load_inherited(source=source, file_name=self.report.file_name)
        self.step("deadlines")
        try:
            deadlines.set_deadlines(day=self.day, inherited=inherited)
        except LookupError as error:
            raise SourceError(_NO_RULES) from error
        self.step("record")
        gone = loading.vanished(source=source, key_columns=self._key_columns())
        self._account(changed, len(inherited), gone)
        self.report.complaints += [*self.judge.complaints, *complaints, *conflicts]
        self.report.complaints.sort(key=lambda complaint: complaint.line or 10**9)

    def _unit(self) -> Unit:
        """The unit of new places; asked only when there are any."""
        unit = _unit(self.unit_code)
        self.report.unit = unit.code
        return unit

    def step(self, name: str, *, within: float = 0.0) -> None:
        """Tell that a step begins, or how far reading (``within``, 0 to 1) has come."""
        word, share = STEPS[name]
        share += within * STEPS["match"][1]
        self.progress(step=_(word), share=share, rows=self.report.rows)

    def _key_columns(self) -> list[str]:
        position = ["@position"] if self.profile.key_has_position else []
        return [*self.profile.key_columns, *position]

    def _account(self, changed: set[int], inherited: int, gone: list[Complaint]) -> None:
        report = self.report
        statement = "SELECT line, kind, action, district_id IS NULL FROM import_row"
        for line, kind, action, outside in staging.rows_of(statement, {}):
            compared = "changed" if line in changed else "unchanged"
            report.outcomes[kind][compared if action == "compare" else action] += 1
            report.outside_districts += outside
        report.inherited_controls = inherited
        report.vanished = len(gone)
        report.complaints += gone


def _keep(report: ImportReport, path: Path, by: User | None) -> None:
    """The run and its complaints as rows of the cadastre."""
    with said_clearly(path), path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    run = ImportRun.objects.create(
        profile=report.profile[:60],
        file_name=report.file_name[-255:],
        file_sha256=digest,
        started_by=by,
        finished_at=timezone.now(),
        counts=report.counts(),
    )
    report.run_id = run.pk
    staging.copy_complaints(run.pk, report.complaints)
