"""How large a tree is for its kind and standing years: girth, height, crown, stems, phase."""

import math
from dataclasses import dataclass
from random import Random

from geodata.demo.taxa import Taxon

#: Girth gained in a good year at 1 m height, cm.
RATE = {
    "Acer": 2.4, "Aesculus": 2.7, "Ailanthus": 3.2, "Alnus": 2.4, "Amelanchier": 0.8, "Betula": 2.3,
    "Carpinus": 1.8, "Castanea": 2.8, "Catalpa": 2.4, "Cornus": 0.8, "Corylus": 1.9,
    "Crataegus": 1.1, "Fagus": 2.2, "Fraxinus": 2.6, "Ginkgo": 1.7, "Gleditsia": 2.4, "Ilex": 0.9,
    "Juglans": 2.3, "Larix": 2.3, "Liquidambar": 2.2, "Liriodendron": 2.8, "Magnolia": 1.2,
    "Malus": 1.4, "Metasequoia": 3.2, "Paulownia": 3.4, "Picea": 2.3, "Pinus": 2.1, "Platanus": 3.3,
    "Populus": 4.2, "Prunus": 1.9, "Pyrus": 1.5, "Quercus": 2.3, "Robinia": 2.5, "Salix": 4.0,
    "Sequoiadendron": 5.0, "Sorbus": 1.5, "Styphnolobium": 2.2, "Taxus": 1.1, "Thuja": 1.6,
    "Tilia": 2.4, "Ulmus": 2.5,
}  # fmt: skip
#: Genus -> share of trees that stand on several stems (outside streets).
SEVERAL_STEMS = {
    "Alnus": 0.14, "Amelanchier": 0.5, "Betula": 0.1, "Carpinus": 0.05, "Cornus": 0.55,
    "Corylus": 0.25, "Ilex": 0.3, "Magnolia": 0.4, "Parrotia": 0.4, "Salix": 0.2, "Taxus": 0.35,
    "Acer": 0.04, "Prunus": 0.05, "Quercus": 0.02, "Tilia": 0.02, "Fagus": 0.02,
}  # fmt: skip
YOUTH_YEARS = 15


@dataclass(frozen=True, slots=True)
class Size:
    """Measured as an arborist writes it down: cm and m, girth at 1 m."""

    girth_cm: int
    height_m: float
    crown_m: float
    crown_base_m: float
    stems: tuple[int, ...] = ()


def size_at(taxon: Taxon, years: int, rng: Random, *, in_street: bool) -> Size:
    """The tree after ``years`` of standing; the same kind and age still vary by a good tenth."""
    vigour = min(max(rng.gauss(1.0, 0.12), 0.65), 1.3) * (0.9 if in_street else 1.04)
    conifer = taxon.leaf_type == "conifer"
    young_girth = 12.0 if conifer or taxon.max_girth < 150 else 18.0
    cap = max(taxon.max_girth * 0.72 * vigour - young_girth, 8)
    rate = RATE.get(taxon.genus, 2.0) * vigour
    girth = young_girth + cap * (1 - math.exp(-rate * years / cap))
    height = _grown(years, taxon.max_height * _share(rng, 0.58, 0.84, vigour), 1.9, 4.8)
    crown = _grown(years, taxon.max_crown * _share(rng, 0.58, 0.86, vigour), 2.6, 1.6)
    height = max(height, crown * 0.55)
    base = height * rng.uniform(0.03, 0.1) if conifer else height * rng.uniform(0.16, 0.3)
    if in_street:
        base = max(base, min(height * 0.42, rng.uniform(2.4, 4.6)))
    stems: tuple[int, ...] = ()
    if not in_street and rng.random() < SEVERAL_STEMS.get(taxon.genus, 0):
        count = rng.choice((2, 2, 2, 3, 3, 4))
        stems = tuple(
            sorted(
                (max(round(girth * rng.uniform(0.45, 0.8)), 6) for _ in range(count)), reverse=True
            )
        )
        girth = stems[0]
        base = min(base, height * 0.12)
    return Size(
        girth_cm=min(max(round(girth), 6), taxon.max_girth),
        height_m=round(min(height, taxon.max_height), 0 if height > 12 else 1),
        crown_m=round(min(crown, taxon.max_crown), 0 if crown > 6 else 1),
        crown_base_m=round(base, 1),
        stems=stems,
    )


def _share(rng: Random, low: float, high: float, vigour: float) -> float:
    """Share of the greatest size of its kind that this tree will reach."""
    return min(rng.uniform(low, high) * math.sqrt(vigour), 0.97)


def _grown(years: int, final: float, slowness: float, start: float) -> float:
    """Size after ``years``: from nursery size towards ``final``, slower for larger trees."""
    first = min(start, final * 0.6)
    left = math.exp(-years / (final * slowness))
    return first + (final - first) * (1 - left)


def phase_at(taxon: Taxon, years: int) -> str:
    """Development phase by standing years (youth to 15, ageing from the limit of the kind)."""
    if years < YOUTH_YEARS:
        return "youth"
    return "mature" if years < taxon.phase_limit else "aging"


def spacing_of(taxon: Taxon) -> float:
    """Usual distance in a row, m."""
    if taxon.narrow:
        return 7.5
    return min(max(taxon.max_crown * 0.62, 7.0), 13.5)
