"""Addresses of the field app's API, below /api/v1/field/."""

from django.urls import path

from inspections.api.field.areas import AreaChangesView, AreaSizeView, FieldTreesView
from inspections.api.field.devices import DevicesView
from inspections.api.field.entries import EntriesView
from inspections.api.field.lost import LostView
from inspections.api.field.photos import PhotosView, PhotoView
from inspections.api.field.reference import ReferenceView
from inspections.api.field.session import SessionView
from inspections.api.field.tours import ToursView

urlpatterns = [
    path("session/", SessionView.as_view(), name="field_session"),
    path("devices/", DevicesView.as_view(), name="field_devices_api"),
    path("entries/", EntriesView.as_view(), name="field_entries"),
    path("photos/", PhotosView.as_view(), name="field_photos"),
    path("photos/<uuid:pk>/", PhotoView.as_view(), name="field_photo"),
    path("lost/", LostView.as_view(), name="field_lost"),
    path("areas/size/", AreaSizeView.as_view(), name="field_area_size"),
    path("areas/changes/", AreaChangesView.as_view(), name="field_area_changes"),
    path("trees/", FieldTreesView.as_view(), name="field_trees"),
    path("reference/", ReferenceView.as_view(), name="field_reference"),
    path("tours/", ToursView.as_view(), name="field_tours"),
]
