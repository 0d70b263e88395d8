"""The report on paper shows a past day, and says how far it is while it is made."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from baumkataster.models import Tree
from inspections.models import Inspection, ReportFile
from inspections.reports import numbers, overdue
from inspections.reports.paper.delivering import paper_of
from inspections.reports.past import looking_back
from inspections.services.report_files import keep_progress
from tests import factories as make
from tests.database.kept_town import Town
from tests.database.test_kept_past_days import BOTH, DAY
from tests.database.test_report_paper import text_of

WORDS = {"damals": "wie damals bekannt", "heute": "wie heute bekannt"}


@pytest.fixture
def town(own_town: Town) -> Town:
    make.replan_all(date(2026, 11, 23))
    return own_town


@pytest.mark.parametrize("asked", BOTH, ids=lambda asked: str(asked.reading))
def test_paper_of_a_past_day(town: Town, asked: Any) -> None:
    person = make.make_user("supervisor")
    report = ReportFile.objects.create(
        asked_by=person,
        asked_at=timezone.make_aware(datetime(2026, 11, 23, 9)),
        day=DAY,
        query=f"stichtag={DAY}&lesart={asked.reading}",
        language="de",
        state="running",
    )
    seen: list[str] = []

    def told(step: str, share: float) -> None:
        keep_progress(pk=UUID(str(report.pk)), step=step, share=share)
        seen.append(town.beside.execute("SELECT step FROM inspections_reportfile").fetchone()[0])  # type: ignore[index]

    paper = paper_of(report, told=told)
    with looking_back(asked, evidence=True):
        rows = overdue.report_rows(on=DAY, visible_to=person, tree_filter=overdue.TreeFilter())
        late, counts = overdue.only_states(rows, ()).count(), overdue.state_counts(rows)
        alike = numbers.same_leaf_states(rows.trees)
    assert alike < numbers.same_leaf_states(Tree.objects.all())
    assert 0 < late < Inspection.objects.count() and paper.rows == late
    text = " ".join(text_of(paper.content).split())
    assert f"Stand vom 12.03.2024, {WORDS[asked.reading]}" in text
    assert f"von {sum(counts.values())} Bäumen in Kontrollpflicht" in text
    assert f"· {alike} Belaubungswechsel fehlt" in text
    assert seen[:3] == ["numbers", "rows", "cover"]
