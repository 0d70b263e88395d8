"""One search field for tree numbers, streets and species; forgives a typing error by trigrams."""

from typing import Any, ClassVar

from django.contrib.gis.db.models import Extent
from django.contrib.gis.db.models.functions import Transform
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Greatest, Length
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from baumkataster.api.doors import DoorIsOpen
from baumkataster.api.geometry import PRECISION, WGS84
from baumkataster.api.parameters import text_parameter
from baumkataster.api.places import places_seen_by
from baumkataster.models import Place, Species, Tree
from baumkataster.permissions import Door, Visitor

#: Rows of one kind that a person reads before typing more.
MOST = 8
#: Similarity of a word from which a mistyped one is meant ("Lindnweg" ~ "Lindenweg" is 0.6).
ALIKE = 0.45
#: The answer, for the OpenAPI page.
ROWS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "kind": {"type": "string", "enum": ["tree", "place", "species"]},
            "id": {"type": "string"},
            "label": {"type": "string"},
            "sub": {"type": "string"},
            "lon": {"type": "number"},
            "lat": {"type": "number"},
            "bbox": {"type": "array", "items": {"type": "number"}, "nullable": True},
        },
        "required": ["kind", "id", "label", "sub"],
    },
}


def search(text: str, *, visitor: Visitor) -> list[dict[str, Any]]:
    """What ``text`` may mean, best first: trees by number (and street), places, species."""
    if not text:
        return []
    trees = _trees(text, visitor)
    places = _places(text, visitor)
    species = _species(text)
    number_first = any(character.isdigit() for character in text)
    return trees + places + species if number_first else places + species + trees


def _trees(text: str, visitor: Visitor) -> list[dict[str, Any]]:
    """Trees whose number begins with the text, or "street number" in any order."""
    rows = Tree.objects.visible_to(visitor).select_related("site__place", "species")
    words = text.split()
    numbers = [word for word in words if any(c.isdigit() for c in word)]
    if not numbers:
        return []
    for word in words:
        meant = Q(site__number__istartswith=word)
        if word not in numbers:
            meant = Q(site__place__name__icontains=word)
        rows = rows.filter(meant)
    rows = rows.annotate(lonlat=Transform("geom", WGS84), length=Length("site__number"))
    found = rows.order_by("length", "site__number", "site__place__name", "id")
    return [
        {
            "kind": "tree",
            "id": str(tree.pk),
            "label": tree.site.number,
            "sub": ", ".join(filter(None, [tree.site.place.name, _species_words(tree)])),
            "lon": round(tree.lonlat.x, PRECISION),
            "lat": round(tree.lonlat.y, PRECISION),
        }
        for tree in found[:MOST]
    ]


def _species_words(tree: Tree) -> str:
    """The German name, else the source's words."""
    return tree.species.german_name if tree.species else tree.species_as_given


def _alike(rows: QuerySet[Any], text: str, *columns: str) -> QuerySet[Any]:
    """Rows in which a column holds the text or something like it, the most alike first."""
    holds = Q()
    for column in columns:
        holds |= Q(**{f"{column}__icontains": text})
    parts = [TrigramWordSimilarity(text, column) for column in columns]
    alike = Greatest(*parts) if len(parts) > 1 else parts[0]
    rows = rows.annotate(alike=alike).filter(holds | Q(alike__gte=ALIKE))
    return rows.order_by("-alike", columns[0], "pk")


def _places(text: str, visitor: Visitor) -> list[dict[str, Any]]:
    """Streets and grounds, with the box around their trees."""
    rows = list(_alike(places_seen_by(visitor).filter(active=True), text, "name")[:MOST])
    boxes = _boxes(rows, visitor)
    return [
        {
            "kind": "place",
            "id": str(place.pk),
            "label": place.name,
            "sub": place.get_kind_display(),
            **boxes.get(place.pk, {"lon": None, "lat": None}),
        }
        for place in rows
    ]


def _boxes(places: list[Place], visitor: Visitor) -> dict[Any, dict[str, Any]]:
    """Box and middle of each place's visible trees, in degrees; places without trees are left out."""
    trees = Tree.objects.visible_to(visitor).filter(site__place__in=places).order_by()
    extents = trees.values_list("site__place_id").annotate(box=Extent(Transform("geom", WGS84)))
    return {
        key: {
            "lon": round((box[0] + box[2]) / 2, PRECISION),
            "lat": round((box[1] + box[3]) / 2, PRECISION),
            "bbox": [round(number, PRECISION) for number in box],
        }
        for key, box in extents
    }


def _species(text: str) -> list[dict[str, Any]]:
    """Species that stand in the city first."""
    rows = _alike(Species.objects.all(), text, "german_name", "botanical_name")
    rows = rows.annotate(trees=Count("tree"))
    return [
        {
            "kind": "species",
            "id": str(row.pk),
            "label": row.german_name,
            "sub": row.botanical_name,
            "lon": None,
            "lat": None,
        }
        for row in sorted(rows[: MOST * 2], key=lambda r: (r.trees == 0, -r.alike))[:MOST]
    ]


class SearchView(APIView):
    """``?q=``."""

    permission_classes = [DoorIsOpen]
    doors: ClassVar[dict[str, Door]] = {"*": Door.VIEW_MAP}

    @extend_schema(
        responses={(200, "application/json"): ROWS},
        parameters=[OpenApiParameter("q", OpenApiTypes.STR)],
    )
    def get(self, request: Request) -> Response:
        """``[{kind, id, label, sub, lon, lat, bbox?}]``."""
        return Response(search(text_parameter(request.query_params, "q"), visitor=request.user))
