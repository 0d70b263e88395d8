"""Addresses of the API below /api/v1/: trees, inspections, measures, catalogues, search, OpenAPI."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from inspections.api.catalogues import CatalogueView
from inspections.api.inspections import FindingView, InspectionView
from inspections.api.measures import MeasureView
from inspections.api.openapi import ApiPage, ApiSchema
from inspections.api.search import SearchView
from inspections.api.trees import ControlledTreeView

router = SimpleRouter(use_regex_path=False)
router.register("trees", ControlledTreeView, basename="tree")
router.register("inspections", InspectionView, basename="inspection")
router.register("findings", FindingView, basename="finding")
router.register("measures", MeasureView, basename="measure")

urlpatterns = [
    path("schema/", ApiSchema.as_view(), name="api-schema"),
    path("docs/", ApiPage.as_view(url_name="api-schema"), name="api-docs"),
    path("catalogues/", CatalogueView.as_view(), name="catalogues"),
    path("search/", SearchView.as_view(), name="search"),
    path("field/", include("inspections.api.field.urls")),
    path("", include(router.urls)),
    path("", include("baumkataster.api.urls")),
]
