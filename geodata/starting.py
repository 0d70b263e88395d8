"""The first deeds in a new installation: administrator, municipality, districts, unit, reference data."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db.models import Model
from django.utils.translation import gettext as _
from shapely import MultiPolygon as Shape
from shapely import to_wkb
from shapely.ops import unary_union

from baumkataster.authorship import authored
from baumkataster.errors import Refused
from baumkataster.models import CitySettings, District, Role, Tree, Unit, User
from geodata.area_files import Area
from geodata.reference_data import Loaded, load_base_maps, load_reference_data


@dataclass(frozen=True, kw_only=True)
class Administrator:
    """The first person."""

    username: str
    email: str
    password: str
    first_name: str = ""
    last_name: str = ""


@dataclass(frozen=True, kw_only=True)
class CityStart:
    """What the city is called and where it lies."""

    name: str
    municipality_key: str = ""
    outline: list[Area] = field(default_factory=list)
    districts: list[Area] = field(default_factory=list)
    name_field: str = "name"
    code_field: str = ""
    base_maps: tuple[str, ...] = ("basemap", "topplus", "luftbild", "ohne")
    unit_code: str = "R1"
    unit_name: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """What is there now."""

    administrator: User
    administrator_is_new: bool
    districts: int
    loaded: Loaded


def has_administrator() -> bool:
    """Whether somebody can administrate already."""
    return User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exists()


def start_city(*, day: date, start: CityStart, administrator: Administrator | None) -> Started:
    """Prepare an installation for one city; may be repeated as long as no tree is recorded.

    ``administrator`` None: there is one already. Districts are known by their names: a repeated
    run takes the new polygons.

    Raises:
        Refused: the demo city or trees are here, no administrator, a district without a name or
            with one that another has.
    """
    if CitySettings.objects.filter(is_demo=True).exists() or Tree.objects.exists():
        raise Refused(
            {"non_field": [_("Hier sind schon Bäume oder die Demostadt. Leeren: ./baum reset")]}
        )
    names = _district_names(start)
    with authored(by=None, reason=_("Installation eingerichtet")):
        person, fresh = _administrator(administrator)
        with authored(by=person, reason=_("Installation eingerichtet")):
            loaded = load_reference_data(day=day, by=person)
            load_base_maps(chosen=list(start.base_maps))
            _save(CitySettings, {"id": 1}, _settings(start))
            for area, name in zip(start.districts, names, strict=True):
                code = str(area.properties.get(start.code_field) or "") if start.code_field else ""
                values = {"geom": _geos(area.geometry), "code": code[:20]}
                _save(District, {"name": name}, values)
            Unit.objects.get_or_create(
                code=start.unit_code,
                defaults={"name": start.unit_name or start.name, "supervisor": None},
            )
    return Started(person, fresh, len(names), loaded)


def _administrator(wanted: Administrator | None) -> tuple[User, bool]:
    """The administrator who is there, else the new one."""
    known = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).first()
    if known is not None:
        return known, False
    if wanted is None:
        raise Refused({"non_field": [_("Es gibt noch niemanden für die Verwaltung.")]})
    if User.objects.filter(username=wanted.username).exists():
        raise Refused({"username": [_("Diesen Anmeldenamen gibt es schon.")]})
    person = User.objects.create_user(
        wanted.username,
        wanted.email,
        wanted.password,
        first_name=wanted.first_name,
        last_name=wanted.last_name,
        role=Role.ADMINISTRATOR,
        is_staff=True,
        is_superuser=True,
    )
    return person, True


def _district_names(start: CityStart) -> list[str]:
    """The names of all districts, each there and each once."""
    names: list[str] = []
    for area in start.districts:
        name = str(area.properties.get(start.name_field) or "").strip()
        if not name:
            raise Refused(
                {
                    "districts": [
                        _("Objekt %(number)d hat kein Feld „%(field)s“. Vorhanden: %(known)s.")
                        % {
                            "number": area.number,
                            "field": start.name_field,
                            "known": ", ".join(sorted(area.properties)),
                        }
                    ]
                }
            )
        if name in names:
            raise Refused({"districts": [_("Den Ortsteil „%s“ gibt es zweimal.") % name]})
        names.append(name)
    return names


def _settings(start: CityStart) -> dict[str, Any]:
    """The city's row; without a municipality of its own the outline is that of all districts."""
    areas = start.outline or start.districts
    values: dict[str, Any] = {"name": start.name, "municipality_key": start.municipality_key}
    if areas:
        values["outline"] = _geos(unary_union([area.geometry for area in areas]))
    return values


def _save(model: type[Model], key: dict[str, Any], values: dict[str, Any]) -> None:
    """Insert or update one row."""
    model._default_manager.update_or_create(**key, defaults=values)


def _geos(geometry: Any) -> MultiPolygon:
    """A shapely area as Django stores it."""
    whole = geometry if isinstance(geometry, Shape) else Shape([geometry])
    found = GEOSGeometry(memoryview(to_wkb(whole)), srid=settings.SRID)
    assert isinstance(found, MultiPolygon)
    return found
