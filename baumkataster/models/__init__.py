"""The tables of the tree cadastre, one module per word of the tree office."""

from baumkataster.guards import EVIDENCE, Guard
from baumkataster.models.access import AccessEvent, AccessRecord
from baumkataster.models.city import (
    BaseFeature,
    BaseFeatureKind,
    BaseMap,
    BaseMapKind,
    CitySettings,
    District,
)
from baumkataster.models.groups import TreeGroup, TreeGroupShare
from baumkataster.models.history import Change
from baumkataster.models.people import (
    READING,
    ApplicationPassword,
    InspectorIdentity,
    Role,
    Scope,
    Unit,
    User,
)
from baumkataster.models.photos import Photo
from baumkataster.models.places import Expectation, Place, PlaceKind, Site, SoilCover
from baumkataster.models.species import LeafType, Species
from baumkataster.models.tree_words import (
    STANDING_STATUSES,
    Duty,
    Origin,
    Phase,
    PositionSource,
    TreeStatus,
    YearSource,
)
from baumkataster.models.trees import Tree

__all__ = [
    "EVIDENCE",
    "READING",
    "STANDING_STATUSES",
    "AccessEvent",
    "AccessRecord",
    "ApplicationPassword",
    "BaseFeature",
    "BaseFeatureKind",
    "BaseMap",
    "BaseMapKind",
    "Change",
    "CitySettings",
    "District",
    "Duty",
    "Expectation",
    "Guard",
    "InspectorIdentity",
    "LeafType",
    "Origin",
    "Phase",
    "Photo",
    "Place",
    "PlaceKind",
    "PositionSource",
    "Role",
    "Scope",
    "Site",
    "SoilCover",
    "Species",
    "Tree",
    "TreeGroup",
    "TreeGroupShare",
    "TreeStatus",
    "Unit",
    "User",
    "YearSource",
]
