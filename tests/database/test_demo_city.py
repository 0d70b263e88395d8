"""The demo city in the database: loaded whole or not at all, with due dates, history and logins."""

import stat
from collections import Counter
from datetime import date, timedelta

import pytest
from django.contrib.auth import authenticate
from django.db import ProgrammingError, connection, transaction
from django.test import RequestFactory

from baumkataster.models import (
    BaseFeature,
    BaseMap,
    Change,
    CitySettings,
    District,
    InspectorIdentity,
    Place,
    Site,
    Tree,
    TreeGroup,
    Unit,
    User,
)
from geodata.demo.city import make_city
from geodata.reference_data import SPECIES_FILE
from geodata.starting_demo import choose_passwords, load_city
from inspections.models import (
    ControlPlan,
    ControlRun,
    Finding,
    InheritedControl,
    Inspection,
    Measure,
)
from inspections.reports.trend import trend
from inspections.services import check_plans
from inspections.services.control_runs import count_states
from inspections.sql_state import state_sql

DAY = date(2026, 11, 23)
TREES = 1500


@pytest.fixture(scope="module")
def city():
    return make_city(trees=TREES, seed=4, day=DAY, species=SPECIES_FILE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="module")
def loaded(city, folder, django_db_setup, django_db_blocker):
    """Loaded once for all tests of this module, in a transaction that is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load_city(city=city, passwords=choose_passwords(""), folder=folder)
        transaction.set_rollback(True)


def test_every_generated_row_is_in_the_database(city, loaded):
    stand, evidence = city.stand, city.evidence
    assert Tree.objects.standing().count() == TREES
    assert Tree.objects.count() == loaded.trees == len(stand.trees)
    assert Site.objects.count() == len(stand.sites)
    assert Place.objects.count() == len(stand.places)
    assert TreeGroup.objects.count() == len(stand.groups)
    assert District.objects.count() == len(city.plan.quarters)
    assert Inspection.objects.count() == loaded.inspections == len(evidence.inspections)
    assert Finding.objects.count() == sum(len(row.findings) for row in evidence.inspections)
    assert Measure.objects.count() == loaded.measures == len(evidence.measures)
    assert InheritedControl.objects.count() == len(evidence.inherited)
    assert ControlPlan.objects.count() == loaded.plans == len(stand.trees)
    assert BaseFeature.objects.filter(kind="building").count() > 300


def test_due_dates_are_those_of_the_rule_and_show_every_state(loaded):
    assert check_plans(day=DAY) == []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {state_sql('p')}, count(*) FROM inspections_controlplan p"
            " JOIN baumkataster_tree t ON t.id = p.tree_id"
            " WHERE t.status IN ('planted', 'standing', 'unverified') GROUP BY 1",
            {"day": DAY},
        )
        share = {state: count / TREES for state, count in cursor.fetchall()}
    assert set(share) == {"ok", "due90", "due30", "tolerance", "overdue", "never", "none"}
    assert 0.07 <= share["overdue"] + share["tolerance"] <= 0.1
    assert Measure.objects.overdue(on=DAY).count() > 3
    assert Measure.objects.open().filter(urgency__immediate=True).count() == 2


def test_districts_and_positions_agree(loaded):
    assert not Tree.objects.filter(district__isnull=True).exists()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM baumkataster_tree t JOIN baumkataster_district d"
            " ON d.id = t.district_id WHERE NOT ST_DWithin(d.geom, t.geom, 0.02)"
        )
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT bool_and(ST_IsValid(geom)) FROM baumkataster_district"
            " UNION SELECT bool_and(ST_IsValid(area)) FROM baumkataster_place"
            " UNION SELECT bool_and(ST_IsValid(geom)) FROM baumkataster_basefeature"
        )
        assert cursor.fetchall() == [(True,)]
    middle = CitySettings.objects.get().outline.centroid.transform(4326, clone=True)
    assert abs(middle.x - 8.21) < 0.02 and abs(middle.y - 53.14) < 0.02


def test_every_row_names_the_demo_as_its_origin_and_author(loaded):
    assert set(Tree.objects.values_list("origin", "source")) == {("demo", "Demostadt")}
    admin = User.objects.get(username="admin")
    changes = Change.objects.filter(table_name="baumkataster_tree")
    assert changes.count() == Tree.objects.count()
    assert set(changes.values_list("actor", "reason")) == {(admin.pk, "Demostadt geladen")}


def test_the_installation_is_called_a_demo_with_open_doors(loaded):
    found = CitySettings.objects.get()
    assert found.is_demo
    assert found.public_geojson and found.public_csv and found.public_wfs
    assert BaseMap.objects.filter(active=True).first().kind == "demo"


def test_people_have_units_roles_and_qualifications(loaded):
    roles = Counter(User.objects.values_list("role", flat=True))
    assert set(roles) == {"arborist", "planner", "supervisor", "contractor", "administrator"}
    assert Unit.objects.count() == 4
    assert not Unit.objects.filter(supervisor=None).exists()
    assert not Unit.objects.filter(deputy=None).exists()
    assert all(unit.members.exists() for unit in Unit.objects.all())
    inspectors = set(Inspection.objects.values_list("inspected_by", flat=True))
    assert inspectors <= set(InspectorIdentity.objects.values_list("user", flat=True))
    assert User.objects.get(username="kontrolle").units.exists()
    assert Measure.objects.open().filter(contractor__username="firma").exists()


def test_the_five_logins_work_and_nobody_else_can_sign_in(loaded):
    request = RequestFactory().post("/accounts/login/")
    for login in ("kontrolle", "planung", "aufsicht", "firma", "admin"):
        found = authenticate(request, username=login, password=loaded.logins[login])
        assert found is not None and found.username == login
    assert len(set(loaded.logins.values())) == 5
    others = User.objects.exclude(username__in=loaded.logins)
    assert others.exists() and not any(user.has_usable_password() for user in others)


def test_passwords_stand_in_a_file_that_only_its_owner_reads(loaded, folder):
    path = folder / "demo-logins.txt"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text(encoding="utf-8")
    for login, password in loaded.logins.items():
        assert login in text and password in text
    assert len(text.splitlines()) == 5
    assert [p.name for p in folder.iterdir()] == ["demo-logins.txt"]


def test_evidence_of_the_demo_is_guarded_as_all_evidence(loaded):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM inspections_inspection")


def test_the_city_was_looked_at_every_day_of_the_last_twelve_weeks(loaded):
    runs = list(ControlRun.objects.order_by("day"))
    assert [DAY - run.day for run in runs] == [timedelta(days=n) for n in range(84, 0, -1)]
    today, units = count_states(day=DAY)
    assert runs[-1].counts["trees"] == sum(u["trees"] for u in runs[-1].unit_counts.values())
    assert set(runs[-1].unit_counts) == set(units)
    # From one day to the next only a few trees change their state.
    assert sum(abs(today[s] - runs[-1].counts.get(s, 0)) for s in today) < TREES * 0.04
    assert trend(runs) is not None
