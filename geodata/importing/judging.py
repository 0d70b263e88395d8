"""A source's tree beside the city's species list: which species it is, and what is odd about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from baumkataster.rules.dimensions import Dimensions, dimension_doubts
from geodata.importing.species_index import Match, SpeciesIndex
from geodata.importing.spooling import Complaint
from geodata.rules.problems import WARNING
from geodata.rules.profiles import Profile
from geodata.rules.records import TreeRow

#: Doubts about one value alone are told by the row rules already, with unit and column.
_TOLD_BY_ROWS: Final = frozenset(
    {
        "dimension.other_unit",
        "dimension.implausible",
        "dimension.planted_in_future",
        "dimension.planted_long_ago",
    }
)
_UNKNOWN: Final = Match(None, "none")


class TreeJudge:
    """Judges the trees of one import; ``complain`` is told what there is to say."""

    def __init__(
        self, profile: Profile, *, day: date, complain: Callable[[Complaint], None]
    ) -> None:
        self.index = SpeciesIndex()
        self.year = day.year
        self.species_column = " / ".join(profile.species.columns)
        self.column_of = {rule.target: rule.column for rule in profile.fields}
        self.complain = complain

    def species_of(self, tree: TreeRow) -> tuple[UUID | None, str]:
        """The species, and the source's words unless the list has exactly that name."""
        found = self.index.find(tree.name) if tree.name else _UNKNOWN
        if tree.name and found.level in {"genus", "none"}:
            self.complain(self._not_listed(tree, found))
        for doubt in self._doubts(tree, found):
            self.complain(doubt)
        return found.species_id, "" if found.exact else tree.species_as_given

    def _not_listed(self, tree: TreeRow, found: Match) -> Complaint:
        if found.species_id is None:
            code = "species_not_listed"
            text = _("Die Baumart steht nicht in der Artenliste. Das Feld Baumart bleibt leer.")
        else:
            code = "genus_only"
            text = _(
                "Die Baumart steht nicht in der Artenliste. Eingetragen ist nur die Gattung, der "
                "Text der Quelle bleibt erhalten."
            )
        return Complaint(tree.line, self.species_column, tree.species_as_given, WARNING, code, text)

    def _doubts(self, tree: TreeRow, found: Match) -> Iterator[Complaint]:
        """Sizes that do not fit together or are beyond the species; all are imported."""
        sizes = Dimensions(
            girth_cm=tree.girth_cm,
            height_m=tree.height_m,
            crown_diameter_m=tree.crown_diameter_m,
            crown_base_m=tree.crown_base_m,
        )
        limits = self.index.limits.get(found.species_id) if found.species_id else None
        for problem in dimension_doubts(sizes, year=self.year, species=limits):
            code = problem.sentence.code
            if code not in _TOLD_BY_ROWS:
                column = self.column_of.get(problem.field, "")
                value = f"{getattr(tree, problem.field):g}"
                sentence = problem.sentence.text(_)
                yield Complaint(tree.line, column, value, WARNING, code, sentence)
