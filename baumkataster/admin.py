"""The cadastre's tables in Django's admin: trees and evidence to read, areas and species to edit."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from baumkataster.admin_site import AuthoredAdmin, ReadOnlyAdmin, site
from baumkataster.models import (
    ApplicationPassword,
    Change,
    CitySettings,
    District,
    InspectorIdentity,
    Photo,
    Place,
    Site,
    Species,
    Tree,
    TreeGroup,
    TreeGroupShare,
    Unit,
    User,
)
from baumkataster.permissions import signed_in
from baumkataster.services import correct_place


@admin.register(District, site=site)
class DistrictAdmin(AuthoredAdmin):
    """Areas of the districts."""

    list_display = ("name", "code")
    search_fields = ("name",)


@admin.register(Species, site=site)
class SpeciesAdmin(AuthoredAdmin):
    """The species list."""

    list_display = ("botanical_name", "german_name", "leaf_type", "phase_limit_years", "active")
    list_filter = ("leaf_type", "active")
    search_fields = ("botanical_name", "german_name")
    readonly_fields = ("changed_at",)


@admin.register(Place, site=site)
class PlaceAdmin(AuthoredAdmin):
    """Streets and grounds with their areas; changes go through the deed, so that due dates follow."""

    list_display = ("name", "kind", "expectation", "unit", "active")
    list_filter = ("kind", "expectation", "active")
    search_fields = ("name", "street_key")

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm, change: bool) -> None:
        """A new place is added; an old one is corrected by its deed."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        changes: dict[str, Any] = {name: form.cleaned_data[name] for name in form.changed_data}
        correct_place(
            by=signed_in(request.user),
            day=timezone.localdate(),
            place_id=obj.pk,
            version=None,
            changes=changes,
        )


class ShareInline(admin.TabularInline):
    """Species of a group."""

    model = TreeGroupShare
    extra = 1

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """As the group."""
        return site.has_permission(request)

    has_view_permission = has_change_permission = has_delete_permission = has_add_permission


@admin.register(TreeGroup, site=site)
class TreeGroupAdmin(AuthoredAdmin):
    """Groups with their areas."""

    list_display = ("number", "place", "tree_count", "active")
    search_fields = ("number", "place__name")
    autocomplete_fields = ("place",)
    inlines = (ShareInline,)


@admin.register(CitySettings, site=site)
class CityAdmin(AuthoredAdmin):
    """The outline of the city; all else has a page of its own."""

    fields = ("name", "outline")
    readonly_fields = ("name",)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """There is one."""
        return False


@admin.register(Tree, site=site)
class TreeAdmin(ReadOnlyAdmin):
    """Trees live by deeds."""

    list_display = ("__str__", "species", "status", "duty", "version")
    list_filter = ("status", "duty", "origin")
    list_select_related = ("site__place", "species")
    search_fields = ("site__number", "site__place__name", "tag")


@admin.register(Site, site=site)
class SiteAdmin(ReadOnlyAdmin):
    """Numbered spots."""

    list_display = ("number", "place", "active")
    list_select_related = ("place",)
    search_fields = ("number", "place__name")


@admin.register(Photo, site=site)
class PhotoAdmin(ReadOnlyAdmin):
    """Photos without their files: these are served by their own page."""

    list_display = ("__str__", "taken_at", "uploaded_by")
    exclude = ("file", "thumbnail")
    list_select_related = ("tree__site__place", "uploaded_by")


@admin.register(User, site=site)
class UserAdmin(ReadOnlyAdmin):
    """People; their page is /verwaltung/personen/."""

    list_display = ("username", "last_name", "first_name", "role", "is_active")
    list_filter = ("role", "is_active")
    search_fields = ("username", "last_name", "first_name")
    exclude = ("password", "groups", "user_permissions")


@admin.register(ApplicationPassword, site=site)
class ApplicationPasswordAdmin(ReadOnlyAdmin):
    """Who lets which program in."""

    list_display = ("name", "user", "created_at", "last_used_at", "revoked_at")
    exclude = ("secret_hash",)


@admin.register(Change, site=site)
class ChangeAdmin(ReadOnlyAdmin):
    """What the database itself wrote down."""

    list_display = ("at", "table_name", "row_id", "operation", "actor", "db_role", "reason")
    list_filter = ("table_name", "operation")
    list_select_related = ("actor",)
    search_fields = ("=row_id",)


site.register([Unit, InspectorIdentity], ReadOnlyAdmin)
