"""All addresses of the product; each app brings its own list, named here only as text."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from baumkataster.admin_site import site as admin_site

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="map"), name="home"),
    path("sprache/", set_language, name="set_language"),
    path("", include("baumkataster.web.urls")),
    path("api/v1/", include("inspections.api.urls")),
    path("", include("inspections.web.urls")),
    path("", include("inspections.urls")),
    path("", include("geodata.urls")),
    path("admin/", admin_site.urls),
]

handler500 = "baumkataster.web.server_error.server_error"
