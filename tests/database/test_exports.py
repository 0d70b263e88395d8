"""Exports: the bytes are right, whole and harmless, whatever the trees are called."""

import csv
import io
import json
import tracemalloc
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from psycopg.pq import TransactionStatus

from baumkataster.models import Tree
from baumkataster.spreadsheets import FORMULA_STARTS
from geodata import exporting
from geodata.copied_blocks import BLOCK
from geodata.fields import CONTROL, PUBLIC
from inspections.filters import TreeFilter
from inspections.models import ControlPlan, Measure, RuleSet
from tests.factories import (
    load_reference_data,
    make_city,
    make_district,
    make_place,
    make_site,
    make_species,
    make_tree,
    make_user,
    point,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)
NAMES = [
    'Straße "Am Ende" \\ ; , \n Zeile',
    "=2+5+cmd|' /C calc'!A0",
    "Ümläut 樹 🌳",
    "\\.",
    "\x01\x02",
]


@pytest.fixture(autouse=True)
def reference_data() -> None:
    load_reference_data()
    make_city()


def everything(**values: Any) -> exporting.Selection:
    """All trees with all columns, for a planner."""
    return exporting.signed_in(
        visitor=make_user("planner"), tree_filter=TreeFilter(**values), day=DAY
    )


def features(selection: exporting.Selection) -> list[dict[str, Any]]:
    collection = json.loads(b"".join(exporting.geojson(selection)))
    assert collection["type"] == "FeatureCollection"
    found: list[dict[str, Any]] = collection["features"]
    return found


def table(selection: exporting.Selection, **options: Any) -> list[dict[str, str]]:
    text = b"".join(exporting.csv(selection, **options)).decode("utf-8-sig")
    delimiter = "," if options.get("dialect") == "plain" else ";"
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def test_no_tree_gives_a_valid_file() -> None:
    assert features(everything()) == []
    assert table(everything()) == []


def test_geojson_is_what_rfc_7946_wants() -> None:
    tree = make_tree(number="12b", height_m=14.5)
    (feature,) = features(everything())
    assert feature["type"] == "Feature"
    assert feature["id"] == str(tree.pk)
    lonlat = tree.geom.transform(4326, clone=True)
    longitude, latitude = feature["geometry"]["coordinates"]
    assert feature["geometry"]["type"] == "Point"
    assert longitude == pytest.approx(lonlat.x, abs=1e-7)
    assert latitude == pytest.approx(lonlat.y, abs=1e-7)
    assert "crs" not in feature["geometry"]
    assert feature["properties"]["baumnummer"] == "12b"
    assert feature["properties"]["hoehe_m"] == 14.5
    assert feature["properties"]["art_botanisch"] == "Tilia cordata"
    assert feature["properties"]["objektart"] == "Straße"


@pytest.mark.parametrize("name", NAMES)
def test_any_name_survives(name: str) -> None:
    make_tree(place=make_place(name=name))
    make_tree()
    found = {f["properties"]["objekt"] for f in features(everything())}
    assert name in found and len(found) == 2
    for dialect in ("excel", "plain"):
        cells = {row["objekt"] for row in table(everything(), dialect=dialect)}
        assert (f"'{name}" if name[0] == "=" else name) in cells


@pytest.mark.parametrize("sign", FORMULA_STARTS)
def test_spreadsheets_find_no_formula(sign: str) -> None:
    make_tree(number=f"{sign}HYPERLINK(1)", place=make_place(name=f"A{sign}1"))
    (row,) = table(everything())
    assert row["baumnummer"] == f"'{sign}HYPERLINK(1)"
    assert row["objekt"] == f"A{sign}1"


def test_csv_for_a_german_excel() -> None:
    tree = make_tree(height_m=14.5)
    content = b"".join(exporting.csv(everything()))
    assert content.startswith(b"\xef\xbb\xbfid;baumnummer;objekt;")
    (row,) = table(everything())
    assert row["hoehe_m"] == "14,5"
    assert row["kontrolle_noetig"] == "nein"
    lonlat = tree.geom.transform(4326, clone=True)
    assert float(row["laenge"].replace(",", ".")) == pytest.approx(lonlat.x, abs=1e-7)
    assert float(row["breite"].replace(",", ".")) == pytest.approx(lonlat.y, abs=1e-7)
    assert "rechtswert_25832" not in row


def test_csv_for_programs_and_surveyors() -> None:
    tree = make_tree(height_m=14.5, geom=point(0.1234, 5))
    (row,) = table(everything(), dialect="plain", srid=25832)
    assert row["hoehe_m"] == "14.5"
    assert row["rechtswert_25832"] == f"{tree.geom.x:.3f}"
    assert row["hochwert_25832"] == f"{tree.geom.y:.3f}"


def test_csv_in_another_reference_system() -> None:
    tree = make_tree()
    (row,) = table(everything(), dialect="plain", srid=25833)
    east = tree.geom.transform(25833, clone=True)
    assert row["rechtswert_25833"] == f"{east.x:.3f}"
    assert row["hochwert_25833"] == f"{east.y:.3f}"


def test_public_rows_are_standing_trees_of_the_city() -> None:
    seen = [make_tree(status=status) for status in ("standing", "planted", "unverified")]
    make_tree(status="planned")
    make_tree(status="felled", felled_on=DAY)
    make_tree(status="stump")
    make_tree(status="vanished")
    make_tree(duty="other_owner", duty_reason="Friedhof der Kirche")
    selection = exporting.public(tree_filter=TreeFilter(), day=DAY)
    assert {f["id"] for f in features(selection)} == {str(tree.pk) for tree in seen}
    assert len(table(everything())) == 8


def test_public_files_hold_public_columns_and_nothing_else() -> None:
    secret = "GEHEIM-4711"
    district, supervisor = make_district(), make_user("supervisor", last_name=secret)
    tree = make_tree(
        remarks=secret,
        tag=secret,
        owner=secret,
        source=secret,
        species_as_given=secret,
        source_keys={"id": secret},
        protection=["GEHEIM"],
        district=district,
        species=make_species(),
    )
    tree.site.remarks = secret
    tree.site.source = secret
    tree.site.save()
    Measure.objects.create(
        tree=tree,
        kind_id="felling",
        urgency_id="1",
        ordered_on=DAY,
        ordered_by=supervisor,
        note=secret,
    )
    selection = exporting.public(tree_filter=TreeFilter(), day=DAY)
    (feature,) = features(selection)
    public = {column.name for column in PUBLIC}
    assert set(feature["properties"]) == public - {"id"}
    (row,) = table(selection)
    assert set(row) == public | {"laenge", "breite"}
    whole = b"".join(exporting.geojson(selection)) + b"".join(exporting.csv(selection))
    assert b"GEHEIM" not in whole
    for_people = b"".join(exporting.geojson(everything()))
    assert for_people.count(secret.encode()) == 1, "only the tag is for signed-in people"


def test_signed_in_people_get_due_dates_and_the_state_of_the_day() -> None:
    tree = make_tree(phase="aging")
    ControlPlan.objects.filter(tree=tree).delete()
    ControlPlan.objects.create(
        tree=tree,
        required=True,
        due_on=DAY - timedelta(days=1),
        tolerance_until=DAY + timedelta(days=5),
        never=False,
        basis="inspection",
        interval_months=12,
        condition="damaged",
        rule_set=RuleSet.objects.get(),
    )
    (feature,) = features(everything())
    found = feature["properties"]
    assert set(found) == {c.name for c in (*PUBLIC, *CONTROL)} - {"id"} | {"kontrollstand"}
    assert found["faellig_am"] == "2026-11-22"
    assert found["kontrollstand"] == "überfällig (in Toleranz)"
    assert found["zustand"] == "stärker geschädigt"
    assert found["entwicklungsphase"] == "Alterungsphase"
    assert found["intervall_monate"] == 12
    assert found["offene_massnahmen"] == 0


def test_filters_narrow_both_formats_alike() -> None:
    place = make_place(name="Ring")
    wanted = make_tree(place=place)
    make_tree()
    selection = everything(places=(place.pk,), search="ring")
    assert [f["id"] for f in features(selection)] == [str(wanted.pk)]
    assert [row["id"] for row in table(selection)] == [str(wanted.pk)]
    nowhere = everything(box=(0.0, 45.0, 1.0, 46.0))
    assert features(nowhere) == []
    here = everything(box=(8.0, 53.0, 8.5, 53.5))
    assert len(features(here)) == 2


def test_contractors_only_ever_get_their_own_trees() -> None:
    contractor, mine = make_user("contractor"), make_tree()
    make_tree()
    Measure.objects.create(
        tree=mine,
        kind_id="felling",
        urgency_id="1",
        ordered_on=DAY,
        ordered_by=make_user("supervisor"),
        contractor=contractor,
    )
    selection = exporting.signed_in(visitor=contractor, tree_filter=TreeFilter(), day=DAY)
    assert [f["id"] for f in features(selection)] == [str(mine.pk)]


def many_trees(number: int) -> None:
    """Trees by plain SQL, fast.

    Nobody has counted rows that are not committed: the planner takes them for a handful and compares
    each with each, for minutes.
    """
    site = make_site()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(
            "INSERT INTO baumkataster_site (place_id, number, geom)"
            " SELECT place_id, 'N' || n, ST_Translate(geom, n % 500, n / 500)"
            f" FROM baumkataster_site, generate_series(1, {number}) n WHERE id = '{site.pk}'"
        )
        cursor.execute(
            "INSERT INTO baumkataster_tree (site_id, geom, status, position_source, origin)"
            " SELECT id, geom, 'standing', 'unknown', 'survey' FROM baumkataster_site"
            " WHERE number LIKE 'N%'"
        )


def test_memory_does_not_grow_with_the_number_of_trees() -> None:
    many_trees(15_000)
    assert Tree.objects.count() == 15_000
    selection = everything()
    for kind in ("geojson", "csv"):
        size = 0
        tracemalloc.start()
        for block in getattr(exporting, kind)(selection):
            size += len(block)
            assert len(block) < 4 * BLOCK, kind
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert size > 2_500_000, kind
        assert peak < 1_500_000, kind


def test_a_file_left_early_leaves_the_connection_idle() -> None:
    many_trees(10_000)
    rows = exporting.geojson(everything())
    next(rows)
    session = connection.connection
    assert session.info.transaction_status == TransactionStatus.ACTIVE
    rows.close()  # type: ignore[attr-defined]
    # The cancelled statement aborts the test's own transaction; in a request there is none.
    assert session.info.transaction_status == TransactionStatus.INERROR
