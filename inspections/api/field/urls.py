"""Addresses of the field app's API below /api/v1/field/."""

from django.urls import path

from inspections.api.field.areas import AreaChangesView, AreaSizeView, FieldTreesView
from inspections.api.field.reference import ReferenceView
from inspections.api.field.tours import ToursView

urlpatterns = [
    path("areas/size/", AreaSizeView.as_view(), name="field-area-size"),
    path("areas/changes/", AreaChangesView.as_view(), name="field-area-changes"),
    path("trees/", FieldTreesView.as_view(), name="field-trees"),
    path("reference/", ReferenceView.as_view(), name="field-reference"),
    path("tours/", ToursView.as_view(), name="field-tours"),
]
