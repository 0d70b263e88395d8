"""Deeds on trees, places and photos; keywords only, each returns what it did."""

from baumkataster.services.endings import fell_tree, replace_tree, report_vanished
from baumkataster.services.photos import add_photo
from baumkataster.services.places import correct_place
from baumkataster.services.trees import correct_tree, move_tree, plant_tree

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
