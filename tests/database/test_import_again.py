"""The same source again: nothing changes without cause, and nobody's work is undone."""

import pytest
from django.contrib.gis.geos import Point

from baumkataster.authorship import authored
from baumkataster.models import Change, Site, Species, Tree, TreeGroup
from geodata.models import ImportRun
from geodata.readers import PROFILES
from inspections.models import ControlPlan, InheritedControl
from tests import factories
from tests.database.import_cases import DAY, FIXTURES, edited, found_city, imported

pytestmark = pytest.mark.django_db

ROW_2 = "Quercus robur, Stieleiche;25;79.00;9;3.00;335075.7952;5726443.44245"


@pytest.fixture(autouse=True)
def city():
    found_city()
    imported("wesel_like.csv")


def tree(key: str) -> Tree:
    return Tree.objects.get(source_keys={"ID": key})


def history() -> int:
    return Change.objects.exclude(table_name__startswith="geodata").count()


def versions() -> set[int]:
    return set(Tree.objects.values_list("version", flat=True))


def codes(report) -> list[tuple[int, str]]:
    """Line and code of what only a later import can say."""
    later = {"conflict", "vanished", "ended_here", "occupied", "empty_in_source", "kind_changed"}
    return [(c.line, c.code) for c in report.complaints if c.code in later]


def test_the_same_file_twice_changes_nothing():
    before, plans = history(), list(ControlPlan.objects.order_by("pk").values())
    report = imported("wesel_like.csv")
    assert history() == before
    assert versions() == {1}
    assert list(ControlPlan.objects.order_by("pk").values()) == plans
    assert (report.total("unchanged"), report.changed_anything, report.vanished) == (41, False, 0)
    assert (report.trees, report.sites, report.groups, report.refused) == (35, 1, 5, 0)
    assert ImportRun.objects.count() == 2


def test_changed_values_update_only_those_and_name_who_imported(tmp_path):
    person = factories.make_user("planner")
    before = history()
    path = edited(tmp_path, (ROW_2, ROW_2.replace(";79.00;9;", ";81.00;9;")))
    report = imported(path, by=person)
    assert (report.total("changed"), report.total("unchanged")) == (1, 40)
    assert history() == before + 1
    change = Change.objects.latest("id")
    assert (change.actor_id, change.operation, change.row_id) == (
        person.pk, "update", str(tree("2").pk),
    )  # fmt: skip
    assert (change.old, change.new) == ({"girth_cm": 79}, {"girth_cm": 81})


def test_a_moved_point_moves_tree_site_and_district(tmp_path):
    origin = (345_000 - factories.CENTRE[0], 5_730_000 - factories.CENTRE[1])
    district = factories.make_district(geom=factories.square(*origin, 100))
    moved = ROW_2.replace("335075.7952;5726443.44245", "345050;5730050")
    imported(edited(tmp_path, (ROW_2, moved)))
    found = tree("2")
    assert (found.geom.x, found.district) == (345050, district)
    assert (found.site.geom.x, found.site.district) == (345050, district)


def test_a_value_that_the_source_takes_back_is_taken_back(tmp_path):
    imported(edited(tmp_path, (ROW_2, ROW_2.replace(";79.00;9;", ";79.00;;"))))
    assert tree("2").height_m is None


def test_our_own_correction_stays_while_the_source_says_what_it_said(tmp_path):
    with authored(by=factories.make_user("planner"), reason="nachgemessen"):
        Tree.objects.filter(pk=tree("2").pk).update(girth_cm=90)
        Tree.objects.filter(pk=tree("3").pk).update(geom=Point(335000, 5726400, srid=25832))
    before = history()
    report = imported("wesel_like.csv")
    assert history() == before
    assert (tree("2").girth_cm, tree("3").geom.x) == (90, 335000)
    assert codes(report) == []


def test_a_contradiction_keeps_ours_and_is_told(tmp_path):
    Tree.objects.filter(pk=tree("2").pk).update(girth_cm=90)
    report = imported(edited(tmp_path, (ROW_2, ROW_2.replace(";79.00;9;", ";81.00;10;"))))
    found = tree("2")
    assert (found.girth_cm, float(found.height_m)) == (90, 10.0)
    assert codes(report) == [(3, "conflict")]
    sentence = next(c.sentence for c in report.complaints if c.code == "conflict")
    assert sentence == (
        "Stammumfang (cm) wurde hier und in der Quelle geändert. Es bleibt bei unserem Wert „90“, "
        "die Quelle sagt „81“. Bitte prüfen."
    )


def test_contradictions_about_species_and_position_are_told_in_words(tmp_path):
    lime = Species.objects.get(botanical_name="Tilia cordata")
    here = Point(335000, 5726400, srid=25832)
    Tree.objects.filter(pk=tree("2").pk).update(species=lime, geom=here)
    theirs = ROW_2.replace("Quercus robur, Stieleiche", "Fagus sylvatica, Rotbuche")
    report = imported(edited(tmp_path, (ROW_2, theirs.replace("335075.7952", "335080.5"))))
    assert tree("2").species == lime and tree("2").geom.x == 335000
    said = [c.sentence for c in report.complaints if c.code == "conflict"]
    assert len(said) == 2
    assert "Es bleibt bei unserer Lage." in said[0]
    assert "unserem Wert „Tilia cordata“, die Quelle sagt „Fagus sylvatica“" in said[1]


def test_a_source_that_follows_our_correction_contradicts_nothing(tmp_path):
    Tree.objects.filter(pk=tree("2").pk).update(girth_cm=90)
    report = imported(edited(tmp_path, (ROW_2, ROW_2.replace(";79.00;", ";90.00;"))))
    assert (codes(report), report.total("changed")) == ([], 0)


def test_rows_that_vanished_are_told_and_nothing_is_deleted(tmp_path):
    lines = (FIXTURES / "wesel_like.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    shorter = tmp_path / "kurz.csv"
    shorter.write_text("".join(lines[:2] + lines[4:30] + lines[31:34]), encoding="utf-8")
    report = imported(shorter)
    gone = {c.value for c in report.complaints if c.code == "vanished"}
    assert gone == {"2", "3", "30", "34", "35", "36", "37", "38", "39", "40", "41"}
    assert report.vanished == 11
    assert (Tree.objects.count(), TreeGroup.objects.count(), Site.objects.count()) == (35, 5, 36)
    assert ImportRun.objects.latest("started_at").counts["vanished"] == 11


def test_refused_rows_have_not_vanished():
    report = imported("wesel_like_excel.csv")
    assert (report.vanished, report.refused, report.total("unchanged")) == (0, 39, 2)


def test_a_tree_that_was_felled_here_does_not_rise_again(tmp_path):
    Tree.objects.filter(pk=tree("2").pk).update(
        status="felled", felled_on=DAY, felling_reason="Sturm"
    )
    report = imported(edited(tmp_path, (ROW_2, ROW_2.replace(";79.00;9;", ";99.00;9;"))))
    assert codes(report) == [(3, "ended_here")]
    assert (tree("2").status, tree("2").girth_cm, report.total("kept")) == ("felled", 79, 1)


def test_a_replacement_tree_is_not_the_sources_tree():
    old = tree("2")
    Tree.objects.filter(pk=old.pk).update(status="felled", felled_on=DAY)
    factories.make_tree(site=old.site, girth_cm=12)
    before = history()
    assert codes(imported("wesel_like.csv")) == [(3, "ended_here")]
    assert history() == before


def test_a_tree_that_the_source_calls_an_empty_site_now_is_told(tmp_path):
    emptied = "LEER;" + ROW_2.split(";", 1)[1]
    report = imported(edited(tmp_path, (ROW_2, emptied)))
    assert codes(report) == [(3, "empty_in_source")]
    assert tree("2").status == "standing"


def test_an_empty_site_that_was_planted_gets_its_tree(tmp_path):
    site = Site.objects.get(source_keys={"ID": "29"})
    path = edited(
        tmp_path, ("LEER;LEER;LEER;;;0;", "LC;Tilia;Tilia cordata, Winterlinde;5;16.00;3;")
    )
    report = imported(path)
    assert (report.total("new"), tree("29").site) == (1, site)
    assert Site.objects.count() == 36


def test_an_empty_site_that_we_planted_ourselves_keeps_our_tree(tmp_path):
    site = Site.objects.get(source_keys={"ID": "29"})
    factories.make_tree(site=site)
    path = edited(
        tmp_path, ("LEER;LEER;LEER;;;0;", "LC;Tilia;Tilia cordata, Winterlinde;5;16.00;3;")
    )
    assert codes(imported(path)) == [(30, "occupied")]
    assert Tree.objects.filter(site=site).count() == 1


def test_a_record_that_changes_its_kind_is_left_alone(tmp_path):
    path = edited(
        tmp_path, ("WAL;Waldartiger;Waldartiger Bestand;;;20;;", "QR;Quercus;Quercus robur;;;20;;")
    )
    assert codes(imported(path)) == [(31, "kind_changed")]
    assert TreeGroup.objects.count() == 5


def test_a_longer_species_list_gives_earlier_trees_their_name():
    Species.objects.create(
        genus="Musterbaumia",
        species="inventa",
        botanical_name="Musterbaumia inventa",
        german_name="Musterbaum",
        leaf_type="deciduous",
    )
    report = imported("wesel_like.csv")
    assert report.total("changed") == 1
    assert (str(tree("27").species.genus), tree("27").species_as_given) == ("Musterbaumia", "")


def test_a_known_control_is_not_inherited_twice_but_a_newer_one_is(tmp_path):
    imported("street_like.csv")
    assert imported("street_like.csv").inherited_controls == 0
    for name in ("street_like.csv", "street_like.toml"):
        text = (FIXTURES / name).read_text(encoding="utf-8")
        text = text.replace("03.05.2025", "04.05.2026")
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert imported(tmp_path / "street_like.csv").inherited_controls == 1
    assert InheritedControl.objects.count() == 3


def test_two_sources_with_the_same_keys_do_not_touch_each_other(tmp_path):
    before = list(Tree.objects.order_by("pk").values())
    text = (PROFILES / "wesel.toml").read_text(encoding="utf-8")
    own = tmp_path / "wesel_like.toml"
    own.write_text(text.replace("Stadt Wesel, Baumkataster", "Friedhöfe"), encoding="utf-8")
    report = imported(edited(tmp_path, (ROW_2, ROW_2.replace(";79.00;", ";81.00;"))))
    assert (report.total("new"), report.vanished) == (41, 0)
    assert Tree.objects.filter(source="Friedhöfe").count() == 35
    assert list(Tree.objects.exclude(source="Friedhöfe").order_by("pk").values()) == before
    assert imported("wesel_like.csv").total("unchanged") == 41
