"""Values, addresses and parameters for the fuzzer in test_attacks_input.py."""

from typing import Any

#: Values that have broken other programs.
NASTY: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**31, 2**63, 10**400, 1e308, float("nan"), float("inf"), -0.0,
    "", " ", "\0", "a\0b", "x" * 100_000, "\ud800", "' OR 1=1 --", "%s%(a)s{0}", "../../etc/passwd",
    "<script>alert(1)</script>", "0000-00-00", "9999-12-31T23:59:59+23:59", "0001-01-01",
    "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-30",
    "10000-01-01", "NaN", "Infinity", "1e999999", "00000000-0000-0000-0000-000000000000", "{}",
    "ﷺ" * 500, "-", "１２", [], [[]], [None], {}, {"a": {"b": []}}, [1] * 500,
    {"type": "Point", "coordinates": [float("nan"), 53]}, {"type": ["Point"]},
    {"type": "Point", "coordinates": [8.2, 10**400]}, {"type": "Polygon", "coordinates": []},
    {"type": "Point", "coordinates": ["8", {}]}, {"type": "Point", "coordinates": []},
)  # fmt: skip
READS = (
    "trees/", "trees/state-counts/", "trees/{tree}/", "trees/{tree}/card/", "trees/{tree}/history/",
    "inspections/", "findings/", "measures/", "places/", "sites/", "groups/", "districts/",
    "species/", "units/", "contractors/", "base-maps/", "photos/", "catalogues/", "search/",
)  # fmt: skip
PAGES = (
    "/karte/", "/berichte/ueberfaellig/", "/berichte/ueberfaellig.csv",
    "/berichte/ueberfaellig.xlsx", "/export/trees.geojson", "/export/trees.csv", "/export/trees.gpkg",
    "/export/",
    "/tiles/trees/15/17131/10688.mvt", "/wfs",
)  # fmt: skip
PARAMETERS = (
    "bbox", "district", "place", "species", "state", "unit", "due_until", "mine", "tree", "q",
    "page", "page_size", "limit", "offset", "since", "until", "result", "symptom", "zone", "bucket",
    "contractor", "inspected_by", "order", "sort", "status", "format", "number", "kind", "cursor",
    "search", "ordering", "SERVICE", "REQUEST", "VERSION", "TYPENAMES", "COUNT", "STARTINDEX",
    "SRSNAME", "RESOURCEID", "FILTER", "SORTBY", "PROPERTYNAME", "OUTPUTFORMAT",
)  # fmt: skip
