"""Deeds on trees, places and photos; keywords only, each returns what it did."""

from baumkataster.services.photos import add_photo
from baumkataster.services.places import correct_place
from baumkataster.services.trees import (
    correct_tree,
    fell_tree,
    move_tree,
    plant_tree,
    replace_tree,
    report_vanished,
)

__all__ = [
    "add_photo",
    "correct_place",
    "correct_tree",
    "fell_tree",
    "move_tree",
    "plant_tree",
    "replace_tree",
    "report_vanished",
]
