"""Addresses of geodata: the map page, tiles, exports and WFS."""

from django.urls import path

from geodata.web import map_page, tiles

urlpatterns = [
    path("karte/", map_page.map_page, name="map"),
    path("tiles/trees/<int:z>/<int:x>/<int:y>.mvt", tiles.trees, name="tree_tile"),
    path("grundkarte/<int:z>/<int:x>/<int:y>.mvt", tiles.base_map, name="base_tile"),
]
