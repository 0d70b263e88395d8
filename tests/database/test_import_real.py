"""The real Wesel files with their exact counts; only where BAUM_REAL_DATA points to them."""

import os
from collections import Counter
from pathlib import Path

import pytest

from baumkataster.models import Change, Site, Tree, TreeGroup
from geodata.importing import ImportReport
from geodata.readers import open_table, read_profile
from geodata.rules.rows import RowReader
from inspections.models import ControlPlan
from tests import factories
from tests.database.import_cases import DAY, imported, list_species

REAL = os.environ.get("BAUM_REAL_DATA")
FOLDER = Path(REAL or "") / "wesel"
GOOD = FOLDER / "Baumkataster.csv.gz"
RUINED = FOLDER / "Baumkataster_excel-beschaedigt.csv.gz"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not REAL, reason="BAUM_REAL_DATA does not point to the real files"),
]


@pytest.fixture(autouse=True)
def city():
    factories.load_rule_set()
    factories.make_unit(code="R1")
    list_species()


def accounted(report: ImportReport) -> tuple[int, int, int, int, int]:
    return report.rows, report.trees, report.sites, report.groups, report.refused


def true_positions() -> dict[str, tuple[float, float]]:
    """Source id -> point, straight from the good file."""
    profile = read_profile("wesel")
    with open_table(GOOD, profile) as table:
        reader = RowReader(profile, table.header, day=DAY)
        records = (reader.read(row.line, row.cells)[0] for row in table.rows)
        return {record.key: (record.x, record.y) for record in records if record is not None}


def stored_positions() -> dict[str, tuple[float, float]]:
    trees = Tree.objects.values_list("source_keys", "geom")
    return {keys["ID"]: (geom.x, geom.y) for keys, geom in trees}


def test_good_file_then_again_then_the_ruined_one():
    first = imported(GOOD)
    assert accounted(first) == (14_380, 13_928, 1, 451, 0)
    assert (Tree.objects.count(), TreeGroup.objects.count()) == (13_928, 451)
    assert Site.objects.filter(trees=None).count() == 1
    codes = Counter(complaint.code for complaint in first.complaints)
    # How many depends on the limits in the species list, which is the city's to edit.
    assert 0 < codes.pop("dimension.beyond_species") < 500
    assert codes == {
        "zero": 458,
        "impossible": 1,
        "unusual": 2,
        "unknown_species": 10,
        "dimension.crown_too_wide": 2,
        "dimension.too_slender": 6,
    }
    assert Tree.objects.filter(height_m=None).count() == 459
    assert Tree.objects.filter(species=None).count() == first.without_species == 10
    assert Tree.objects.get(girth_cm__gt=875).source_keys == {"ID": "9317"}
    assert all(stored_positions()[key] == true_positions()[key] for key in ("1", "2", "14380"))

    days = Counter(ControlPlan.objects.values_list("initial_due_on", flat=True))
    assert sum(days.values()) == 13_928
    assert (len(days), max(days.values())) == (335, 42)

    history = Change.objects.count()
    again = imported(GOOD)
    assert (again.total("unchanged"), again.changed_anything, again.vanished) == (14_380, False, 0)
    before = stored_positions()
    ruined = imported(RUINED)
    assert accounted(ruined) == (14_380, 22, 0, 0, 14_358)
    assert (ruined.total("unchanged"), ruined.changed_anything, ruined.vanished) == (22, False, 0)
    assert stored_positions() == before
    assert Change.objects.count() == history


def test_every_row_that_excel_ruined_is_refused():
    report = imported(RUINED)
    assert accounted(report) == (14_380, 22, 0, 0, 14_358)
    refused = [c for c in report.complaints if c.level == "error"]
    assert Counter((c.column, c.code) for c in refused) == {
        ("RECHTSWERT", "excel_thousands"): 14_264,
        ("HOCHWERT", "excel_thousands"): 14_259,
        ("KR_DURCHM", "excel_date"): 662,
    }
    right = true_positions()
    assert len(stored_positions()) == 22
    assert all(right[key] == point for key, point in stored_positions().items())
