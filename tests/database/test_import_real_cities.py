"""The real files of four cities, every row accounted for; only where BAUM_REAL_DATA points to them.

Leipzig's whole archive takes minutes: here two of its files in the database and all of its rows
through the rules are left to ``./baum bench imports --file … --profile leipzig``.
"""

import csv
import gzip
import io
import json
import os
import tarfile
from collections import Counter
from pathlib import Path

import pytest
from django.db.models import Max

from baumkataster.models import Place, Site, Tree, TreeGroup
from geodata.models import ImportVanished
from tests import factories
from tests.database.import_cases import imported, list_species

REAL = os.environ.get("BAUM_REAL_DATA")
DATA = Path(REAL or "")
KONSTANZ = [DATA / "konstanz" / f"KN_Baumkataster_2020{end}.csv.gz" for end in ("", "S")]
LEIPZIG = DATA / "leipzig" / "baumkataster_2024-06-07_voll.tar.gz"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not REAL, reason="BAUM_REAL_DATA does not point to the real files"),
]


@pytest.fixture(autouse=True)
def city():
    factories.load_rule_set()
    factories.make_unit(code="R1")
    list_species()


def accounted(report) -> tuple[int, int, int, int, int]:
    return report.rows, report.trees, report.sites, report.groups, report.refused


def codes(report) -> Counter:
    """What the rows themselves had wrong; what depends on the species list is left out."""
    own = {"unknown_species", "zero", "unusual", "impossible", "stray_byte", "same_point"}
    return Counter(c.code for c in report.complaints if c.code in own)


def test_muenster():
    path = DATA / "muenster" / "baumkataster_muenster.csv"
    with pytest.raises(UnicodeDecodeError):
        path.read_bytes().decode("cp1252")
    report = imported(path, "muenster")
    assert accounted(report) == (2_723, 2_585, 138, 0, 0)
    assert codes(report) == {
        "unknown_species": 615,
        "unusual": 118,
        "zero": 61,
        "stray_byte": 27,
        "same_point": 4,
        "impossible": 1,
    }
    stray = [c for c in report.complaints if c.code == "stray_byte"]
    assert {c.column for c in stray} == {"ref_Baumart"}
    lines = path.read_bytes().split(b"\r\n")
    assert [c.line for c in stray] == [n for n, row in enumerate(lines, 1) if b"\x81" in row]
    assert Tree.objects.filter(planted_year=1522).count() == 1
    # The column says cm and holds m: the widest crown stays 55 m wide.
    assert Tree.objects.aggregate(widest=Max("crown_diameter_m"))["widest"] == 55
    assert Site.objects.filter(trees=None).count() == 138


def tables() -> list[dict[str, list[str]]]:
    """baumId -> values of both exports, by plain Python."""
    columns = ("X", "Y", "hoeheM", "kronendurchmesserM", "stammumfangCM", "Name_lat", "Name_dt")
    result = []
    for path in KONSTANZ:
        text = gzip.decompress(path.read_bytes()).decode("utf-8-sig")
        rows = csv.DictReader(io.StringIO(text))
        result.append({row["baumId"]: [row[column] for column in columns] for row in rows})
    return result


def test_konstanz_twice():
    old, new = tables()
    first = imported(KONSTANZ[0], "konstanz")
    assert accounted(first) == (len(old), len(old), 0, 0, 0) == (15_711, 15_711, 0, 0, 0)
    second = imported(KONSTANZ[1], "konstanz")
    assert accounted(second) == (len(new), len(new), 0, 0, 0) == (15_936, 15_936, 0, 0, 0)
    assert second.total("new") == len(new.keys() - old.keys())
    gone = set(ImportVanished.objects.values_list("source_key", flat=True))
    assert gone == old.keys() - new.keys()
    assert second.vanished == len(gone)
    same = {key for key in old.keys() & new.keys() if old[key] == new[key]}
    other = (old.keys() & new.keys()) - same
    # Some differ only by a digit behind what a database or a species list keeps.
    assert second.total("unchanged") >= len(same)
    assert second.total("changed") <= len(other)
    assert second.total("unchanged") + second.total("changed") == len(same) + len(other)
    assert len(second.conflicts) == 0
    assert Tree.objects.count() == len(old.keys() | new.keys())
    # As many as were numbered 0 or not at all carry their key.
    assert Place.objects.filter(name="Stadtgarten", street_key="4").count() == 1


def test_flensburg():
    report = imported(DATA / "flensburg" / "lebende-baeume.csv.gz", "flensburg")
    assert accounted(report) == (18_697, 18_137, 0, 560, 0)
    assert (Tree.objects.count(), TreeGroup.objects.count()) == (18_137, 560)
    assert codes(report) == {}
    first = TreeGroup.objects.order_by("number").first()
    assert first.number.startswith("B ")
    point = Tree.objects.get(
        source_keys={
            "baumnummer": "20",
            "STRASSE": "EX Alsterbogen/Ausgleichsfläche",
            "GEBIET": "Entwässerung",
        }
    ).geom.transform(4326, clone=True)
    assert (round(point.x, 4), round(point.y, 4)) == (9.4667, 54.7978)


def test_two_parts_of_leipzig(tmp_path):
    path = tmp_path / "auszug.tar.gz"
    features = []
    with tarfile.open(LEIPZIG) as whole, tarfile.open(path, "w:gz") as part:
        for name in ("baalsdorf", "althen-kleinpoesna"):
            member = whole.getmember(f"{name}.geojson")
            content = whole.extractfile(member).read()
            part.addfile(member, io.BytesIO(content))
            features += json.loads(content)["features"]
    sites = sum(f["properties"]["gattung"] == "Pflanzstelle" for f in features)
    report = imported(path, "leipzig")
    assert accounted(report) == (len(features), len(features) - sites, sites, 0, 0)
    known = sum(
        f["properties"]["pflanzjahr"] is not None and f["properties"]["gattung"] != "Pflanzstelle"
        for f in features
    )
    assert Tree.objects.exclude(planted_year=None).count() == known
    assert imported(path, "leipzig").total("unchanged") == len(features)
