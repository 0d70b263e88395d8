"""A real city's beginning: administrator without a default password, areas from files, reference data."""

import json
import sqlite3
import struct
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pyproj import Transformer
from shapely import MultiPolygon, Polygon, box, to_wkb, transform
from shapely.geometry import mapping

from baumkataster.errors import Refused
from baumkataster.models import BaseMap, Change, CitySettings, District, Species, Unit, User
from geodata.area_files import AreaFileError, read_areas
from geodata.starting import CityStart, start_city
from inspections.models import RuleSet, Urgency
from tests.factories import make_tree

pytestmark = pytest.mark.django_db

PASSWORD = "Kastanien-im-Herbst-7"
WEST = box(446_000, 5_887_000, 447_000, 5_889_000)
EAST = box(447_000, 5_887_000, 448_500, 5_889_000)


def degrees(area: Polygon, epsg: int = 4326) -> Polygon:
    """An area of EPSG:25832 in another system."""
    move = Transformer.from_crs(25832, epsg, always_xy=True).transform
    return transform(area, move, interleaved=False)


def geojson(path: Path, areas: dict[str, Polygon], crs: str = "") -> Path:
    """A file of districts."""
    features = [
        {
            "type": "Feature",
            "properties": {"bezeichnung": name, "nr": number},
            "geometry": mapping(area),
        }
        for number, (name, area) in enumerate(areas.items(), start=1)
    ]
    data: dict[str, object] = {"type": "FeatureCollection", "features": features}
    if crs:
        data["crs"] = {"type": "name", "properties": {"name": crs}}
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def geopackage(path: Path, areas: dict[str, Polygon], epsg: int = 25832) -> Path:
    """The tables of a GeoPackage that readers look at."""
    with sqlite3.connect(path) as database:
        database.executescript(
            "CREATE TABLE gpkg_spatial_ref_sys (srs_id INT, organization_coordsys_id INT);"
            "CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INT);"
            "CREATE TABLE ortsteile (fid INTEGER PRIMARY KEY, shape BLOB, name TEXT);"
            "INSERT INTO gpkg_geometry_columns VALUES ('ortsteile', 'shape', 1);"
        )
        database.execute("INSERT INTO gpkg_spatial_ref_sys VALUES (1, ?)", [epsg])
        for name, area in areas.items():
            envelope = struct.pack("<4d", *(area.bounds[i] for i in (0, 2, 1, 3)))
            header = b"GP\x00" + bytes([0b00000011]) + struct.pack("<i", 1) + envelope
            blob = header + to_wkb(MultiPolygon([area]))
            database.execute("INSERT INTO ortsteile (shape, name) VALUES (?, ?)", [blob, name])
    return path


@pytest.fixture
def password(monkeypatch):
    monkeypatch.setenv("BAUM_ADMIN_PASSWORD", PASSWORD)


def start(**options):
    """The command with an administrator."""
    given = {"name": "Musterstadt", "admin": "chefin", "email": "chefin@example.org"}
    call_command("start_city", **(given | options))


def test_a_city_starts_with_administrator_areas_catalogues_and_species(tmp_path, password, capsys):
    areas = {"Westen": degrees(WEST), "Osten": degrees(EAST)}
    path = geojson(tmp_path / "ortsteile.geojson", areas)
    start(districts=path, name_field="bezeichnung", code_field="nr", key="03999000")
    city = CitySettings.objects.get()
    assert (city.name, city.municipality_key, city.is_demo) == ("Musterstadt", "03999000", False)
    assert not (city.public_geojson or city.public_csv or city.public_wfs)
    assert city.outline.area == pytest.approx(WEST.area + EAST.area, rel=1e-6)
    assert dict(District.objects.values_list("name", "code")) == {"Westen": "1", "Osten": "2"}
    west = District.objects.get(name="Westen").geom
    assert west.srid == 25832
    assert west.area == pytest.approx(WEST.area, rel=1e-6)
    person = User.objects.get()
    assert (person.username, person.role) == ("chefin", "administrator")
    assert person.check_password(PASSWORD)
    assert Species.objects.count() >= 300 and Urgency.objects.count() == 5
    assert RuleSet.objects.get().version == 1
    assert BaseMap.objects.first().name == "basemap.de"
    assert Unit.objects.get().code == "R1"
    assert "2 Ortsteile" in capsys.readouterr().out
    change = Change.objects.get(table_name="baumkataster_citysettings")
    assert change.actor_id == person.pk


def test_no_password_no_administrator(monkeypatch):
    monkeypatch.delenv("BAUM_ADMIN_PASSWORD", raising=False)
    with pytest.raises(CommandError, match="Das Passwort fehlt"):
        start()
    assert not User.objects.exists() and not CitySettings.objects.exists()


@pytest.mark.parametrize("weak", ["kurz", "chefin", "qwertyuiop12"[:10], "chefin@example"])
def test_weak_passwords_are_refused(monkeypatch, weak):
    monkeypatch.setenv("BAUM_ADMIN_PASSWORD", weak)
    with pytest.raises(CommandError, match=r"Passwort"):
        start()
    assert not User.objects.exists()


def test_bad_mail_address_is_refused(password):
    with pytest.raises(CommandError):
        start(email="chefin")
    assert not User.objects.exists()


def test_second_run_changes_the_city_but_not_what_people_edited(tmp_path, password):
    areas = {"Westen": WEST, "Osten": EAST}
    path = geojson(tmp_path / "a.geojson", areas, "urn:ogc:def:crs:EPSG::25832")
    start(districts=path, name_field="bezeichnung")
    Urgency.objects.filter(code="2").update(name_de="Bald")
    start(districts=path, name_field="bezeichnung", admin="andere", name="Neustadt")
    assert User.objects.count() == 1
    assert CitySettings.objects.get().name == "Neustadt"
    assert District.objects.count() == 2
    assert Urgency.objects.get(code="2").name_de == "Bald"


def test_not_beside_trees(password):
    make_tree()
    with pytest.raises(CommandError, match="schon Bäume"):
        start()


def test_nobody_to_administrate_is_refused_below_the_command():
    with pytest.raises(Refused):
        start_city(day=date(2026, 5, 1), start=CityStart(name="X"), administrator=None)


@pytest.mark.parametrize("epsg", [25832, 25833, 31467, 4647, 3857])
def test_reference_systems_of_the_list_arrive_at_the_same_place(tmp_path, epsg):
    path = geojson(tmp_path / "a.geojson", {"W": degrees(WEST, epsg)}, f"EPSG:{epsg}")
    (area,) = read_areas(path)
    assert area.geometry.bounds == pytest.approx(WEST.bounds, abs=3)


def test_geopackage_is_read_without_gdal(tmp_path):
    path = geopackage(tmp_path / "a.gpkg", {"Westen": WEST, "Osten": EAST})
    areas = read_areas(path)
    assert [area.properties["name"] for area in areas] == ["Westen", "Osten"]
    assert areas[0].geometry.bounds == WEST.bounds


def test_municipality_of_its_own_goes_before_the_districts(tmp_path, password):
    whole = box(445_000, 5_886_000, 449_000, 5_890_000)
    outline = geopackage(tmp_path / "gemeinde.gpkg", {"Stadt": whole})
    districts = geopackage(tmp_path / "ortsteile.gpkg", {"Westen": WEST})
    start(municipality=outline, districts=districts)
    assert CitySettings.objects.get().outline.area == pytest.approx(whole.area)


BOWTIE = Polygon(
    [(447_000, 5_888_000), (448_000, 5_889_000), (448_000, 5_888_000), (447_000, 5_889_000)]
)
REFUSED_FILES = {
    "invalid": ({"X": BOWTIE}, "EPSG:25832", "keine gültige Fläche"),
    "elsewhere": ({"X": WEST}, "", "nicht in Deutschland"),
    "unknown system": ({"X": WEST}, "EPSG:2154", "nicht vorgesehen"),
    "no feature": ({}, "EPSG:25832", "keine Flächen"),
}


@pytest.mark.parametrize("case", REFUSED_FILES)
def test_files_that_cannot_be_used_say_why(tmp_path, case):
    areas, crs, sentence = REFUSED_FILES[case]
    path = geojson(tmp_path / "a.geojson", areas, crs)
    with pytest.raises(AreaFileError, match=sentence):
        read_areas(path)


def test_points_texts_and_missing_files_are_no_areas(tmp_path):
    path = tmp_path / "a.geojson"
    point = {"type": "Point", "coordinates": [8.2, 53.1]}
    path.write_text(json.dumps({"type": "Feature", "properties": {}, "geometry": point}))
    with pytest.raises(AreaFileError, match="keine Fläche"):
        read_areas(path)
    path.write_text("kein JSON")
    with pytest.raises(AreaFileError, match="nicht lesbar"):
        read_areas(path)
    for name in ("fehlt.geojson", "fehlt.gpkg"):
        with pytest.raises(AreaFileError, match="nicht lesbar"):
            read_areas(tmp_path / name)


@pytest.mark.parametrize(("name_field", "sentence"), [("titel", "kein Feld"), ("art", "zweimal")])
def test_districts_need_names_of_their_own(tmp_path, password, name_field, sentence):
    path = geojson(tmp_path / "a.geojson", {"Westen": degrees(WEST), "Osten": degrees(EAST)})
    data = json.loads(path.read_text())
    for feature in data["features"]:
        feature["properties"]["art"] = "Ortsteil"
    path.write_text(json.dumps(data))
    with pytest.raises(CommandError, match=sentence):
        start(districts=path, name_field=name_field)
    assert not User.objects.exists() and not District.objects.exists()


def test_unknown_base_map_is_refused(password):
    with pytest.raises(CommandError, match="Unbekannte Hintergrundkarte: stadtplan"):
        start(base_maps="basemap,stadtplan")
