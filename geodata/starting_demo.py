"""Loads a demo city into an empty installation in one transaction; called by the command demo_city."""

import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import shapely
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.utils.translation import gettext as _

from baumkataster.authorship import authored
from baumkataster.models import (
    CitySettings,
    InspectorIdentity,
    Place,
    Species,
    Tree,
    Unit,
    User,
)
from geodata.demo import region
from geodata.demo.city import DemoCity
from geodata.demo.copying import copy_rows, refresh_statistics
from geodata.demo.lightening import lightened, mark_all
from geodata.demo.multiplying import TABLES, multiply
from geodata.demo.names import CITY
from geodata.demo.people import DEMO_LOGINS, PersonRow, Staff
from geodata.demo.runs import record_past_runs
from geodata.demo.tables import Tables
from geodata.reference_data import load_base_maps, load_reference_data
from geodata.tiles.kept_cells import refresh
from inspections.models import RuleSet
from inspections.services import replan

LOGINS_FILE = "demo-logins.txt"
#: Tables that a very large city fills, and their history.
MULTIPLIED = (*TABLES, "baumkataster_change")
PLANNED = ("inspections_controlplan",)


@dataclass(frozen=True, slots=True)
class LoadedCity:
    """What was loaded, and how to sign in."""

    trees: int
    inspections: int
    measures: int
    plans: int
    #: Login -> password.
    logins: dict[str, str]


def is_empty() -> bool:
    """Whether nobody has begun to use the installation."""
    return not any(model.objects.exists() for model in (Tree, Place, Unit, User))


def choose_passwords(given: str) -> dict[str, str]:
    """One random password per demo login, or the given one for all."""
    return {login: given or secrets.token_urlsafe(9) for login in DEMO_LOGINS}


def load_city(
    *,
    city: DemoCity,
    passwords: Mapping[str, str],
    folder: Path,
    towns: int = 1,
    progress: Callable[[int], None] = lambda _: None,
) -> LoadedCity:
    """Load everything, compute the due dates, write the logins to ``folder``.

    ``towns`` makes that many of the drawn one (demo/multiplying.py); ``progress`` hears how many
    are there. The app role can do it all; as the tables' owner a large city takes a third of the
    time (demo/lightening.py).

    One transaction: killed at any point, the database is as before. The caller has made sure that
    the installation is empty.
    """
    with authored(by=None, reason=_("Demostadt geladen")):
        _people(city.staff, passwords)
        admin = User.objects.get(username="admin")
        with authored(by=admin, reason=_("Demostadt geladen")):
            since = city.day - timedelta(days=365 * 6)
            load_reference_data(day=city.day, by=admin, valid_from=since)
            load_base_maps(chosen=["demo", "ohne"])
            others = region.towns(towns - 1, outline=city.plan.outline)
            _city_settings(city, [town.moved(city.plan.outline) for town in others])
            loaded = _tables(city)
            if others:
                with lightened(MULTIPLIED):
                    multiply(others, day=city.day, progress=progress)
            refresh_statistics()
            with lightened(PLANNED if others else ()):
                plans = replan(day=city.day)
            mark_all()
            refresh(day=city.day)
            record_past_runs(day=city.day)
        _write_logins(folder, passwords, city.staff)
    return LoadedCity(
        trees=loaded["baumkataster_tree"] * towns,
        inspections=loaded["inspections_inspection"] * towns,
        measures=loaded["inspections_measure"] * towns,
        plans=plans,
        logins=dict(passwords),
    )


def _people(staff: Staff, passwords: Mapping[str, str]) -> None:
    """Users, units and identities; only the demo logins can sign in."""
    User.objects.bulk_create(
        User(
            id=person.id,
            username=person.username,
            first_name=person.first_name,
            last_name=person.last_name,
            email=person.email,
            role=person.role,
            organisation=person.organisation,
            # A range that the Bundesnetzagentur keeps free for film and books.
            phone=f"040 66969{number:03d}" if person.role != "contractor" else "",
            password=make_password(passwords.get(person.username)),
            is_staff=person.role == "administrator",
            is_superuser=person.role == "administrator",
        )
        for number, person in enumerate(staff.people.values(), start=101)
    )
    InspectorIdentity.objects.bulk_create(
        InspectorIdentity(
            id=row.id,
            user_id=row.person.id,
            name=row.person.name,
            qualification=row.qualification,
            certificate_number=row.certificate_number,
            certificate_valid_until=row.valid_until,
            valid_from=row.valid_from,
        )
        for row in staff.identities
    )
    for row in staff.units:
        unit = Unit.objects.create(
            id=row.id,
            code=row.code,
            name=row.name,
            supervisor_id=row.supervisor.id,
            deputy_id=row.deputy.id,
        )
        unit.members.set(User.objects.filter(id__in=[member.id for member in row.members]))


def _city_settings(city: DemoCity, others: Sequence[shapely.Polygon]) -> None:
    """Name, outline, open public doors; every page says that the city is invented."""
    CitySettings.objects.update_or_create(
        id=1,
        defaults={
            "name": CITY,
            "outline": MultiPolygon(
                [Polygon(list(area.exterior.coords)) for area in (city.plan.outline, *others)],
                srid=settings.SRID,
            ),
            "contact": _("Fachdienst Stadtgrün, baumkataster@wallhausen.example"),
            "is_demo": True,
            "public_geojson": True,
            "public_csv": True,
            "public_wfs": True,
            "service_instruction": _("Dienstanweisung Baumkontrolle (erfunden), Fassung 2021"),
        },
    )


def _tables(city: DemoCity) -> dict[str, int]:
    """COPY all rows in the order of their references; table -> number of rows."""
    species = dict(Species.objects.values_list("botanical_name", "id"))
    rule_set = RuleSet.objects.valid_on(city.day)
    tables = Tables(city, species=species, rule_set=rule_set.pk)
    site = "id place_id number geom district_id house_number side open_soil_m2 active source"
    group = "id place_id number geom area district_id tree_count duty remarks origin source"
    finding = "id inspection_id zone_id symptom_id severity note observation continues_id position"
    jobs = (
        ("baumkataster_basefeature", ["kind", "name", "geom"], tables.base_features()),
        ("baumkataster_district", ["id", "code", "name", "geom"], tables.districts()),
        (
            "baumkataster_place",
            ["id", "kind", "name", "street_key", "expectation", "unit_id", "area"],
            tables.places(),
        ),
        ("baumkataster_site", site.split(), tables.sites()),
        ("baumkataster_tree", tables.TREE_COLUMNS, tables.trees()),
        ("baumkataster_treegroup", group.split(), tables.groups()),
        ("baumkataster_treegroupshare", ["group_id", "species_id", "percent"], tables.shares()),
        ("inspections_inspection", tables.INSPECTION_COLUMNS, tables.inspections()),
        ("inspections_finding", finding.split(), tables.findings()),
        ("inspections_measure", tables.MEASURE_COLUMNS, tables.measures()),
        (
            "inspections_inheritedcontrol",
            ["id", "tree_id", "source", "last_on", "next_on", "details"],
            tables.inherited(),
        ),
    )
    return {table: copy_rows(table, columns, rows) for table, columns, rows in jobs}


def _write_logins(folder: Path, passwords: Mapping[str, str], staff: Staff) -> None:
    """The logins in a file that only its owner may read; written whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{LOGINS_FILE}.new"
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.writelines(
            f"{login_line(staff.people[login], password)}\n"
            for login, password in passwords.items()
        )
    fresh.replace(folder / LOGINS_FILE)


def login_line(person: PersonRow, password: str) -> str:
    """One line for people: login, password, what for."""
    role = dict(User._meta.get_field("role").flatchoices)[person.role]
    return f"{person.username:<10} {password:<14} {role}"


def logins_path() -> Path:
    """Where the logins of this installation stand."""
    return Path(settings.VAR_DIR) / LOGINS_FILE
