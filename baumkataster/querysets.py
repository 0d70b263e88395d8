"""Questions about many trees; interfaces and reads chain them: Tree.objects.standing().within(box)."""

from typing import Any, Self

from django.contrib.gis.geos import GEOSGeometry
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce


class TreeQuerySet(QuerySet[Any]):
    """Trees; uses relation names only and never imports a model."""

    def standing(self) -> Self:
        """Trees that somebody could walk under: planted, standing or unverified."""
        return self.filter(status__in=["planted", "standing", "unverified"])

    def of_the_city(self) -> Self:
        """Trees whose traffic safety is the city's duty."""
        return self.filter(duty="city")

    def within(self, area: GEOSGeometry) -> Self:
        """Trees that touch ``area`` (exact, not by float32 box as && would)."""
        return self.filter(geom__intersects=area)

    def with_responsible_unit(self) -> Self:
        """Annotate ``responsible_unit_id``: the tree's own unit, else its place's."""
        return self.annotate(responsible_unit_id=Coalesce(F("unit_id"), F("site__place__unit_id")))

    def of_units(self, unit_ids: list[Any]) -> Self:
        """Trees for which one of the units is responsible."""
        return self.filter(
            Q(unit_id__in=unit_ids) | Q(unit_id__isnull=True, site__place__unit_id__in=unit_ids)
        )

    def visible_to(self, visitor: Any) -> Self:
        """Trees that a visitor may see: contractors those with measures of their own, anonymous none.

        One method for map, API and export alike (the public doors of geodata have their own view).
        """
        if not (visitor.is_authenticated and visitor.is_active):
            return self.none()
        if visitor.role == "contractor":
            own = self.model._base_manager.filter(measures__contractor=visitor)
            return self.filter(pk__in=own.values("pk"))
        return self

    def with_place(self) -> Self:
        """Join what a card or list shows of every tree in the same query."""
        return self.select_related("site__place__unit", "species", "district", "unit")
