"""The look-alikes of four cities into the cadastre: every row accounted for, every quirk in its place."""

from collections import Counter

import pytest

from baumkataster.models import Place, Site, Tree, TreeGroup
from geodata.models import ImportProblem
from tests.database.import_cases import FIXTURES, found_city, imported
from tests.rules.test_rows_cities import packed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def city():
    found_city()


def accounted(report) -> tuple[int, int, int, int, int]:
    return report.rows, report.trees, report.sites, report.groups, report.refused


def numbers(place: str) -> set[str]:
    return set(Site.objects.filter(place__name=place).values_list("number", flat=True))


@pytest.mark.parametrize(
    ("name", "profile", "counts"),
    [
        ("muenster_like.csv", "muenster", (11, 9, 1, 0, 1)),
        ("konstanz_like.csv", "konstanz", (7, 7, 0, 0, 0)),
        ("flensburg_like.csv", "flensburg", (12, 7, 0, 1, 4)),
        ("leipzig_like", "leipzig", (12, 8, 1, 0, 3)),
    ],
)
def test_every_row_is_accounted_for_and_again_nothing_changes(tmp_path, name, profile, counts):
    path = packed(tmp_path) if name == "leipzig_like" else FIXTURES / name
    report = imported(path, profile)
    assert accounted(report) == counts
    assert (Tree.objects.count(), TreeGroup.objects.count()) == (counts[1], counts[3])
    assert Site.objects.count() == counts[1] + counts[2]
    again = imported(path, profile)
    assert accounted(again) == counts
    assert again.total("unchanged") == sum(counts[1:4])
    # A refused row of Leipzig has no point, so its key is not known; it was never here, either.
    assert (again.changed_anything, again.vanished, len(again.conflicts)) == (False, 0, 0)


def test_muenster_in_the_cadastre():
    imported("muenster_like.csv", "muenster")
    place = Place.objects.get()
    assert (place.name, place.street_key, place.kind) == ("ÖG ERFUNDENER GARTEN", "90001", "park")
    assert numbers(place.name) == {
        "1",
        "1/2",
        "3",
        "4",
        "5",
        "6",
        "7",
        "0000a200:000e0008",
        "9",
        "10",
    }
    hornbeam = Tree.objects.get(site__number="3")
    assert hornbeam.species_as_given == "Carpinus betulus*, Hainbuche"
    maple = Tree.objects.get(site__number="9")
    assert (maple.species.botanical_name, maple.species_as_given) == ("Acer platanoides", "")


def test_leipzig_in_the_cadastre(tmp_path):
    report = imported(packed(tmp_path), "leipzig")
    assert set(Place.objects.values_list("kind", "name")) == {
        ("other", "Ausgedachter Graben"),
        ("school", "Musterschule"),
        ("street", "Erfundene Straße"),
        ("none", "ohne Objekt (Stadt Leipzig, Baumkataster)"),
        ("park", "Musterpark"),
    }
    assert numbers("Musterschule") == {"2", "2/2"}
    assert numbers("Erfundene Straße") == {"G8733", "M144507", "128544/1"}
    assert not Tree.objects.filter(site__number="G8733").exists()
    problem = ImportProblem.objects.get(run=report.run_id, line=10, level="error")
    assert problem.sentence.endswith("steht schon in Zeile 9. (musterviertel.geojson, 4)")
    renumbered = ImportProblem.objects.get(run=report.run_id, line=3)
    assert renumbered.sentence.endswith("(erfundenes-dorf.geojson, 3)")


def test_flensburg_in_the_cadastre():
    imported("flensburg_like.csv", "flensburg")
    kinds = dict(Place.objects.values_list("name", "kind"))
    assert kinds == {
        "Erfundene Straße": "street",
        "EX Ausgedachter Bogen/Ausgleichsfläche": "compensation",
        "Musterschule (O9990001)": "school",
        "Doppelte Straße": "park",
        "Musterkita": "daycare",
    }
    assert numbers("Doppelte Straße") == {"200", "200/2"}
    assert TreeGroup.objects.get().number == "B 30"


def test_numbers_that_would_be_given_are_not_taken_from_others(tmp_path):
    """Two trees 5 and one that is called 5/2 already: no number twice, none lost."""
    text = (FIXTURES / "konstanz_like.csv").read_text(encoding="utf-8-sig")
    rows = [line.split(",") for line in text.splitlines()]
    for index, number in ((1, "5"), (2, "5"), (3, "5/2")):
        rows[index][4] = number
    path = tmp_path / "k.csv"
    path.write_text("\n".join(map(",".join, rows)) + "\n", encoding="utf-8")
    report = imported(path, "konstanz")
    assert numbers("Erfundener Garten") == {"5", "5/2", "5/2/2"}
    assert Counter(c.code for c in report.complaints)["renumbered"] == 2


def test_places_that_differ_in_case_only_are_one(tmp_path):
    text = (FIXTURES / "konstanz_like.csv").read_text(encoding="utf-8-sig")
    path = tmp_path / "k.csv"
    path.write_text(text.replace("Erfundener Garten", "ERFUNDENER Garten", 1), encoding="utf-8")
    report = imported(path, "konstanz")
    assert report.new_places == 3
    assert Site.objects.filter(place__name__iexact="erfundener garten").count() == 3
