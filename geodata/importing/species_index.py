"""Finds the species of the city's list that a source means; built once per import."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from baumkataster.models import Species
from baumkataster.rules.dimensions import SpeciesLimits
from baumkataster.rules.species import ParsedName, parse_botanical


class Match(NamedTuple):
    """``species_id`` is empty when even the genus is unknown; ``exact`` when nothing was lost.

    ``level`` is how much of the name was found: name, species, genus, none.
    """

    species_id: UUID | None
    level: str

    @property
    def exact(self) -> bool:
        """Whether the list holds the very name."""
        return self.level == "name"


_Key = tuple[str, str, str, str]


def _key(name: ParsedName) -> _Key:
    """How names are compared: without case and hybrid sign."""
    parts = (name.genus, name.species, name.infraspecific, name.cultivar)
    return tuple(part.casefold() for part in parts)  # type: ignore[return-value]


class SpeciesIndex:
    """Names, synonyms included, to species and their limits; every text is looked up once."""

    def __init__(self) -> None:
        self.by_key: dict[_Key, UUID] = {}
        self.limits: dict[UUID, SpeciesLimits] = {}
        self.known: dict[str, Match] = {}
        listed = list(Species.objects.filter(active=True).order_by("botanical_name"))
        for species in listed:
            self.limits[species.pk] = SpeciesLimits(
                name=species.botanical_name,
                girth_cm=species.max_girth_cm,
                height_m=species.max_height_m,
                crown_diameter_m=species.max_crown_m,
            )
            own = (species.genus, species.species, species.infraspecific, species.cultivar)
            self.by_key[tuple(part.casefold() for part in own)] = species.pk  # type: ignore[index]
        for species in listed:
            for synonym in species.synonyms:
                self.by_key.setdefault(_key(parse_botanical(synonym)), species.pk)

    def find(self, text: str) -> Match:
        """The closest entry: the whole name, else without cultivar and below, else the genus."""
        match = self.known.get(text)
        if match is None:
            match = self.known[text] = self._find(text)
        return match

    def _find(self, text: str) -> Match:
        genus, species, below, cultivar = _key(parse_botanical(text))
        for key, level in (
            ((genus, species, below, cultivar), "name"),
            ((genus, species, "", cultivar), "species"),
            ((genus, species, below, ""), "species"),
            ((genus, species, "", ""), "species"),
            ((genus, "", "", ""), "genus"),
        ):
            if genus and (found := self.by_key.get(key)):
                return Match(found, "species" if level == "genus" and not species else level)
        return Match(None, "none")
