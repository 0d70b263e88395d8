"""What MapServer and pygeoapi read about the tables of a bench city; for bench/peer_servers.py."""

from typing import Any

from psycopg.conninfo import conninfo_to_dict

SCHEMA = "bench_peers"
#: Most trees in one tile; the limit of bench/tiles.py has the same.
MOST_IN_TILE = 10_000
EVERYTHING = 100_000_000


def mapserver_map(dsn: str) -> str:
    """Two layers: all columns for WFS, the narrow table for tiles."""
    layers = _layer(dsn, "trees", EVERYTHING) + _layer(dsn, "tile_trees", MOST_IN_TILE)
    return f"""MAP NAME "trees" SIZE 256 256 EXTENT 280000 5200000 920000 6100000
  PROJECTION "init=epsg:25832" END
  OUTPUTFORMAT NAME "mvt" DRIVER "MVT" EXTENSION "pbf"
    FORMATOPTION "EXTENT=4096" FORMATOPTION "EDGE_BUFFER=64" END
  OUTPUTFORMAT NAME "geojson" DRIVER "OGR/GEOJSON" MIMETYPE "application/json; subtype=geojson"
    FORMATOPTION "STORAGE=stream" FORMATOPTION "FORM=SIMPLE" FORMATOPTION "LCO:COORDINATE_PRECISION=7" END
  WEB METADATA "wfs_enable_request" "*" "wfs_title" "trees" "wfs_srs" "EPSG:4326 EPSG:25832"
    "wfs_onlineresource" "http://localhost/" END END
{layers}END
"""


def _layer(dsn: str, table: str, most: int) -> str:
    words = " ".join(f"{key}={value}" for key, value in conninfo_to_dict(dsn).items())
    return f"""  LAYER NAME "{table}" TYPE POINT STATUS ON CONNECTIONTYPE POSTGIS CONNECTION "{words}"
    PROCESSING "CLOSE_CONNECTION=DEFER" MAXFEATURES {most}
    DATA "geom FROM {SCHEMA}.{table} USING UNIQUE fid USING srid=25832"
    PROJECTION "init=epsg:25832" END
    METADATA "wfs_title" "{table}" "wfs_srs" "EPSG:4326 EPSG:25832" "gml_include_items" "all"
      "gml_featureid" "fid" "wfs_getfeature_formatlist" "geojson"
      "wfs_use_default_extent_for_getfeature" "false" END
    CLASS STYLE COLOR 0 0 0 SIZE 4 END END
  END
"""


def pygeoapi_config(dsn: str) -> dict[str, Any]:
    """One collection, as large as anybody asks for."""
    parts = conninfo_to_dict(dsn)
    data = {
        "host": parts["host"], "port": 5432, "dbname": parts["dbname"], "user": parts["user"],
        "password": parts["password"], "search_path": [SCHEMA, "public"],
    }  # fmt: skip
    trees = {
        "type": "collection", "title": "trees", "description": "trees", "keywords": ["trees"],
        "links": [], "extents": {"spatial": {"bbox": [5, 47, 16, 56]}},
        "providers": [{
            "type": "feature", "name": "PostgreSQL", "data": data, "table": "trees",
            "id_field": "fid", "geom_field": "geom",
            "storage_crs": "http://www.opengis.net/def/crs/EPSG/0/25832",
        }],
    }  # fmt: skip
    local = "http://127.0.0.1"
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": 0}, "url": local, "encoding": "utf-8",
            "mimetype": "application/json; charset=UTF-8", "language": "en-US",
            "limits": {"default_items": 10, "max_items": EVERYTHING},
            "map": {"url": local, "attribution": ""},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {
                "title": "t", "description": "d", "keywords": ["t"], "keywords_type": "theme",
                "terms_of_service": "t", "url": local,
            },
            "license": {"name": "l", "url": local},
            "provider": {"name": "p", "url": local},
            "contact": {"name": "c"},
        },
        "resources": {"trees": trees},
    }  # fmt: skip
