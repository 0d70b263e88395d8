"""What may be written about a tree, checked field by field before the deed; used by api/trees.py."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from baumkataster.api.entries import Entry
from baumkataster.api.geometry import PointInput
from baumkataster.models import (
    Duty,
    Expectation,
    Phase,
    Place,
    PositionSource,
    Site,
    SoilCover,
    Species,
    Tree,
    TreeStatus,
    Unit,
    YearSource,
)


def _text(name: str) -> serializers.CharField:
    """An optional text as long as the tree's column."""
    column: Any = Tree._meta.get_field(name)
    return serializers.CharField(
        required=False, allow_blank=True, max_length=column.max_length, label=column.verbose_name
    )


def _metres(name: str, low: str, high: int) -> serializers.DecimalField:
    """An optional length in metres with one decimal place, as the column has it."""
    column: Any = Tree._meta.get_field(name)
    return serializers.DecimalField(
        5,
        1,
        required=False,
        allow_null=True,
        min_value=Decimal(low),
        max_value=high,
        label=column.verbose_name,
    )


class DataEntry(Entry):
    """Data of a tree that may be given when planting and corrected later."""

    number = serializers.CharField(required=False, max_length=40, label=_("Baumnummer"))
    house_number = serializers.CharField(required=False, allow_blank=True, max_length=20)
    side = serializers.CharField(required=False, allow_blank=True, max_length=20)
    open_soil_m2 = serializers.DecimalField(
        6, 1, required=False, allow_null=True, min_value=0, max_value=10_000
    )
    soil_cover = serializers.ChoiceField(SoilCover.choices, required=False, allow_blank=True)
    parcel = serializers.CharField(required=False, allow_blank=True, max_length=60)
    cost_centre = serializers.CharField(required=False, allow_blank=True, max_length=40)
    surroundings = serializers.CharField(required=False, allow_blank=True, max_length=200)
    utilities = serializers.CharField(required=False, allow_blank=True, max_length=120)
    species = serializers.PrimaryKeyRelatedField(
        queryset=Species.objects.all(), required=False, allow_null=True
    )
    species_as_given = _text("species_as_given")
    status = serializers.ChoiceField(TreeStatus.choices, required=False)
    tag = _text("tag")
    planted_on = serializers.DateField(required=False, allow_null=True)
    planted_year = serializers.IntegerField(
        required=False, allow_null=True, min_value=1000, max_value=2200
    )
    planted_year_source = serializers.ChoiceField(
        YearSource.choices, required=False, allow_blank=True
    )
    height_m = _metres("height_m", "0.1", 80)
    crown_diameter_m = _metres("crown_diameter_m", "0.1", 60)
    crown_base_m = _metres("crown_base_m", "0", 80)
    girth_cm = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=2000
    )
    girth_height_cm = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=300
    )
    stems = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2000), required=False, max_length=30
    )
    phase = serializers.ChoiceField(Phase.choices, required=False, allow_blank=True)
    expectation = serializers.ChoiceField(Expectation.choices, required=False, allow_blank=True)
    unit = serializers.PrimaryKeyRelatedField(
        queryset=Unit.objects.all(), required=False, allow_null=True
    )
    duty = serializers.ChoiceField(Duty.choices, required=False)
    duty_reason = _text("duty_reason")
    owner = _text("owner")
    protection = serializers.ListField(
        child=serializers.CharField(max_length=30), required=False, max_length=20
    )
    remarks = serializers.CharField(required=False, allow_blank=True, max_length=5000)


class CorrectionEntry(DataEntry):
    """Only what changes is sent."""


class PlantEntry(DataEntry):
    """A new tree: position, and a place (new site) or an empty site."""

    id = serializers.UUIDField(required=False)
    geom = PointInput()
    place = serializers.PrimaryKeyRelatedField(
        queryset=Place.objects.filter(active=True), required=False
    )
    site = serializers.PrimaryKeyRelatedField(
        queryset=Site.objects.filter(active=True), required=False
    )
    position_accuracy_m = serializers.DecimalField(
        6, 2, required=False, allow_null=True, min_value=0, max_value=9999
    )
    position_source = serializers.ChoiceField(PositionSource.choices, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A tree stands somewhere that has a name."""
        if not attrs.get("place") and not attrs.get("site"):
            raise serializers.ValidationError(
                {"place": [_("Bitte wählen Sie das Objekt (Straße oder Anlage).")]}
            )
        return attrs


class MoveEntry(Entry):
    """A better position."""

    geom = PointInput()
    accuracy_m = serializers.DecimalField(
        6, 2, required=False, allow_null=True, min_value=0, max_value=9999
    )
    source = serializers.ChoiceField(PositionSource.choices, required=False)


class FellingEntry(Entry):
    """When and why a tree was felled, and whether its stump is still there."""

    felled_on = serializers.DateField()
    reason = serializers.CharField(max_length=300)
    stump = serializers.BooleanField(required=False)


class VanishedEntry(Entry):
    """When somebody saw that a tree is gone, and what is known about it."""

    on = serializers.DateField()
    reason = serializers.CharField(max_length=300)


class ReplacementEntry(Entry):
    """The successor on the same site."""

    id = serializers.UUIDField(required=False)
    species = serializers.PrimaryKeyRelatedField(queryset=Species.objects.all(), allow_null=True)
    planted_on = serializers.DateField()
    geom = PointInput(required=False)
    girth_cm = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=2000
    )
    girth_height_cm = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=300
    )
    height_m = _metres("height_m", "0.1", 80)
    crown_diameter_m = _metres("crown_diameter_m", "0.1", 60)
    remarks = serializers.CharField(required=False, allow_blank=True, max_length=5000)
