"""Stands that are recorded as one area with shares of species: wood, compensation, shrubberies."""

import math
from random import Random

from shapely import MultiPolygon, Point, Polygon
from shapely.ops import unary_union

from geodata.demo.plan import CityPlan
from geodata.demo.shapes import polygons, scattered
from geodata.demo.stand import GroupRow, PlaceRow, Stand
from geodata.demo.taxa import Assortment, Taxon
from geodata.demo.trees import new_id


def add_groups(stand: Stand, plan: CityPlan, taxa: list[Taxon], rng: Random) -> None:
    """Add groups to the larger grounds, clear of the single trees."""
    assortment = Assortment(taxa, rng)
    numbers: dict[str, int] = {}
    for place in stand.places:
        if place.area is None or place.kind not in {"forest", "compensation", "park", "cemetery"}:
            continue
        hectares = place.area.area / 1e4
        count = {"forest": 6, "compensation": 3}.get(place.kind, 1 if hectares > 1.4 else 0)
        trunks = [Point(s.x, s.y) for s in stand.sites if s.place is place]
        keep_off = unary_union([p.buffer(5) for p in trunks]) if trunks else MultiPolygon()
        for middle in scattered(max(place.area.geoms, key=lambda a: a.area), rng, count):
            size = math.sqrt(place.area.area) * rng.uniform(0.07, 0.13)
            blob = unary_union(
                [
                    Point(rng.gauss(middle.x, size / 2), rng.gauss(middle.y, size / 2)).buffer(size)
                    for _ in range(4)
                ]
            )
            area = blob.intersection(place.area.buffer(-4)).difference(keep_off)
            area = area.difference(plan.river.buffer(4)).buffer(-1).simplify(0.8)
            parts = [p for p in polygons(area) if p.area > 120]
            if parts:
                numbers[place.name] = numbers.get(place.name, 0) + 1
                stand.groups.append(_group(place, parts, numbers[place.name], assortment, rng))


def _group(
    place: PlaceRow, parts: list[Polygon], number: int, assortment: Assortment, rng: Random
) -> GroupRow:
    """One group with two to four kinds."""
    area = MultiPolygon(parts)
    setting = "wood" if place.kind in {"forest", "compensation"} else "park"
    kinds = list({t.name: t for t in (assortment.choose(setting) for _ in range(4))}.values())[:4]
    cuts = sorted(rng.sample(range(1, 20), len(kinds) - 1)) if len(kinds) > 1 else []
    edges = [0, *cuts, 20]
    shares = [(t, (b - a) * 5) for t, a, b in zip(kinds, edges, edges[1:], strict=False)]
    return GroupRow(
        id=new_id(rng),
        place=place,
        number=f"G{number}",
        area=area,
        tree_count=max(round(area.area / rng.uniform(14, 30)), 4),
        shares=shares,
        duty="stand" if place.kind in {"forest", "compensation"} else "city",
        remarks="Bestand, Kontrolle am Rand." if place.kind == "forest" else "",
    )
