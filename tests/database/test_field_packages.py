"""What a tablet takes along: rows that say what the tables say, for those who may see them, and light."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Count

from baumkataster.errors import Refused
from baumkataster.models import Photo, Tree, User
from geodata.demo.city import make_city
from geodata.reference_data import SPECIES_FILE
from geodata.starting_demo import choose_passwords, load_city
from inspections.field.areas import Area, trees_of
from inspections.field.extent import extent_of, weigh
from inspections.field.reference import reference
from inspections.field.tree_rows import MAX_IDS, row_sizes, tree_rows, tree_rows_json
from inspections.models import (
    ControlPlan,
    FindingEnd,
    Inspection,
    Measure,
    Tour,
    TourStop,
)
from inspections.services import order_measure, record_care
from tests.database.package_rows import finding, make_photo
from tests.factories import (
    load_reference_data,
    make_district,
    make_place,
    make_tree,
    make_unit,
    make_user,
    point,
    record,
    replan_all,
)

DAY = date(2026, 11, 27)
NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
database = pytest.mark.django_db


def known(values: dict[str, Any]) -> dict[str, Any]:
    """Only what is known, as JSON says it."""
    left = {key: value for key, value in values.items() if value not in (None, "", [])}
    return json.loads(json.dumps(left, default=plain))


def plain(value: Any) -> Any:
    """Numbers as numbers, times to the second, everything else as text."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value)


@pytest.fixture
def rich(db: None) -> SimpleNamespace:
    """A tree of which everything is known, and one of which nothing is."""
    load_reference_data()
    kim = make_user("arborist")
    firm = make_user("contractor", organisation="Baumdienst Nord")
    place = make_place(name="Äußerer »Ring« \\ 2")
    tree = make_tree(
        place=place, number="17a", district=make_district(), unit=make_unit(), geom=point(33, 44),
        species_as_given="Linde?", position_accuracy_m=Decimal("0.35"), position_source="gnss",
        tag="T-1", planted_on=date(1980, 3, 1), crown_base_m=Decimal("2.5"), stems=[90, 80],
        expectation="lower", protection=["bylaw"], remarks="Zeile 1\nZeile 2", height_m=14,
    )  # fmt: skip
    tree.site.house_number = "12 b"
    tree.site.save()
    photos = [make_photo(tree, kim, day=n, caption="Rinde" if n == 7 else "") for n in range(1, 8)]
    first = finding("K01", photo_ids=(photos[0].pk, photos[1].pk), note="am Kopf")
    record(tree, kim, inspected_at=datetime(2020, 6, 1, 9, tzinfo=UTC))
    record(tree, kim, inspected_at=datetime(2023, 6, 1, 9, tzinfo=UTC), findings=(first,))
    second = finding("K01", continues_id=first.id, observation="carried_over")
    wrong = record(
        tree, kim, inspected_at=datetime(2024, 6, 1, 9, tzinfo=UTC), findings=(second,)
    ).inspection
    record(
        tree, kim, inspected_at=datetime(2024, 6, 1, 9, tzinfo=UTC), corrects_id=wrong.pk,
        correction_reason="vertippt", findings=(finding("K02"),), note="Hinweis",
        leaf_state="bare", set_months=6, interval_reason="Efeu",
    )  # fmt: skip
    last = record(tree, kim, inspected_at=datetime(2026, 5, 1, 9, 0, 30, tzinfo=UTC)).inspection
    FindingEnd.objects.create(inspection=last, finding_id=first.id, how="repaired")
    deed = {"by": kim, "day": date(2026, 5, 2), "tree_id": tree.pk}
    order_measure(**deed, kind="deadwood", urgency="4", note="Süd", contractor_id=firm.pk)
    order_measure(**deed, kind="follow_up", urgency="3", inspection=last)
    for kind, day in (("crown_reduce", date(2022, 2, 1)), ("torso", date(2019, 2, 1))):
        record_care(by=kim, day=DAY, tree_id=tree.pk, kind=kind, done_on=day, done_by="Bauhof")
    bare = make_tree(
        species=None, phase="", planted_year=None, planted_year_source="", girth_cm=None,
        girth_height_cm=None, height_m=None, crown_diameter_m=None, status="planned",
    )  # fmt: skip
    ControlPlan.objects.filter(tree=bare).delete()
    return SimpleNamespace(tree=Tree.objects.get(pk=tree.pk), bare=bare, kim=kim, firm=firm)


def visit_of(row: Inspection) -> dict[str, Any]:
    """An inspection as the tables say it."""
    names = (
        "id", "inspected_at", "inspected_on", "leaf_state", "vitality", "condition", "phase",
        "result", "limits", "limits_note", "note", "sets_regular_date", "proposed_months",
        "set_months", "interval_reason", "immediate_action", "carried_over",
    )  # fmt: skip
    found = {name: getattr(row, name) for name in names}
    found |= {"kind": row.kind_id, "inspector": row.inspector.name}
    found["expectation"] = row.seen_expectation
    found["findings"] = [
        known(
            {
                "id": f.pk, "zone": f.zone_id, "symptom": f.symptom_id, "severity": f.severity,
                "note": f.note, "observation": f.observation, "continues": f.continues_id,
                "photos": sorted(str(link.photo_id) for link in f.photo_links.all()),
            }
        )
        for f in row.findings.order_by("position")
    ]  # fmt: skip
    found["endings"] = [{"finding": e.finding_id, "how": e.how} for e in row.endings.all()]
    return known(found)


def row_of(tree: Tree) -> dict[str, Any]:
    """A tree as the tables say it."""
    names = (
        "id", "version", "species_as_given", "status", "position_accuracy_m", "position_source",
        "tag", "planted_on", "planted_year", "planted_year_source", "height_m",
        "crown_diameter_m", "crown_base_m", "girth_cm", "girth_height_cm", "stems", "phase",
        "expectation", "effective_expectation", "duty", "protection", "remarks",
    )  # fmt: skip
    found = {name: getattr(tree, name) for name in names}
    site = tree.site
    lonlat = tree.geom.transform(4326, clone=True)
    found |= {
        "number": site.number, "house_number": site.house_number, "place": site.place_id,
        "place_name": site.place.name, "species": tree.species_id, "unit": tree.unit_id,
        "district": tree.district_id, "lon": round(lonlat.x, 7), "lat": round(lonlat.y, 7),
    }  # fmt: skip
    plan = ControlPlan.objects.filter(tree=tree).values().first()
    if plan:
        hidden = {"tree_id", "rule_set_id", "inspection_id", "inherited_id"}
        found["plan"] = known({key: plan[key] for key in plan if key not in hidden})
    visits = Inspection.objects.filter(tree=tree, corrected_by=None).order_by("-inspected_at")
    found["inspections"] = [visit_of(row) for row in visits[:3]]
    found["measures"] = [
        known(
            {
                "id": m.pk, "version": m.version, "kind": m.kind_id, "urgency": m.urgency_id,
                "ordered_on": m.ordered_on, "deadline_on": m.deadline_on, "note": m.note,
                "contractor": m.contractor and m.contractor.organisation,
                "inspection": m.inspection_id, "finding": m.finding_id,
            }
        )
        for m in Measure.objects.open().filter(tree=tree).order_by("ordered_on", "id")
    ]  # fmt: skip
    photos = Photo.objects.filter(tree=tree).order_by("-taken_at")[:6]
    found["photos"] = [
        known({"id": p.pk, "taken_at": p.taken_at, "caption": p.caption}) for p in photos
    ]
    done = Measure.objects.filter(tree=tree, state="done")
    found["cut_on"] = (
        done.filter(kind__cutting="heavy")
        .order_by("-done_on")
        .values_list("done_on", flat=True)
        .first()
    )
    found["topped_on"] = done.filter(kind="torso").values_list("done_on", flat=True).first()
    return known(found)


def test_a_row_says_what_the_tables_say(rich: SimpleNamespace) -> None:
    both = {str(rich.tree.pk): row_of(rich.tree), str(rich.bare.pk): row_of(rich.bare)}
    rows = tree_rows([rich.tree.pk, rich.bare.pk, uuid4()], visitor=rich.kim)
    assert {row["id"]: row for row in rows} == both
    full = both[str(rich.tree.pk)]
    # The comparison is worth something: all is there, and what is corrected or too old is not.
    assert [v["inspected_on"] for v in full["inspections"]] == [
        "2026-05-01", "2024-06-01", "2023-06-01",
    ]  # fmt: skip
    assert full["inspections"][0]["endings"][0]["how"] == "repaired"
    assert full["inspections"][1]["findings"][0]["symptom"] == "K02"
    assert len(full["inspections"][2]["findings"][0]["photos"]) == 2
    assert len(full["measures"]) == 2
    assert len(full["photos"]) == 6
    assert (full["photos"][0]["caption"], full["cut_on"]) == ("Rinde", "2022-02-01")
    assert (full["topped_on"], full["effective_expectation"]) == ("2019-02-01", "lower")
    assert not {"plan", "measures", "photos", "inspections", "cut_on"} & set(
        both[str(rich.bare.pk)]
    )


def test_the_text_is_the_databases_own(rich: SimpleNamespace) -> None:
    ids = [rich.tree.pk, rich.bare.pk]
    content = tree_rows_json(ids, visitor=rich.kim)
    assert json.loads(content) == {"trees": tree_rows(ids, visitor=rich.kim)}
    assert tree_rows_json([], visitor=rich.kim) == b'{"trees":[]}'
    assert sum(row_sizes(ids, visitor=rich.kim)) == len(content) - len('{"trees":[,]}')


def test_who_sees_which_rows(rich: SimpleNamespace) -> None:
    ids = [rich.tree.pk, rich.bare.pk]
    seen = [row["id"] for row in tree_rows(ids, visitor=rich.firm)]
    assert seen == [str(rich.tree.pk)]
    for visitor in (AnonymousUser(), make_user("arborist", is_active=False)):
        assert tree_rows(ids, visitor=visitor) == []
    for role in ("planner", "supervisor", "administrator"):
        assert len(tree_rows(ids, visitor=make_user(role))) == 2


def test_not_more_than_a_broken_line_can_bear(rich: SimpleNamespace) -> None:
    many = [uuid4() for _ in range(MAX_IDS + 1)]
    with pytest.raises(Refused) as refusal:
        tree_rows(many, visitor=rich.kim)
    assert "250" in refusal.value.problems["ids"][0]
    assert tree_rows(many[:-1], visitor=rich.kim) == []


def test_one_query_for_any_number(rich: SimpleNamespace, django_assert_num_queries: Any) -> None:
    ids = [rich.tree.pk, *(make_tree().pk for _ in range(20))]
    for part in (ids[:1], ids):
        with django_assert_num_queries(1):
            assert len(tree_rows(part, visitor=rich.kim)) == len(part)


@database
def test_which_trees_an_area_holds() -> None:
    load_reference_data()
    kim = make_user("arborist")
    north, south = make_district(), make_district()
    own = make_unit(supervisor=kim)
    street, park = make_place(unit=own), make_place(kind="park")
    trees = {
        "1": make_tree(number="1", place=street, district=north, geom=point(0, 0)),
        "2": make_tree(number="2", place=park, district=south, geom=point(200, 0)),
        "3": make_tree(number="3", place=park, unit=own, geom=point(400, 0), status="planned"),
        "4": make_tree(number="4", place=park, status="unverified", geom=point(200, 9)),
    }
    gone = make_tree(number="5", place=street, district=north, status="felled", felled_on=DAY)
    stump = make_tree(number="6", place=street, district=north, status="stump", felled_on=DAY)
    replan_all(DAY)
    ControlPlan.objects.filter(tree=trees["2"]).update(due_on=DAY, tolerance_until=DAY)
    tour = Tour.objects.create(name="x", made_by=kim)
    for position, tree in enumerate([trees["4"], trees["1"], gone], start=1):
        TourStop.objects.create(tour=tour, tree=tree, position=position)
    corners = [point(150, -50), point(250, -50), point(250, 50), point(150, 50)]
    ring = tuple((p.x, p.y) for p in (c.transform(4326, clone=True) for c in corners))

    def numbers(visitor: Any = kim, **values: Any) -> set[str]:
        kind = values.pop("kind", "filter")
        rows = trees_of(Area(kind=kind, **values), visitor=visitor, day=DAY)
        return set(rows.values_list("site__number", flat=True))

    assert numbers() == {"1", "2", "3", "4"}
    assert numbers(kind="district", district=north.pk) == {"1"}
    assert numbers(kind="polygon", ring=ring) == {"2", "4"}
    assert numbers(kind="tour", tour=tour.pk) == {"1", "4"}
    assert numbers(mine=True) == {"1", "3"}
    assert numbers(unit=own.pk) == {"1", "3"}
    assert numbers(place=park.pk) == {"2", "3", "4"}
    assert numbers(place=park.pk, district=south.pk) == {"2"}
    assert numbers(due_until=DAY) == {"2"}
    assert numbers(visitor=AnonymousUser()) == set()
    firm = make_user("contractor")
    order_measure(
        by=kim, day=DAY, tree_id=trees["2"].pk, kind="deadwood", urgency="4",
        contractor_id=firm.pk,
    )  # fmt: skip
    order_measure(
        by=kim, day=DAY, tree_id=stump.pk, kind="deadwood", urgency="4", contractor_id=firm.pk
    )
    assert numbers(visitor=firm) == {"2"}


@database
def test_where_an_area_lies_and_what_it_weighs(django_assert_num_queries: Any) -> None:
    load_reference_data()
    kim = make_user("arborist")
    trees = [make_tree(geom=point(100 * n, 0)) for n in range(5)]
    for tree in trees[:2]:
        for n in range(1, 9):
            make_photo(tree, kim, day=n)
    area = Area(kind="filter")
    weight = weigh(area, visitor=kim, day=DAY)
    sizes = row_sizes([tree.pk for tree in trees], visitor=kim)
    assert (weight.trees, weight.bytes, weight.photos) == (5, sum(sizes), 12)
    assert weight.photo_bytes == 12 * 15_000
    with django_assert_num_queries(1):
        extent = extent_of(area, visitor=kim, day=DAY)
    west, south, east, north = extent.bbox or (0, 0, 0, 0)
    for tree in trees:
        lonlat = tree.geom.transform(4326, clone=True)
        assert west < lonlat.x < east and south < lonlat.y < north
    assert extent.outline and extent.outline[0] == extent.outline[-1]
    nothing = Area(kind="filter", place=make_place().pk)
    assert extent_of(nothing, visitor=kim, day=DAY).outline is None
    empty = weigh(nothing, visitor=kim, day=DAY)
    assert (empty.trees, empty.bytes, empty.photos, empty.photo_bytes) == (0, 0, 0, 0)
    district = make_district()
    drawn = extent_of(Area(kind="district", district=district.pk), visitor=kim, day=DAY)
    assert drawn.bbox and drawn.bbox[0] < west and drawn.bbox[2] > east
    ring = ((8.2, 53.1), (8.3, 53.1), (8.3, 53.2))
    drawn = extent_of(Area(kind="polygon", ring=ring), visitor=kim, day=DAY)
    assert (drawn.bbox, len(drawn.outline or [])) == ((8.2, 53.1, 8.3, 53.2), 4)


@database
def test_the_reference_knows_what_is_common_here() -> None:
    load_reference_data()
    unit = make_unit()
    kim = make_user("arborist")
    unit.members.add(kim)
    tree = make_tree(place=make_place(unit=unit, name="Ring"))
    make_tree(status="felled", felled_on=DAY)
    seen = finding("K01")
    record(tree, kim, inspected_at=NOW - timedelta(days=40), findings=(seen, finding("K02")))
    again = finding("K01", continues_id=seen.id, observation="carried_over")
    record(tree, kim, inspected_at=NOW - timedelta(days=9), findings=(again,))
    record(tree, kim, inspected_at=datetime(2019, 1, 1, tzinfo=UTC), findings=(finding("K03"),))
    found = reference(person=kim, day=DAY, now=NOW)
    assert found["symptom_use"] == {
        "all": {"K01": 1, "K02": 1},
        "species": {str(tree.species_id): {"K01": 1, "K02": 1}},
    }
    (lime,) = [row for row in found["species"] if row["botanical"] == "Tilia cordata"]
    assert (lime["trees"], lime["german"], lime["synonyms"]) == (1, "Winter-Linde", [])
    assert [row for row in found["units"] if row["mine"]] == [
        {"id": str(unit.pk), "code": unit.code, "name": unit.name, "mine": True}
    ]
    (ring,) = [row for row in found["places"] if row["name"] == "Ring"]
    west, south, east, north = ring["bbox"]
    assert 8 < west <= east < 9 and 53 < south <= north < 54
    assert found["rule_set"]["matrix"]["mature.sound.higher"] == 24
    assert "follow_up" in found["follow_up_kinds"] and found["topping_kinds"] == ["torso"]
    kinds = {row["code"]: row for row in found["catalogues"]["measure_kinds"]}
    assert kinds["deadwood"]["name_de"] and kinds["deadwood"]["name_en"]
    assert found["catalogues"]["symptoms"][0]["zone"]
    assert found["catalogues"]["protection_kinds"][0]["name_en"]


@database
def test_the_reference_is_named_by_its_content(django_assert_max_num_queries: Any) -> None:
    load_reference_data()
    kim, jo = make_user("arborist"), make_user("arborist")
    unit = make_unit()
    with django_assert_max_num_queries(17):
        first = reference(person=kim, day=DAY, now=NOW)
    later = reference(person=kim, day=DAY, now=NOW + timedelta(hours=1))
    assert first["etag"] == later["etag"] and first["server_time"] != later["server_time"]
    assert reference(person=jo, day=DAY, now=NOW)["etag"] == first["etag"]
    unit.members.add(jo)
    assert reference(person=jo, day=DAY, now=NOW)["etag"] != first["etag"]
    make_tree()
    assert reference(person=kim, day=DAY, now=NOW)["etag"] != first["etag"]


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Any:
    """The demo city in a transaction that is rolled back."""
    city = make_city(trees=800, seed=4, day=DAY, species=SPECIES_FILE)
    folder = tmp_path_factory.mktemp("var")
    with django_db_blocker.unblock(), transaction.atomic():
        load_city(city=city, passwords=choose_passwords(""), folder=folder)
        yield User.objects.filter(role="supervisor").first()
        transaction.set_rollback(True)


def test_2000_trees_with_three_visits_are_below_5_mb(demo: User) -> None:
    trees = trees_of(Area(kind="filter"), visitor=demo, day=DAY)
    visited = trees.annotate(visits=Count("inspections")).filter(visits__gte=3)
    ids = list(visited.values_list("pk", flat=True))
    sizes: list[int] = []
    for start in range(0, len(ids), MAX_IDS):
        sizes += row_sizes(ids[start : start + MAX_IDS], visitor=demo)
    assert len(sizes) == len(ids) > 300
    assert 2000 * sum(sizes) / len(sizes) < 5_000_000


def test_the_estimate_is_near_the_truth(demo: User) -> None:
    area = Area(kind="filter")
    weight = weigh(area, visitor=demo, day=DAY)
    ids = list(trees_of(area, visitor=demo, day=DAY).values_list("pk", flat=True))
    sizes: list[int] = []
    for start in range(0, len(ids), MAX_IDS):
        sizes += row_sizes(ids[start : start + MAX_IDS], visitor=demo)
    assert weight.trees == len(ids)
    assert abs(weight.bytes - sum(sizes)) < 0.15 * sum(sizes)
