"""Plants the demo city: chooses spots for the wanted number of trees, numbers sites, measures trees."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from uuid import UUID

from shapely import MultiPolygon, Polygon

from geodata.demo.growth import phase_at, size_at
from geodata.demo.parks import ground_spots
from geodata.demo.plan import CityPlan, Ground
from geodata.demo.rows import Spot, Stretch, street_stretches
from geodata.demo.stand import PlaceRow, SiteRow, Stand, TreeRow
from geodata.demo.taxa import Assortment, Taxon

#: Kinds of places where people always are (Musterdienstanweisung 2021, table 1, column "höhere").
LIVELY = {"school", "daycare", "playground", "sports", "building"}
#: Sites beyond the standing trees: gone and not replaced, never planted, planned.
SPARE_SHARE = 0.042


@dataclass(slots=True)
class Allotment:
    """Chosen spots of one place, before they become sites."""

    place: PlaceRow
    spots: list[Spot]


def new_id(rng: Random) -> UUID:
    """A key that depends on the seed only."""
    return UUID(int=rng.getrandbits(128), version=4)


def capacity(plan: CityPlan, taxa: list[Taxon], *, seed: int, day: date) -> "Spots":
    """All spots that the plan offers."""
    rng = Random(f"{seed}/spots")
    assortment = Assortment(taxa, rng)
    stretches = street_stretches(plan, assortment, rng, year=day.year)
    grounds = [(g, ground_spots(g, assortment, rng, year=day.year)) for g in plan.grounds]
    return Spots(stretches, grounds)


@dataclass(slots=True)
class Spots:
    """Everything that could be planted."""

    stretches: list[Stretch]
    grounds: list[tuple[Ground, list[Spot]]]

    def total(self) -> int:
        """Number of spots."""
        rows = sum(len(stretch.spots) for stretch in self.stretches)
        return rows + sum(len(spots) for _, spots in self.grounds)


def wanted_spots(trees: int) -> int:
    """Sites for so many standing trees."""
    return trees + max(round(trees * SPARE_SHARE), 3)


def plant(spots: Spots, *, trees: int, seed: int) -> list[Allotment]:
    """Thin the spots out to what ``trees`` standing trees need; whole rows go first in streets."""
    rng = Random(f"{seed}/thin")
    wanted = wanted_spots(trees)
    share = min(wanted / spots.total(), 1.0)
    grounds = [
        (ground, [s for s in found if rng.random() < share] or found[:1])
        for ground, found in spots.grounds
    ]
    left = wanted - sum(len(found) for _, found in grounds)
    while left < 0:
        found = rng.choice([pair[1] for pair in grounds if pair[1]])
        found.pop(rng.randrange(len(found)))
        left += 1
    order = list(range(len(spots.stretches)))
    rng.shuffle(order)
    order.sort(key=lambda i: spots.stretches[i].street.kind not in {"main", "collector"})
    rows: dict[int, list[Spot]] = {}
    for index in order:
        rows[index] = spots.stretches[index].spots[: max(left, 0)]
        left -= len(rows[index])
    return [*_street_places(spots, rows, rng), *_ground_places(grounds, rng)]


def _street_places(spots: Spots, rows: dict[int, list[Spot]], rng: Random) -> Iterator[Allotment]:
    """One place per street that has trees."""
    by_street: dict[str, list[Spot]] = {}
    kinds: dict[str, str] = {}
    for index in sorted(rows):
        street = spots.stretches[index].street
        if rows[index]:
            by_street.setdefault(street.name, []).extend(rows[index])
            kinds[street.name] = street.kind
    for number, name in enumerate(sorted(by_street), start=1):
        quiet = kinds[name] in {"local", "lane"} and rng.random() < 0.16
        place = PlaceRow(
            id=new_id(rng),
            kind="street",
            name=name,
            street_key=f"{number:05d}",
            expectation="lower" if quiet else "higher",
            area=None,
        )
        yield _located(place, by_street[name])


def _ground_places(grounds: list[tuple[Ground, list[Spot]]], rng: Random) -> Iterator[Allotment]:
    """One place per ground."""
    for ground, found in grounds:
        lively = ground.kind in LIVELY or ground.name in {"Wallanlagen", "Leedeufer"}
        if ground.kind in {"park", "cemetery"}:
            lively = lively or rng.random() < 0.55
        shape = ground.area
        area = MultiPolygon([shape]) if isinstance(shape, Polygon) else shape
        place = PlaceRow(
            id=new_id(rng),
            kind=ground.kind,
            name=ground.name,
            street_key="",
            expectation="higher" if lively else "lower",
            area=area,
        )
        yield _located(place, found)


def _located(place: PlaceRow, spots: list[Spot]) -> Allotment:
    """Set the middle of a place from its spots (or its area)."""
    if spots:
        place.x = sum(s.x for s in spots) / len(spots)
        place.y = sum(s.y for s in spots) / len(spots)
    elif place.area is not None:
        place.x, place.y = place.area.centroid.x, place.area.centroid.y
    return Allotment(place, spots)


def grow(allotments: list[Allotment], *, seed: int, day: date) -> Stand:
    """Number the sites and give every one its present tree, all standing for now."""
    rng = Random(f"{seed}/grow")
    stand = Stand()
    for allotment in allotments:
        stand.places.append(allotment.place)
        for number, spot in enumerate(allotment.spots, start=1):
            site = SiteRow(
                id=new_id(rng),
                place=allotment.place,
                number=str(number),
                x=round(spot.x, 2),
                y=round(spot.y, 2),
                house_number=spot.house_number,
                side=spot.side,
                open_soil_m2=round(rng.triangular(1.5, 14, 5), 1) if spot.in_street else None,
            )
            stand.sites.append(site)
            stand.trees.append(new_tree(site, spot.taxon, spot.year, rng, day))
    return stand


def new_tree(site: SiteRow, taxon: Taxon, year: int, rng: Random, day: date) -> TreeRow:
    """A tree of this kind planted in the season of ``year``, measured as it stands on ``day``."""
    in_street = site.place.kind == "street"
    planted_on = None
    if day.year - year <= 8:
        planted_on = min(date(year, 11, 1) + timedelta(days=rng.randint(-255, 45)), day)
        planted_on = min(planted_on, day - timedelta(days=20))
        year = planted_on.year
    age = max(day.year - year, 0)
    tree = TreeRow(
        id=new_id(rng),
        site=site,
        taxon=taxon,
        status="standing",
        x=site.x,
        y=site.y,
        planted_year=year,
        planted_on=planted_on,
        year_known=year >= 1992,
        size=size_at(taxon, age, rng, in_street=in_street),
        phase=phase_at(taxon, age),
        tag=f"{rng.randint(1000, 99999):05d}" if rng.random() < 0.25 else "",
    )
    _surveyed(tree, rng)
    return tree


def _surveyed(tree: TreeRow, rng: Random) -> None:
    """How well the position is known."""
    tree.position_source, tree.accuracy_m = rng.choices(
        (("gnss", 0.5), ("survey", 0.05), ("aerial", 1.5), ("estimated", 5.0)), (70, 14, 13, 3)
    )[0]
