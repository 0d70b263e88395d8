"""The overdue report: buckets, order, totals and files all come from one query."""

import csv
import io
from datetime import UTC, date, datetime

import openpyxl
import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import translation

from baumkataster.models import District
from inspections.filters import TreeFilter
from inspections.models import ControlRun, RuleSet
from inspections.reports import numbers, overdue
from inspections.reports.overdue_files import csv_lines, xlsx_bytes
from inspections.reports.selection_words import filter_text
from inspections.reports.trend import trend
from inspections.services import record_care
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)


@pytest.fixture
def city():
    """One tree per bucket: the day of its last inspection decides."""
    make.load_reference_data()
    arborist = make.make_user("arborist")
    supervisor = make.make_user("supervisor", first_name="Ina", last_name="Reh")
    unit = make.make_unit(code="R-Nord", supervisor=supervisor)
    district = make.make_district(name="Altstadt")
    high = make.make_place(name="Schulhof", kind="school", expectation="higher", unit=unit)
    low = make.make_place(name="Feldweg", expectation="lower", unit=unit)
    last = {
        "overdue": (high, datetime(2024, 8, 22, 9, tzinfo=UTC)),
        "tolerance": (high, datetime(2024, 8, 23, 9, tzinfo=UTC)),
        "due30": (high, datetime(2024, 12, 23, 9, tzinfo=UTC)),
        "due90": (high, datetime(2025, 2, 21, 9, tzinfo=UTC)),
        "ok": (high, datetime(2026, 6, 1, 9, tzinfo=UTC)),
        "overdue-low": (low, datetime(2022, 1, 1, 9, tzinfo=UTC)),
    }
    for number, (place, instant) in last.items():
        tree = make.make_tree(place=place, number=number, district=district)
        make.record(tree, arborist, inspected_at=instant)
    never = make.make_tree(place=high, number="never", district=district)
    make.replan_all(DAY)
    return {"supervisor": supervisor, "never": never}


def rows(user, **values):
    return overdue.report_rows(on=DAY, visible_to=user, tree_filter=TreeFilter(**values))


def test_buckets_are_counted_whatever_is_shown(city):
    counts = overdue.state_counts(rows(city["supervisor"], states=("ok",)))
    assert counts == {"overdue": 2, "tolerance": 1, "due30": 1, "due90": 1, "ok": 1, "never": 1}


def test_worst_districts_come_by_number_and_then_by_name(city):
    arborist = make.make_user("arborist")
    for name in ("Moor", "Berg", "Tal"):
        tree = make.make_tree(district=make.make_district(name=name))
        make.record(tree, arborist, inspected_at=datetime(2021, 1, 1, 9, tzinfo=UTC))
    make.replan_all(DAY)
    late = rows(city["supervisor"]).trees
    found = [
        (row["name"], row["trees"], District.objects.get(pk=row["district_id"]).name)
        for row in numbers.worst_districts(late, 3, on=DAY)
    ]
    assert found == [("Altstadt", 2, "Altstadt"), ("Berg", 1, "Berg"), ("Moor", 1, "Moor")]
    assert not numbers.worst_districts(late.none(), 3, on=DAY)


def test_list_shows_late_and_never_inspected_by_risk(city):
    shown = overdue.in_order(overdue.only_states(rows(city["supervisor"]), ()), "risk")
    assert [(tree.number, tree.state) for tree in shown] == [
        ("overdue", "overdue"),
        ("tolerance", "tolerance"),
        ("never", "never"),
        ("overdue-low", "overdue"),
    ], "higher expectation first, then days over"


def test_row_says_who_why_and_since_when(city):
    tree = overdue.with_columns(rows(city["supervisor"]).trees).get(site__number="overdue")
    assert (tree.due_on, tree.days_over) == (date(2026, 8, 22), 93)
    assert (tree.set_months, tree.proposed_months, tree.last_kind) == (24, 24, "Regelkontrolle")
    assert (tree.responsible, tree.unit_code, tree.district_name) == (
        "Ina Reh",
        "R-Nord",
        "Altstadt",
    )
    assert tree.last_by.startswith("Kim Muster")


def test_young_trees_that_miss_their_care_are_a_bucket(city):
    arborist = make.make_user("arborist")
    for number, phase, cared in (
        ("old-care", "youth", date(2023, 11, 22)),
        ("in-care", "youth", date(2023, 11, 23)),
        ("no-care", "youth", None),
        ("grown", "mature", None),
    ):
        tree = make.make_tree(place=city["never"].site.place, number=number, phase=phase)
        if cared:
            record_care(
                by=arborist, day=DAY, tree_id=tree.pk, kind="young_care",
                done_on=cared, done_by="Bauhof",
            )  # fmt: skip
    make.replan_all(DAY)
    shown = overdue.without_care(rows(city["supervisor"]), on=DAY)
    assert shown.count() == 2
    assert {tree.number: tree.care_on for tree in overdue.in_order(shown, "risk")} == {
        "old-care": date(2023, 11, 22),
        "no-care": None,
    }


def test_selection_in_words_names_the_bucket_alone():
    assert filter_text(TreeFilter()) == "alle Bäume; überfällig oder noch nie kontrolliert"
    assert filter_text(TreeFilter(), uncared=True) == "Jugendphase ohne Jungbaumpflege"


def test_totals_agree_with_the_counts(city):
    ((district,), (unit,), kinds) = numbers.totals_by(
        rows(city["supervisor"]).trees, "district_name", "unit_code", "place_kind"
    )
    assert (district["trees"], district["late"], district["overdue"], district["never"]) == (
        7,
        3,
        2,
        1,
    )
    assert district["percent"] == 42.9 and district["oldest"] == 691
    assert unit["late"] == district["late"]
    assert sum(row["trees"] for row in kinds) == 7 and max(row["oldest"] for row in kinds) == 691


def test_leaf_states_must_alternate(city):
    arborist = make.make_user("arborist")
    seen = {
        "alike": ("bare", "leafy", "leafy", "leafy"),
        "turned": ("leafy", "leafy", "bare"),
        "twice": ("bare", "bare"),
        "mended": ("leafy", "leafy", "bare"),
    }
    for number, states in seen.items():
        tree = make.make_tree(place=make.make_place(name=number), number=number)
        for year, state in enumerate(states, start=2020):
            on = datetime(year, 3, 1, 9, tzinfo=UTC)
            last = make.record(tree, arborist, inspected_at=on, leaf_state=state)
    make.record(
        tree,
        arborist,
        inspected_at=on,
        leaf_state="leafy",
        corrects_id=last.inspection.pk,
        correction_reason="vertippt",
    )
    alike = {
        tree.site.number
        for tree in rows(city["supervisor"]).trees
        if numbers.same_leaf_states(rows(city["supervisor"]).trees.filter(pk=tree.pk))
    }
    assert alike == {"alike", "mended"}
    assert numbers.same_leaf_states(rows(city["supervisor"]).trees) == 2


def test_page_of_rows_costs_one_query(city, django_assert_num_queries):
    with django_assert_num_queries(1):
        shown = list(
            overdue.in_order(overdue.only_states(rows(city["supervisor"]), ()), "risk")[:50]
        )
        assert [(t.place, t.species_name, t.worst_urgency) for t in shown]


def test_strangers_see_nothing(city):
    assert not rows(AnonymousUser()).trees.exists()
    assert not rows(AnonymousUser()).count()


def test_csv_and_xlsx_hold_the_same_rows(city):
    shown = overdue.in_order(overdue.only_states(rows(city["supervisor"]), ()), "risk")
    text = "".join(csv_lines(shown, base_url="http://x"))
    table = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert text.startswith("\ufeffBaumnr.;Objekt;")
    assert [line[0] for line in table[1:]] == ["overdue", "tolerance", "never", "overdue-low"]
    counts = overdue.state_counts(rows(city["supervisor"]))
    content = xlsx_bytes(
        shown,
        head=overdue.header(on=DAY, counts=counts, asked_by="Ina Reh"),
        counts=counts,
        filter_text="alle",
        base_url="http://x",
    )
    book = openpyxl.load_workbook(io.BytesIO(content))
    listed = list(book["Liste"].iter_rows(values_only=True))
    assert [row[0] for row in listed] == [line[0] for line in table]
    assert listed[1][listed[0].index("Tage überfällig")] == 93
    assert listed[1][listed[0].index("fällig am")] == datetime(2026, 8, 22)
    cover = {row[0]: row[1] for row in book["Übersicht"].iter_rows(values_only=True) if row[0]}
    assert cover["Erstellt von"] == "Ina Reh"
    assert cover["Stichtag"] == "23.11.2026" and cover["Bäume in Kontrollpflicht"] == "7"


def test_cells_that_a_spreadsheet_would_run_are_defused(city):
    place = make.make_place(name="=cmd|'/c calc'!A1")
    make.make_tree(place=place, number="@1")
    make.replan_all(DAY)
    shown = overdue.only_states(rows(city["supervisor"]), ())
    text = "".join(csv_lines(overdue.in_order(shown, "place"), base_url="http://x"))
    assert "'=cmd|" in text and "'@1;" in text


def make_run(day: date, late: int) -> ControlRun:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    zero = dict.fromkeys(
        ("missed_days", "overdue_measures", "raised", "escalated", "resolved", "mails"), 0
    )
    return ControlRun.objects.create(
        day=day,
        rule_set=RuleSet.objects.get(),
        started_at=now,
        finished_at=now,
        counts={"overdue": late, "ok": 100 - late, "trees": 100, "none": 50},
        unit_counts={},
        **zero,
    )


def test_trend_says_whether_it_gets_better(city):
    assert trend([make_run(date(2026, 11, 1), 20)]) is None
    found = trend([ControlRun.objects.get(), make_run(date(2026, 11, 2), 10)])
    assert [point.percent for point in found.points] == [20.0, 10.0]
    assert found.sentence == "Es wird besser: 10,0 % überfällig, am 01.11.2026 waren es 20,0 %."
    with translation.override("en"):
        found = trend(list(ControlRun.objects.order_by("day")))
    assert found and "10.0 %" in found.sentence and "20.0 %" in found.sentence
