"""Whether a tree protection bylaw covers a tree: the bylaw is data, this is how it is read.

Called by the tree's card and before a felling. The answer is a hint for the office, not a ruling;
other protection (natural monument, reserve, permit conditions) is recorded at the tree itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from baumkataster.rules.sentences import say
from baumkataster.rules.wording import Sentence

Answer = Literal["protected", "not_protected", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bylaw:
    """A city's bylaw as values that its office can edit; lengths in cm."""

    title: str
    #: Height above ground at which girth counts.
    measuring_height_cm: int
    #: A single stem is protected from this girth on.
    girth_cm: int
    #: Multi-stemmed: from this sum of girths on; None: the sum does not count.
    stems_sum_cm: int | None = None
    #: Multi-stemmed: at least one stem has this girth.
    stem_cm: int | None = None
    leaf_types: frozenset[str] = frozenset({"deciduous", "evergreen_broadleaf"})
    #: Genera protected besides those leaf types.
    genera: frozenset[str] = frozenset()
    #: Species ("Malus domestica") that the bylaw leaves out.
    excepted_species: frozenset[str] = frozenset()
    #: Replacement plantings are protected whatever their size.
    replacements: bool = True
    #: Payment per tree where replanting is not possible.
    payment_eur: int | None = None


#: Oldenburg (Oldb), in force since 19 July 2025; what counts as a fruit tree is our reading.
OLDENBURG: Final = Bylaw(
    title="Baumschutzsatzung der Stadt Oldenburg (2025)",
    measuring_height_cm=100,
    girth_cm=100,
    stems_sum_cm=100,
    stem_cm=30,
    genera=frozenset({"Taxus", "Larix", "Pinus"}),
    excepted_species=frozenset(
        {
            "Cydonia oblonga",
            "Malus domestica",
            "Mespilus germanica",
            "Prunus armeniaca",
            "Prunus cerasus",
            "Prunus domestica",
            "Prunus persica",
            "Pyrus communis",
        }
    ),
    payment_eur=1500,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedTree:
    """What a bylaw asks about a tree; "" and None: not known."""

    genus: str = ""
    species: str = ""
    leaf_type: str = ""
    girth_cm: int | None = None
    girth_height_cm: int | None = None
    #: Girth of each stem; empty for a single stem.
    stems: Sequence[int] = ()
    replacement: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The bylaw's answer and its reason in words."""

    answer: Answer
    reason: Sentence


def protection_of(tree: ProtectedTree, bylaw: Bylaw) -> Verdict:
    """Whether the bylaw covers the tree, as far as its record says.

    A girth from another or unknown height decides only where trunks taper the right way: thick
    enough higher up is thick enough below, too thin below is too thin higher up.
    """
    if tree.replacement and bylaw.replacements:
        return Verdict("protected", say("protection.replacement"))
    if not tree.genus:
        return Verdict("unknown", say("protection.species_unknown"))
    if not _covers_species(tree, bylaw):
        return Verdict("not_protected", say("protection.species"))
    if len(tree.stems) > 1 and bylaw.stems_sum_cm is not None:
        return _by_stems(tree.stems, bylaw, bylaw.stems_sum_cm)
    return _by_girth(tree, bylaw)


def _covers_species(tree: ProtectedTree, bylaw: Bylaw) -> bool:
    if f"{tree.genus} {tree.species}" in bylaw.excepted_species:
        return False
    return tree.leaf_type in bylaw.leaf_types or tree.genus in bylaw.genera


def _by_stems(stems: Sequence[int], bylaw: Bylaw, needed: int) -> Verdict:
    total, thickest = sum(stems), max(stems)
    values = {"sum": total, "thickest": thickest}
    if total >= needed and thickest >= (bylaw.stem_cm or 0):
        return Verdict("protected", say("protection.stems", **values))
    return Verdict("not_protected", say("protection.stems_too_thin", **values))


def _by_girth(tree: ProtectedTree, bylaw: Bylaw) -> Verdict:
    limit, at = bylaw.girth_cm, bylaw.measuring_height_cm
    girth = tree.stems[0] if len(tree.stems) == 1 else tree.girth_cm
    measured_at = tree.girth_height_cm
    if girth is not None and measured_at is not None:
        values = {"girth": girth, "limit": limit, "height": at}
        if girth >= limit and measured_at >= at:
            return Verdict("protected", say("protection.girth", **values))
        if girth < limit and measured_at <= at:
            return Verdict("not_protected", say("protection.too_thin", **values))
    return Verdict("unknown", say("protection.measure", limit=limit, height=at))
