"""Deeds on the settings of the city and its base maps; called by the administration pages."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from baumkataster.authorship import authored
from baumkataster.errors import Refused
from baumkataster.models import BaseMap, BaseMapKind, CitySettings, User
from baumkataster.services.checking import locked, save_checked

CITY_FIELDS = frozenset(
    {
        "name",
        "municipality_key",
        "contact",
        "service_instruction",
        "public_geojson",
        "public_csv",
        "public_wfs",
        "field_pin_minutes",
        "field_measures_work",
    }
)
MAP_FIELDS = frozenset(
    {
        "name",
        "kind",
        "url",
        "layers",
        "attribution",
        "max_zoom",
        "offline_allowed",
        "position",
        "active",
    }
)


def save_city(*, by: User, values: Mapping[str, Any]) -> CitySettings:
    """Change the settings of the city.

    Raises:
        Refused: by field.
    """
    with authored(by=by):
        city = locked(CitySettings, 1)
        for name in CITY_FIELDS & set(values):
            setattr(city, name, values[name])
        save_checked(city, fields=sorted(CITY_FIELDS))
    return city


def save_base_map(*, by: User, base_map: BaseMap, values: Mapping[str, Any]) -> BaseMap:
    """Make or change a base map.

    Raises:
        Refused: by field; an address whose host browsers are not allowed to load from.
    """
    for name in MAP_FIELDS & set(values):
        setattr(base_map, name, values[name])
    if base_map.kind in {BaseMapKind.XYZ, BaseMapKind.WMS}:
        _check_address(base_map)
    with authored(by=by):
        save_checked(base_map)
    return base_map


def delete_base_map(*, by: User, base_map_id: UUID) -> None:
    """Take a base map away; the last active one stays.

    Raises:
        Refused: it is the last one.
    """
    with authored(by=by):
        base_map = locked(BaseMap, base_map_id)
        if not BaseMap.objects.filter(active=True).exclude(pk=base_map.pk).exists():
            raise Refused(_("Eine Hintergrundkarte muss bleiben."))
        base_map.delete()


def _check_address(base_map: BaseMap) -> None:
    """The browser loads only from hosts that the installation's settings name (CSP)."""
    parts = urlsplit(base_map.url)
    origin = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise Refused({"url": [_("Bitte die ganze Adresse mit https:// angeben.")]})
    if origin not in settings.BASE_MAP_HOSTS:
        sentence = _(
            "Von %(host)s dürfen Browser hier nichts laden. "
            "Die Einstellung BAUM_BASE_MAP_HOSTS muss die Adresse nennen."
        )
        raise Refused({"url": [sentence % {"host": origin}]})
    if base_map.kind == BaseMapKind.WMS and not base_map.layers:
        raise Refused({"layers": [_("Ein WMS braucht die Namen seiner Ebenen.")]})
