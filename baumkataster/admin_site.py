"""Django's admin for administrators only, as a second look behind the product's own pages."""

import json
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.contrib.gis.geos import (
    GEOSException,
    GEOSGeometry,
    LineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
)
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from leaflet.admin import LeafletAdminWidget, LeafletGeoAdminMixin

from baumkataster.authorship import authored
from baumkataster.permissions import Door, may, signed_in


class BaumAdminSite(admin.AdminSite):
    """Only the door TECHNICAL_ADMIN opens it; strangers sign in where everybody does."""

    site_header = gettext_lazy("Baumkataster: Technische Verwaltung")
    site_title = gettext_lazy("Technische Verwaltung")
    index_title = gettext_lazy("Tabellen")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """By the matrix of roles, not by Django's own flags alone."""
        return may(request.user, Door.TECHNICAL_ADMIN) and request.user.is_staff

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """No sign-in page of its own."""
        if request.user.is_authenticated:
            raise PermissionDenied(_("Ihre Rolle öffnet diese Seite nicht."))
        return redirect_to_login(request.get_full_path())


site = BaumAdminSite(name="admin")


def geometry_of(value: Any) -> GEOSGeometry:
    """A GeoJSON geometry as GEOS geometry in degrees, built from its numbers.

    GEOSGeometry(text) would hand the text to GDAL, and no text of a client may reach it.

    Raises:
        ValueError, TypeError, KeyError, IndexError, GEOSException: it is none.
    """
    kind, numbers = value["type"], value["coordinates"]
    if kind == "Point":
        return Point(float(numbers[0]), float(numbers[1]), srid=4326)
    if kind == "LineString":
        return LineString(*numbers, srid=4326)
    if kind == "Polygon":
        return Polygon(*numbers, srid=4326)
    if kind == "MultiPoint":
        return MultiPoint(*(Point(*pair) for pair in numbers), srid=4326)
    if kind == "MultiPolygon":
        return MultiPolygon(*(Polygon(*rings) for rings in numbers), srid=4326)
    raise ValueError(kind)


class PlainLeafletWidget(LeafletAdminWidget):
    """django-leaflet's widget; reads what the browser sends without GDAL."""

    def deserialize(self, value: Any) -> GEOSGeometry | None:
        """None where the text is no geometry; the form then says so."""
        try:
            return geometry_of(json.loads(value))
        except (ValueError, TypeError, KeyError, IndexError, GEOSException):
            return None


class AuthoredAdmin(LeafletGeoAdminMixin, admin.ModelAdmin):
    """What is changed here stands in the history under the administrator's name; nothing is deleted."""

    widget = PlainLeafletWidget
    list_per_page = 50
    show_full_result_count = False

    def get_exclude(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Keys are made by the database, nobody types them."""
        return (*(super().get_exclude(request, obj) or ()), "id")

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One transaction, with author and reason."""
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        with authored(by=signed_in(request.user), reason=_("Technische Verwaltung")):
            return super().changeform_view(request, object_id, form_url, extra_context)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever is let in sees all."""
        return site.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever is let in sees all."""
        return site.has_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever is let in may add."""
        return site.has_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever is let in may change."""
        return site.has_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is deleted: records refer to each other as proof."""
        return False


class ReadOnlyAdmin(AuthoredAdmin):
    """Evidence, and rows that only deeds may change."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False
