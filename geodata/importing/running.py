"""One import from file to report, in one transaction; the deed behind ``import_trees``."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from baumkataster.authorship import authored
from baumkataster.models import Unit, User
from geodata.importing import (
    deadlines,
    differences,
    doubles,
    loading,
    matching,
    placing,
    staging,
    vanishing,
)
from geodata.importing.judging import TreeJudge
from geodata.importing.progress import STEPS, Progress, no_progress
from geodata.importing.reasons import reason_of
from geodata.importing.reporting import KINDS, ImportReport, said
from geodata.importing.spooling import Complaint, Spool
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
#: A record that is not new has the district of its site or group.
_ACCOUNT: Final = """
SELECT m.kind, CASE WHEN m.action <> 'compare' THEN m.action WHEN c.line IS NULL THEN 'unchanged'
        ELSE 'changed' END AS outcome, count(*),
    count(*) FILTER (WHERE coalesce(m.district_id, s.district_id, g.district_id) IS NULL),
    count(*) FILTER (WHERE m.kind = 'tree' AND r.species_id IS NULL)
FROM import_match m JOIN import_row r ON r.line = m.line
LEFT JOIN (SELECT DISTINCT line FROM import_changed) c ON c.line = m.line
LEFT JOIN baumkataster_site s ON s.id = m.site_id
LEFT JOIN baumkataster_treegroup g ON g.id = m.group_id
GROUP BY 1, 2
"""
_LAST_CHANGE: Final = "SELECT coalesce(max(id), 0) FROM baumkataster_change"
#: What this transaction wrote into the history; undoing goes by it.
_CHANGES: Final = """
SELECT min(id), max(id) FROM baumkataster_change
WHERE transaction = pg_current_xact_id()::text::bigint AND id > %(before)s
"""
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
    run: ImportRun | None = None,
    progress: Progress = no_progress,
) -> ImportReport:
    """Bring the rows of a file into the cadastre as the profile says; all or nothing.

    ``profile`` is a name or the path of a TOML file. ``unit`` is the code of the Revier that
    new places get (None: the only one, else ``OHNE``). ``by`` stands in the history (None: the
    system). ``dry_run`` does everything and takes it back. ``run`` is the row that a page made for
    this file; without one the import makes its own.

    Raises SourceError, with a sentence, before any row: unknown profile, missing columns, a file
    that cannot be read, no rule set. Rows that are wrong are no errors but part of the report.
    """
    began = time.monotonic()
    chosen = read_profile(profile)
    report = ImportReport(chosen.name, path.name, dry_run, chosen.source, chosen.licence)
    with open_table(path, chosen) as table, transaction.atomic():
        with authored(by=by, reason=reason_of(chosen.source)):
            deed = _Import(chosen, unit, day, report, progress)
            deed.read(table)
            deed.write()
            report.check()
            report.seconds = time.monotonic() - began
            if not dry_run:
                _keep(report, path, by, run or ImportRun(), deed)
        transaction.set_rollback(dry_run)
    report.seconds = time.monotonic() - began
    deed.step("done")
    return report


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
        #: The newest of the history before this import.
        self.last_change = 0
        self.place_of: Callable[[int], str] | None = None
        self.judge = TreeJudge(profile, day=day, complain=self._complain)

    def read(self, table: Table) -> None:
        """Judge every row and stage the good ones."""
        staging.create(srid=settings.SRID)
        self.place_of = table.place_of
        reader = RowReader(self.profile, table.header, day=self.day, remember=False)
        keys = Spool()
        staging.copy_rows(self._staged(self._records(table, reader, keys)))
        staging.copy_keys((line, key) for line, key in keys)
        self._double_keys(reader.keys.column)

    def _records(self, table: Table, reader: RowReader, keys: Spool) -> Iterator[SourceRecord]:
        report = self.report
        for row in table.rows:
            record, problems = reader.read(row.line, row.cells, lines=row.lines)
            report.rows += 1
            for problem in problems:
                self._complain(said(problem))
            if record is not None:
                yield record
            else:
                report.refused += 1
                if reader.keys.last:
                    keys.add((row.line, reader.keys.last))
            if report.rows % _STRIDE == 0:
                self.step("read", within=table.source.done / table.source.total)

    def _staged(self, records: Iterable[SourceRecord]) -> Iterator[tuple[Any, ...]]:
        accuracy = self.profile.accuracy_m
        numbers = Counter[type[SourceRecord]]()
        for record in records:
            numbers[type(record)] += 1
            if isinstance(record, TreeRow):
                species, given = self.judge.species_of(record)
            else:
                species, given = None, record.species_as_given
            yield staging.staged(
                record, species_id=species, species_as_given=given, accuracy=accuracy
            )
        report = self.report
        report.trees, report.sites = numbers[TreeRow], numbers[SiteRow]
        report.groups = numbers[GroupRow]

    def _double_keys(self, column: str) -> None:
        """Refuse rows whose key an earlier row has, and tell of two on one point."""
        report = self.report
        for kind, number in doubles.take_out_double_keys().items():
            name = KINDS[kind]
            setattr(report, name, getattr(report, name) - number)
            report.refused += number
        self._complain_all(doubles.double_keys(column))
        self._complain_all(doubles.same_points())

    def _complain(self, complaint: Complaint) -> None:
        """Keep a complaint; in archives with the file and the number in it."""
        if self.place_of is not None and complaint.line:
            place = self.place_of(complaint.line)
            complaint = replace(complaint, sentence=f"{complaint.sentence} ({place})")
        self.report.complaints.add(complaint)

    def _complain_all(self, complaints: Iterable[Complaint]) -> None:
        self.report.complaints.part()
        for complaint in complaints:
            self._complain(complaint)

    def write(self) -> None:
        """Compare with the cadastre and write what is new or changed."""
        source = self.profile.source
        self.step("match")
        staging.run(loading.LOCK, {})
        ((self.last_change,),) = staging.rows_of(_LAST_CHANGE, {})
        matching.match_records(source=source)
        self._complain_all(matching.left_alone())
        self.report.new_places = placing.match_places(source=source, unit_of=self._unit)
        self._complain_all(matching.number_records())
        self.step("sites")
        loading.load_sites(source=source)
        self.step("trees")
        loading.load_trees_and_groups(source=source)
        loading.refresh_statistics()
        self.step("changes")
        self._take_differences(source)
        deadlines.forget()
        inherited = loading.load_inherited(source=source, file_name=self.report.file_name)
        self.step("deadlines")
        try:
            deadlines.set_deadlines(day=self.day)
        except LookupError as error:
            raise SourceError(_NO_RULES) from error
        self.step("record")
        self._account(inherited)
        self._tell_vanished(source)

    def _take_differences(self, source: str) -> None:
        self.report.complaints.part()
        line = 0
        for conflict, complaint in differences.take_differences(source=source):
            if complaint.line < line:
                self.report.complaints.part()
            line = complaint.line
            self._complain(complaint)
            if conflict is not None:
                self.report.conflicts.add(conflict)

    def _tell_vanished(self, source: str) -> None:
        position = ["@position"] if self.profile.key_has_position else []
        key_columns = [*self.profile.key_columns, *position]
        self.report.complaints.part()
        for gone in vanishing.vanished(source=source, key_columns=key_columns):
            self.report.vanished += 1
            self.report.gone.add(gone)
            self._complain(vanishing.told_vanished(gone))

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

    def _account(self, inherited: int) -> None:
        report = self.report
        for kind, outcome, number, outside, unknown in staging.rows_of(_ACCOUNT, {}):
            report.outcomes[kind][outcome] += number
            report.outside_districts += outside
            report.without_species += unknown
        report.inherited_controls = inherited


def _keep(report: ImportReport, path: Path, by: User | None, run: ImportRun, deed: _Import) -> None:
    """The run, its complaints, conflicts and vanished records as rows of the cadastre."""
    with said_clearly(path), path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if run._state.adding:
        run.profile, run.file_name = report.profile[:60], report.file_name[-255:]
        run.started_by = by
    run.file_sha256 = digest
    run.finished_at = timezone.now()
    run.counts = report.counts()
    run.day = deed.day
    run.dry_run = False
    run.state = ImportRun.State.DONE
    ((run.first_change, run.last_change),) = staging.rows_of(_CHANGES, {"before": deed.last_change})
    fields = (
        "file_sha256", "finished_at", "counts", "day", "dry_run", "state", "first_change",
        "last_change",
    )  # fmt: skip
    run.save(update_fields=None if run._state.adding else fields)
    report.run_id = run.pk
    staging.keep_findings(run.pk, report)
