"""Which species stand where: reads the species list and weighs it by place, as cities plant."""

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

from baumkataster.rules.species import botanical_name

#: How many kinds the city has.
KINDS = 122

#: Genus -> how much more (or less) often than in the whole city it stands in streets; 1 if not named.
STREET = {
    "Abies": 0, "Alnus": 0.5, "Amelanchier": 0.2, "Betula": 0.6, "Castanea": 0.1,
    "Chamaecyparis": 0, "Cornus": 0, "Fagus": 0.04, "Fraxinus": 1.3, "Ilex": 0, "Juglans": 0.06,
    "Larix": 0, "Magnolia": 0.1, "Malus": 0.15, "Metasequoia": 0.12, "Picea": 0, "Pinus": 0.03,
    "Platanus": 1.8, "Populus": 0.3, "Pseudotsuga": 0, "Pyrus": 0.9, "Quercus": 0.9, "Salix": 0.05,
    "Sequoiadendron": 0, "Taxodium": 0, "Taxus": 0, "Thuja": 0, "Tilia": 1.5, "Prunus": 0.7,
    "Robinia": 1.2, "Aesculus": 1.0, "Acer": 1.2, "Carpinus": 0.8, "Parrotia": 0.4,
}  # fmt: skip
PARK = {
    "Aesculus": 1.2, "Alnus": 1.3, "Betula": 1.3, "Castanea": 2, "Fagus": 2.6, "Juglans": 1.2,
    "Larix": 2, "Liriodendron": 1.6, "Magnolia": 2, "Metasequoia": 2, "Picea": 0.8, "Pinus": 1.3,
    "Populus": 1.1, "Pseudotsuga": 2, "Quercus": 1.6, "Salix": 1.4, "Sequoiadendron": 1.5,
    "Taxodium": 2, "Taxus": 1.2, "Platanus": 0.6, "Thuja": 0.4, "Chamaecyparis": 0.6,
}  # fmt: skip
CEMETERY = {
    "Abies": 8, "Betula": 2, "Chamaecyparis": 40, "Fagus": 1.4, "Ilex": 5, "Larix": 3, "Picea": 3.5,
    "Pinus": 4.5, "Platanus": 0.1, "Populus": 0.1, "Pseudotsuga": 6, "Quercus": 0.6, "Robinia": 0.3,
    "Salix": 0.4, "Sequoiadendron": 2, "Taxus": 45, "Thuja": 50, "Tilia": 1.2, "Malus": 0.1,
    "Magnolia": 2, "Fraxinus": 0.5,
}  # fmt: skip
YARD = {
    "Abies": 0, "Chamaecyparis": 0, "Fagus": 0.4, "Ilex": 0, "Malus": 1.5, "Picea": 0.2, "Pinus": 0.5,
    "Platanus": 1.2, "Populus": 0.5, "Pseudotsuga": 0, "Salix": 0.5, "Taxus": 0, "Thuja": 0,
    "Robinia": 0.2, "Acer": 1.3, "Carpinus": 1.4, "Tilia": 1.2,
}  # fmt: skip
WET = {
    "Alnus": 14, "Salix": 14, "Populus": 4, "Betula": 1.5, "Fraxinus": 2, "Taxodium": 6,
    "Metasequoia": 4, "Quercus": 0.7, "Acer": 0.3, "Tilia": 0.2, "Picea": 0.1, "Robinia": 0.1,
}  # fmt: skip
WOOD = {
    "Quercus": 3, "Fagus": 5, "Betula": 3, "Pinus": 5, "Larix": 3, "Picea": 2, "Alnus": 2,
    "Carpinus": 1, "Acer": 0.6, "Tilia": 0.1, "Platanus": 0, "Aesculus": 0.1, "Prunus": 0.6,
    "Corylus": 0, "Malus": 0, "Pyrus": 0, "Robinia": 0.2, "Fraxinus": 0.6, "Crataegus": 0.2,
}  # fmt: skip
SETTINGS = {
    "street": STREET,
    "park": PARK,
    "cemetery": CEMETERY,
    "yard": YARD,
    "wet": WET,
    "wood": WOOD,
}
#: Species that gardens know and streets do not, in spite of their genus.
RARELY_IN_STREETS = {
    "Corylus avellana", "Malus domestica", "Populus tremula", "Prunus avium", "Prunus domestica",
    "Pyrus communis", "Quercus robur", "Salix caprea", "Ulmus glabra",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taxon:
    """One line of the species list."""

    name: str
    german: str
    genus: str
    leaf_type: str
    phase_limit: int
    max_height: int
    max_girth: int
    max_crown: int
    frequency: int

    @property
    def narrow(self) -> bool:
        """Columnar: may stand closer."""
        return self.max_crown < 0.42 * self.max_height


def _name(row: dict[str, str]) -> str:
    """The botanical name of a line of the species list."""
    return botanical_name(
        genus=row["genus"],
        hybrid=row["hybrid"] == "1",
        species=row["species"],
        infraspecific=row["infraspecific"],
        cultivar=row["cultivar"],
    )


def read_taxa(path: Path) -> list[Taxon]:
    """The kinds of the demo city: the most frequent of the list, whole genera left out."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["species"] or r["cultivar"]]
    rows.sort(key=lambda r: (-int(r["frequency"]), _name(r)))
    return [
        Taxon(
            name=_name(r),
            german=r["german_name"],
            genus=r["genus"],
            leaf_type=r["leaf_type"],
            phase_limit=int(r["phase_limit_years"]),
            max_height=int(r["max_height_m"]),
            max_girth=int(r["max_girth_cm"]),
            max_crown=int(r["max_crown_m"]),
            frequency=int(r["frequency"]),
        )
        for r in rows[:KINDS]
    ]


class Assortment:
    """Chooses kinds so that the whole city ends up with the shares of the list."""

    def __init__(self, taxa: list[Taxon], rng: Random) -> None:
        """Remember what was planted already."""
        self._taxa = taxa
        self._rng = rng
        self._planted: Counter[str] = Counter()

    def choose(
        self, setting: str, *, count: int = 1, height: tuple[int, int] = (0, 99), crown: int = 99
    ) -> Taxon:
        """A kind for ``count`` trees in this setting with limits of size (m); it counts as planted."""
        factors = SETTINGS[setting]
        weights: list[float] = []
        planted = self._planted.total() + 40
        for taxon in self._taxa:
            weight = taxon.frequency * factors.get(taxon.genus, 1.0)
            fits = height[0] <= taxon.max_height <= height[1] and taxon.max_crown <= crown
            if setting == "street" and taxon.name in RARELY_IN_STREETS:
                weight *= 0.25 if taxon.genus == "Quercus" else 0.05
            over = self._planted[taxon.name] / planted / (taxon.frequency / 90_000)
            weights.append(weight / (1 + over) ** 2.5 if fits else 0.0)
        taxon = self._rng.choices(self._taxa, weights)[0]
        self._planted[taxon.name] += count
        return taxon
