"""Addresses of the API below /api/v1/ that need no inspections; trees are routed by inspections.api."""

from rest_framework.routers import SimpleRouter

from baumkataster.api.photos import PhotoView
from baumkataster.api.places import GroupView, PlaceView, SiteView
from baumkataster.api.reference import (
    BaseMapView,
    ContractorView,
    DistrictView,
    SpeciesView,
    UnitView,
)

router = SimpleRouter(use_regex_path=False)
router.register("places", PlaceView, basename="place")
router.register("sites", SiteView, basename="site")
router.register("groups", GroupView, basename="group")
router.register("districts", DistrictView, basename="district")
router.register("species", SpeciesView, basename="species")
router.register("units", UnitView, basename="unit")
router.register("contractors", ContractorView, basename="contractor")
router.register("base-maps", BaseMapView, basename="base-map")
router.register("photos", PhotoView, basename="api-photo")

urlpatterns = router.urls
