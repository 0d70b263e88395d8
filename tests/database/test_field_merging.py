"""Attributes and position merge field by field; what truly disagrees goes to the office, nothing else."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from baumkataster.errors import Refused
from baumkataster.models import Tree
from baumkataster.services import correct_tree, move_tree
from inspections.models import FieldConflict, FieldVerdict
from inspections.sync.merging import current_value
from inspections.sync.settling import settle_conflict
from tests import factories as make
from tests.database import field_rows as field

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 27)


@pytest.fixture(autouse=True)
def _reference():
    make.load_reference_data()


@pytest.fixture
def arborist():
    return make.make_user("arborist")


@pytest.fixture
def supervisor():
    return make.make_user("supervisor")


@pytest.fixture
def tree():
    return make.make_tree(number="417", height_m="14.0", tag="A1")


def correct(by, tree, **changes):
    correct_tree(by=by, day=DAY, tree_id=tree.pk, version=None, changes=changes)


def disputed() -> set[tuple[str, object, object, object]]:
    """All open conflicts."""
    return {
        (row.field, row.base, row.theirs, row.ours)
        for row in FieldConflict.objects.filter(state="open").exclude(field="geom")
    }


@pytest.mark.parametrize(
    ("base", "office", "new", "outcome"),
    [
        (140, None, 150, "applied"),
        (140, 150, 150, "nothing"),
        (140, 145, 150, "conflict"),
        (140, 145, 140, "nothing"),
        (139, None, 140, "nothing"),
        (None, None, 150, "conflict"),
    ],
)
def test_three_ways(arborist, supervisor, tree, base, office, new, outcome):
    if office:
        correct(supervisor, tree, girth_cm=office)
    before = current_value(Tree.objects.get(), "girth_cm")
    text = field.change(arborist, tree, {"girth_cm": base}, {"girth_cm": new})
    assert field.statuses(field.send(arborist, text)) == ["accepted"]
    now = Tree.objects.get().girth_cm
    assert now == (new if outcome == "applied" else before)
    assert FieldConflict.objects.count() == (outcome == "conflict")


@pytest.mark.parametrize(
    ("name", "base", "new"),
    [
        ("height_m", 14, 14.5),
        ("height_m", "14.0", "14.5"),
        ("planted_on", None, "2020-04-01"),
        ("tag", "A1", ""),
        ("remarks", None, "am Bach"),
        ("protection", None, ["monument"]),
        ("stems", [], [80, 60]),
        ("number", "417", "  418 "),
        ("house_number", "", "12a"),
        ("phase", "mature", "aging"),
        ("girth_height_cm", 100, 130),
    ],
)
def test_absent_empty_and_written_values_are_one_form(arborist, tree, name, base, new):
    text = field.change(arborist, tree, {name: base}, {name: new})
    assert field.statuses(field.send(arborist, text)) == ["accepted"]
    assert not FieldConflict.objects.exists()
    row = Tree.objects.select_related("site").get()
    expected = {"number": "418", "height_m": 14.5}.get(name, new)
    assert current_value(row, name) == expected


def test_species_and_unit_are_keys(arborist, supervisor, tree):
    old, new = tree.species, make.make_species(genus="Acer", botanical_name="Acer campestre")
    text = field.change(arborist, tree, {"species": str(old.pk)}, {"species": str(new.pk)})
    assert field.statuses(field.send(arborist, text)) == ["accepted"]
    assert Tree.objects.get().species == new
    unknown = field.change(arborist, tree, {"species": str(new.pk)}, {"species": str(uuid4())})
    assert field.statuses(field.send(arborist, unknown)) == ["unsettled"]
    assert Tree.objects.get().species == new


@pytest.mark.parametrize(
    "changes",
    [
        {"girth_cm": "dick"},
        {"girth_cm": True},
        {"girth_cm": 1.5},
        {"girth_cm": 1e400},
        {"height_m": {}},
        {"planted_on": "gestern"},
        {"stems": "80"},
        {"tag": ["A"]},
        {"geom": "POINT(0 0)"},
        {"felled_on": "2026-01-01"},
        {"version": 7},
        {"girth_cm": 3000},
        {"status": "felled"},
        {"species": "Linde"},
    ],
)
def test_values_that_cannot_be_wait_as_a_whole(arborist, tree, changes):
    base = {"girth_cm": 140, "height_m": 14, "tag": "A1", "status": "standing"}
    base["species"] = str(tree.species_id)
    text = field.change(arborist, tree, base, {**changes, "house_number": "7"})
    assert field.statuses(field.send(arborist, text)) == ["unsettled"]
    row = Tree.objects.select_related("site").get()
    assert (row.girth_cm, row.site.house_number, row.version) == (140, "", 1)
    assert not FieldConflict.objects.exists()


def test_the_rest_of_an_entry_is_applied_beside_a_conflict(arborist, supervisor, tree):
    correct(supervisor, tree, tag="AMT")
    text = field.change(
        arborist, tree, {"tag": "A1", "girth_cm": 140}, {"tag": "FELD", "girth_cm": 150}
    )
    (receipt,) = field.send(arborist, text)
    assert receipt.status == "accepted"
    row = Tree.objects.get()
    assert (row.tag, row.girth_cm) == ("AMT", 150)
    conflict = FieldConflict.objects.get()
    assert (conflict.field, conflict.base, conflict.theirs, conflict.ours) == (
        "tag",
        "A1",
        "AMT",
        "FELD",
    )
    assert (conflict.person, conflict.made_at) == (arborist, field.MADE)
    assert (conflict.found_at, conflict.tree) == (field.NOW, tree)
    assert conflict.entry.text == text


@pytest.mark.parametrize(("choice", "tag"), [("ours", "FELD"), ("theirs", "AMT")])
def test_the_office_decides_once(arborist, supervisor, tree, choice, tag):
    correct(supervisor, tree, tag="AMT")
    field.send(arborist, field.change(arborist, tree, {"tag": "A1"}, {"tag": "FELD"}))
    conflict = FieldConflict.objects.get()
    with pytest.raises(Refused):
        settle_conflict(by=supervisor, conflict=conflict, choice="open", at=field.NOW)
    settle_conflict(by=supervisor, conflict=conflict, choice=choice, at=field.NOW)
    conflict.refresh_from_db()
    assert (conflict.state, conflict.settled_by) == (choice, supervisor)
    assert Tree.objects.get().tag == tag
    with pytest.raises(Refused):
        settle_conflict(by=supervisor, conflict=conflict, choice="ours", at=field.NOW)
    assert Tree.objects.get().tag == tag


def test_a_value_that_cannot_be_any_more_stays_open(arborist, supervisor, tree):
    other = make.make_tree(place=tree.site.place, number="500")
    correct(supervisor, tree, number="418")
    field.send(arborist, field.change(arborist, tree, {"number": "417"}, {"number": "500"}))
    conflict = FieldConflict.objects.get()
    with pytest.raises(Refused):
        settle_conflict(by=supervisor, conflict=conflict, choice="ours", at=field.NOW)
    conflict.refresh_from_db()
    assert conflict.state == "open"
    assert other.site.number == "500"


def test_positions_merge_like_values(arborist, supervisor, tree):
    start = tree.geom.clone()
    office, first, second = make.point(30, 30), make.point(10, 10), make.point(20, 20)
    assert field.statuses(field.send(arborist, field.move(arborist, tree, start, first))) == [
        "accepted"
    ]
    row = Tree.objects.get()
    assert row.geom.distance(first) < 0.05
    assert (float(row.position_accuracy_m), row.position_source) == (1.2, "gnss")
    assert row.site.geom.distance(first) < 0.05
    field.send(arborist, field.move(arborist, tree, start, first))
    assert Tree.objects.get().version == row.version
    move_tree(by=supervisor, day=DAY, tree_id=tree.pk, version=None, geom=office)
    assert field.statuses(field.send(arborist, field.move(arborist, tree, first, second))) == [
        "accepted"
    ]
    assert Tree.objects.get().geom.distance(office) < 0.01
    conflict = FieldConflict.objects.get()
    assert conflict.field == "geom"
    assert conflict.ours["accuracy_m"] == 1.2
    settle_conflict(by=supervisor, conflict=conflict, choice="ours", at=field.NOW)
    assert Tree.objects.get().geom.distance(second) < 0.05


def test_a_position_outside_the_country_waits(arborist, tree):
    body = {"base": field.degrees(tree.geom), "lon": -70.0, "lat": 40.0, "source": "gnss"}
    text = field.entry("tree_move", arborist, tree, body)
    assert field.statuses(field.send(arborist, text)) == ["unsettled"]
    swapped = {"base": field.degrees(tree.geom), "lon": 53.1, "lat": 8.2, "source": "gnss"}
    assert field.statuses(
        field.send(arborist, field.entry("tree_move", arborist, tree, swapped))
    ) == ["unsettled"]
    assert Tree.objects.get().version == 1


def test_two_tablets_and_the_office_at_the_same_trees(supervisor):
    """The list holds exactly what truly disagrees, whatever the order in which it arrives."""
    north, south = make.make_user("arborist"), make.make_user("arborist")
    one, two, three = (make.make_tree(number=str(n), tag="") for n in (1, 2, 3))
    base = {"girth_cm": 140, "height_m": 14, "tag": "", "remarks": ""}
    correct(supervisor, one, girth_cm=160, remarks="vom Amt")
    correct(supervisor, three, tag="T3")
    first = [
        # same value as the office: nothing; other field: applied
        field.change(north, one, base, {"girth_cm": 160, "height_m": 15}),
        field.change(north, two, base, {"girth_cm": 150, "tag": "N"}),
        field.change(north, three, base, {"tag": "T3"}),
    ]
    second = [
        # against the office, and against the other tablet's height
        field.change(south, one, base, {"girth_cm": 170, "height_m": 16, "tag": "S"}),
        field.change(south, two, base, {"girth_cm": 150, "tag": "S", "remarks": "hohl"}),
        field.change(south, three, base, {"height_m": 13, "tag": ""}),
    ]
    late = {
        "received_at": field.NOW + timedelta(hours=1),
        "sent_at": field.NOW + timedelta(hours=1),
    }
    assert field.statuses(field.send(north, *first)) == ["accepted"] * 3
    assert field.statuses(field.send(south, *second, **late)) == ["accepted"] * 3
    assert field.statuses(field.send(north, *first, **late)) == ["accepted"] * 3
    found = {
        (row.tree.site.number, row.field, row.base, row.theirs, row.ours, row.person)
        for row in FieldConflict.objects.all()
    }
    assert found == {
        ("1", "girth_cm", 140, 160, 170, south),
        ("1", "height_m", 14.0, 15.0, 16.0, south),
        ("2", "tag", "", "N", "S", south),
    }
    values = Tree.objects.order_by("site__number").values_list(
        "girth_cm", "height_m", "tag", "remarks"
    )
    assert [(g, float(h), t, r) for g, h, t, r in values] == [
        (160, 15.0, "S", "vom Amt"),
        (150, 14.0, "N", "hohl"),
        (140, 13.0, "T3", ""),
    ]
    assert FieldVerdict.objects.count() == 6


def test_two_tablets_give_the_same_number(arborist, supervisor):
    place = make.make_place()
    first, second = uuid4(), uuid4()
    receipts = field.send(
        arborist,
        field.new_tree(arborist, place, first, make.point(1, 1), number="7"),
        field.new_tree(arborist, place, second, make.point(9, 9), number="7"),
        field.inspection(arborist, second),
    )
    assert field.statuses(receipts) == ["accepted"] * 3
    assert Tree.objects.get(pk=first).site.number == "7"
    assert Tree.objects.get(pk=second).site.number == "8"
    assert disputed() == {("number", None, "8", "7")}
    assert FieldConflict.objects.get().tree_id == second


def test_a_new_tree_takes_the_number_of_one_that_is_gone(arborist):
    place = make.make_place()
    gone = make.make_tree(
        place=place, number="7", status="felled", felled_on=date(2026, 1, 1), felling_reason="x"
    )
    key = uuid4()
    text = field.new_tree(
        arborist, place, key, gone.geom, number="7", species=None, planted_on="2026-11-20",
        height_m=3, accuracy_m=2.456, species_as_given="Feldahorn?",
    )  # fmt: skip
    assert field.statuses(field.send(arborist, text)) == ["accepted"]
    tree = Tree.objects.get(pk=key)
    assert (tree.site, tree.species_as_given) == (gone.site, "Feldahorn?")
    assert (float(tree.position_accuracy_m), tree.planted_on) == (2.46, date(2026, 11, 20))
    again = field.new_tree(arborist, place, key, gone.geom)
    assert field.statuses(field.send(arborist, again)) == ["unsettled"]
    assert FieldVerdict.objects.latest("id").reason_code == "tree_exists"
