"""A file into the cadastre: every row accounted for, with place, district and day."""

import itertools
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import connection

from baumkataster.models import Change, Place, Site, Species, Tree, TreeGroup
from geodata.importing import reporting
from geodata.models import ImportProblem, ImportRun
from geodata.rules.problems import SourceError
from inspections.models import ControlPlan, InheritedControl, RuleSet
from inspections.querysets import RuleSetQuerySet
from inspections.services.replanning import check_plans
from tests import factories
from tests.database.import_cases import DAY, FIXTURES, found_city, imported

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def city():
    found_city()


def tree(key: str) -> Tree:
    return Tree.objects.select_related("site__place", "species").get(source_keys={"ID": key})


def test_every_row_of_the_good_file_is_accounted_for():
    report = imported("wesel_like.csv")
    assert (report.rows, report.trees, report.sites, report.groups, report.refused) == (
        41, 35, 1, 5, 0,
    )  # fmt: skip
    assert Tree.objects.count() == 35
    assert Site.objects.count() == 36
    assert TreeGroup.objects.count() == 5
    assert report.total("new") == 41
    codes = Counter(complaint.code for complaint in report.complaints)
    assert codes == {
        "zero": 2,
        "impossible": 1,
        "unusual": 2,
        "trunk_contradiction": 1,
        "unknown_species": 1,
        "same_point": 1,
        "species_not_listed": 1,
    }


def test_values_arrive_as_they_were():
    imported("wesel_like.csv")
    first = tree("1")
    assert (float(first.height_m), float(first.crown_diameter_m), first.girth_cm) == (8.0, 3.0, 57)
    assert (first.geom.x, first.geom.y, first.geom.srid) == (335038.122902, 5726421.9918, 25832)
    assert first.site.geom.equals_exact(first.geom)
    assert (first.status, first.origin, first.position_source) == ("standing", "import", "import")
    assert first.source == "Stadt Wesel, Baumkataster"
    assert tree("14").height_m is None
    assert tree("16").girth_cm == 94
    group = TreeGroup.objects.get(source_keys={"ID": "32"})
    assert group.remarks == "BAUMHOEHE: 18; ST_UMFANG: 126.00; ST_DURCHM: 40"
    assert (group.tree_count, group.species_as_given) == (None, "Waldartiger Bestand")


def test_trees_without_a_place_share_one_and_keep_the_source_id_as_number():
    imported("wesel_like.csv")
    place = Place.objects.get()
    assert (place.kind, place.name) == ("none", "ohne Objekt (Stadt Wesel, Baumkataster)")
    assert (place.unit.code, place.expectation) == ("R1", "higher")
    assert tree("7").site.number == "7"
    assert TreeGroup.objects.get(number="33").place == place


@pytest.mark.parametrize(
    ("key", "species", "kept"),
    [
        ("1", "Tilia cordata", ""),
        ("22", "Crataegus laevigata 'Paul's Scarlet'", ""),
        ("23", "Acer platanoides 'Globosum'", ""),
        ("24", "Tilia ×europaea", ""),
        ("25", "Ginkgo biloba", ""),
        ("26", "Quercus spec.", ""),
        ("21", "Fagus sylvatica", "Fagus sylvatica 'Purple Fountai', Rote Trauerbuche"),
        ("27", None, "Musterbaumia inventa, Erfundener Musterbaum"),
        ("28", None, "unbekannt"),
    ],
)
def test_species_are_found_and_no_word_is_lost(key, species, kept):
    imported("wesel_like.csv")
    found = tree(key)
    assert (found.species.botanical_name if found.species else None) == species
    assert found.species_as_given == kept


def test_sizes_that_a_species_does_not_reach_are_told_and_kept():
    Species.objects.filter(botanical_name="Ginkgo biloba").update(max_height_m=8)
    Species.objects.filter(botanical_name="Fraxinus ornus").update(max_crown_m=2)
    report = imported("wesel_like.csv")
    doubts = [c for c in report.complaints if c.code.startswith("dimension.")]
    assert [(c.line, c.column, c.value) for c in doubts] == [
        (21, "KR_DURCHM", "2.8"),
        (26, "BAUMHOEHE", "9"),
    ]
    assert "für Ginkgo biloba ungewöhnlich viel (sonst bis 8 m)" in doubts[1].sentence
    assert float(tree("25").height_m) == 9


def test_districts_are_set_by_polygon():
    origin = (335_000 - factories.CENTRE[0], 5_726_390 - factories.CENTRE[1])
    west = factories.make_district(name="West", geom=factories.square(*origin, 500))
    factories.make_district(name="Ganz woanders", geom=factories.square(0, 0, 500))
    report = imported("wesel_like.csv")
    inside = Tree.objects.filter(geom__coveredby=west.geom)
    assert inside.count() == 13
    assert set(inside.values_list("district__name", "site__district__name")) == {("West", "West")}
    assert Tree.objects.filter(district=None).count() == 22
    assert report.outside_districts == 28


def test_of_the_ruined_file_no_ruined_row_is_imported():
    report = imported("wesel_like_excel.csv")
    assert (report.rows, report.trees, report.refused) == (41, 2, 39)
    assert set(Tree.objects.values_list("site__number", flat=True)) == {"35", "36"}
    assert (tree("36").geom.x, tree("36").geom.y) == (336350, 5726401)


def test_run_and_problems_are_kept():
    person = factories.make_user("planner")
    report = imported("wesel_like_excel.csv", by=person)
    run = ImportRun.objects.get(pk=report.run_id)
    assert (run.profile, run.file_name, run.started_by) == ("wesel", "wesel_like_excel.csv", person)
    assert len(run.file_sha256) == 64
    assert run.counts["refused"] == 39 and run.counts["rows"] == 41
    assert run.finished_at is not None
    problems = ImportProblem.objects.filter(run=run)
    assert problems.count() == len(report.complaints) == 78
    ruined = problems.get(line=2, column="RECHTSWERT")
    assert (ruined.value, ruined.level) == ("335.038.122.902", "error")
    assert ruined.sentence.startswith("„335.038.122.902“: Excel hat das Dezimalzeichen verloren")


def test_history_names_the_importing_person_and_the_source():
    person = factories.make_user("planner")
    imported("wesel_like.csv", by=person)
    changes = Change.objects.filter(table_name="baumkataster_tree")
    assert changes.count() == 35
    assert set(changes.values_list("actor_id", "reason", "operation")) == {
        (person.pk, "Import: Stadt Wesel, Baumkataster", "insert")
    }


def test_a_dry_run_reports_the_same_and_leaves_no_trace():
    before = Change.objects.count()
    dry = imported("wesel_like.csv", dry_run=True)
    assert not Tree.objects.exists() and not Place.objects.exists()
    assert not ImportRun.objects.exists() and not ControlPlan.objects.exists()
    assert Change.objects.count() == before
    real = imported("wesel_like.csv")
    assert list(dry.complaints) == list(real.complaints)
    differ = {"seconds"}
    assert {k: v for k, v in dry.counts().items() if k not in differ} == {
        k: v for k, v in real.counts().items() if k not in differ
    }


def test_places_numbers_and_inherited_controls_of_a_street_file():
    report = imported("street_like.csv")
    assert (report.rows, report.trees, report.groups, report.refused) == (8, 5, 1, 2)
    assert set(Place.objects.values_list("kind", "name")) == {
        ("street", "Erfundene Allee"),
        ("other", "Am Ausgedachten Bach"),
        ("none", "ohne Objekt (Nachbildung Straßen)"),
    }
    numbers = Tree.objects.values_list("site__place__name", "site__number")
    assert ("Erfundene Allee", "1") in numbers and ("Am Ausgedachten Bach", "1") in numbers
    assert Tree.objects.get(site__number="2").remarks == "mit Nistkasten,\nzweiter Absatz"
    assert float(Tree.objects.first().position_accuracy_m) == 3
    kept = InheritedControl.objects.filter(tree__site__place__name="Erfundene Allee").get()
    assert (kept.last_on, kept.next_on) == (date(2025, 5, 3), date(2027, 5, 3))
    assert kept.source == "Nachbildung Straßen"
    assert kept.details == {"file": "street_like.csv", "line": 2}
    assert report.inherited_controls == InheritedControl.objects.count() == 2


def test_a_place_that_is_known_is_used_whatever_its_case():
    park = factories.make_place(kind="park", name="erfundene allee")
    imported("street_like.csv")
    assert Site.objects.filter(place=park).count() == 2


def test_taken_numbers_are_told_and_made_unique(tmp_path):
    place = factories.make_place(name="Erfundene Allee")
    factories.make_site(place=place, number="1")
    text = (FIXTURES / "street_like.csv").read_text(encoding="utf-8")
    (tmp_path / "street_like.csv").write_text(text, encoding="utf-8")
    (tmp_path / "street_like.toml").write_text(
        (FIXTURES / "street_like.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    report = imported(tmp_path / "street_like.csv")
    assert set(Site.objects.filter(place=place).values_list("number", flat=True)) == {
        "1", "1/2", "2",
    }  # fmt: skip
    said = [c for c in report.complaints if c.code == "renumbered"]
    assert [(c.line, c.value) for c in said] == [(2, "1")]
    assert "Eingetragen als „1/2“" in said[0].sentence


def test_initial_surveys_are_spread_by_kind_of_place():
    imported("wesel_like.csv")
    plans = ControlPlan.objects.filter(tree__source_keys__has_key="ID")
    days = sorted(plans.values_list("initial_due_on", flat=True))
    assert len(days) == 35
    assert days[0] == DAY + timedelta(days=31)
    assert days[-1] <= date(2027, 11, 23)
    assert len(set(days)) == 35
    gaps = {(later - earlier).days for earlier, later in itertools.pairwise(days)}
    assert gaps <= {9, 10}


def test_initial_surveys_follow_the_rule_set_of_the_place():
    school = factories.make_place(kind="school", name="Am Ausgedachten Bach")
    imported("street_like.csv")
    assert RuleSet.objects.get().initial_months["school"] == 3
    plan = ControlPlan.objects.get(tree__site__place=school, tree__site__number="4")
    assert (plan.basis, plan.never, plan.required) == ("initial", True, True)
    assert plan.due_on == plan.initial_due_on == DAY + timedelta(days=31)
    assert plan.due_on <= date(2027, 2, 23)


def test_trees_with_an_inherited_control_fall_due_by_it():
    imported("street_like.csv")
    plan = ControlPlan.objects.get(
        tree__site__place__name="Erfundene Allee", tree__site__number="1"
    )
    assert (plan.basis, plan.never, plan.initial_due_on) == ("inherited", False, None)
    assert plan.due_on == date(2027, 5, 3)


def test_stored_plans_are_what_the_rule_computes():
    imported("wesel_like.csv")
    imported("street_like.csv")
    assert ControlPlan.objects.count() == Tree.objects.count()
    assert check_plans(day=DAY) == []


def test_the_planner_knows_the_loaded_rows():
    """Were a table still counted as empty, deadlines would be joined row by row, for minutes."""
    report = imported("wesel_like.csv")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples FROM pg_class WHERE relname = ANY (%s)",
            [["baumkataster_site", "baumkataster_tree"]],
        )
        counted = [row[0] for row in cursor.fetchall()]
    assert len(counted) == 2
    assert all(count >= report.trees > 0 for count in counted)


def test_without_a_rule_set_nothing_is_imported(monkeypatch):
    monkeypatch.setattr(RuleSetQuerySet, "valid_on", lambda *_: None)
    with pytest.raises(SourceError, match="noch kein Regelwerk"):
        imported("wesel_like.csv")
    assert not Tree.objects.exists()


def test_the_unit_of_new_places_is_the_only_one_or_said_or_none_in_particular():
    factories.make_unit(code="R2")
    with pytest.raises(SourceError, match=r"„R9“ gibt es nicht\. Vorhanden: R1, R2"):
        imported("wesel_like.csv", unit="R9")
    report = imported("wesel_like.csv")
    assert (report.new_places, report.unit) == (1, "OHNE")
    assert Place.objects.get().unit.name == "ohne Zuordnung"
    imported("street_like.csv", unit="R2")
    assert Place.objects.get(name="Erfundene Allee").unit.code == "R2"
    again = imported("street_like.csv")
    assert (again.new_places, again.unit) == (0, "")


def test_an_account_that_does_not_add_up_is_refused():
    report = reporting.ImportReport(profile="p", file_name="f", dry_run=False, rows=2, trees=1)
    with pytest.raises(RuntimeError, match="does not account"):
        report.check()
