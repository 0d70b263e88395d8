"""The database itself refuses to change evidence and writes history that nobody can forge."""

import pytest
from django.apps import apps
from django.db import Error, connection, transaction

from baumkataster.authorship import authored
from baumkataster.grants import guarded_tables
from baumkataster.models import Change, Species, User
from tests import factories as make

pytestmark = pytest.mark.django_db

EVIDENCE = [m._meta.db_table for m, g in guarded_tables() if g.protection == "append_only"]
HISTORY = [m._meta.db_table for m, g in guarded_tables() if g.protection == "history"]


def refused(statement: str) -> str:
    """The error with which the database refuses a statement of the app role."""
    with pytest.raises(Error) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(caught.value)


def test_evidence_tables_are_those_that_a_court_reads():
    assert set(EVIDENCE) == {
        "baumkataster_inspectoridentity",
        "inspections_controlrun",
        "inspections_fieldentry",
        "inspections_fieldverdict",
        "inspections_finding",
        "inspections_findingend",
        "inspections_findingphoto",
        "inspections_inheritedcontrol",
        "inspections_inspection",
        "inspections_ruleset",
        # No proof of anything, but a tour that tablets hold must not change under them.
        "inspections_tourstop",
    }
    assert HISTORY == ["baumkataster_change"]


@pytest.mark.parametrize("table", EVIDENCE + HISTORY)
@pytest.mark.parametrize("deed", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_evidence_and_history_refuse_change(table, deed):
    model = next(m for m in apps.get_models() if m._meta.db_table == table)
    column = model._meta.pk.column
    assert "permission denied" in refused(deed.format(table, column, column))


def test_history_refuses_direct_insert():
    assert "permission denied" in refused(
        "INSERT INTO baumkataster_change (table_name, row_id, operation, at, db_role, reason)"
        " VALUES ('baumkataster_tree', 'x', 'update', now(), 'x', '')"
    )


def test_history_cannot_be_forged_through_a_table_of_ones_own():
    assert "permission denied" in refused(
        "CREATE TEMP TABLE baumkataster_tree (id text);"
        "CREATE TRIGGER forged AFTER INSERT ON baumkataster_tree REFERENCING NEW TABLE AS new_rows"
        " FOR EACH STATEMENT EXECUTE FUNCTION baum_record_change('id')"
    )


def test_app_role_may_not_disable_triggers_or_make_tables():
    assert "must be owner" in refused("ALTER TABLE inspections_inspection DISABLE TRIGGER ALL")
    assert "permission denied" in refused("SET session_replication_role = replica")
    assert "permission denied" in refused("CREATE TABLE sneaky (id int)")


@pytest.fixture
def clerk():
    return User.objects.create_user("clerk", role="planner", password="a-long-password-1")


def make_species(name: str) -> Species:
    genus, species = name.split()
    return Species(
        genus=genus, species=species, botanical_name=name, german_name=name, leaf_type="deciduous"
    )


def test_bulk_and_raw_changes_are_kept_with_author_and_reason(clerk):
    with authored(by=clerk, reason="Liste bereinigt"):
        Species.objects.bulk_create([make_species("Tilia alba"), make_species("Tilia nigra")])
        Species.objects.filter(genus="Tilia").update(german_name="Linde")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE baumkataster_species SET german_name = 'X' WHERE species = 'alba'")
        cursor.execute("UPDATE baumkataster_species SET german_name = 'X' WHERE species = 'alba'")
    changes = list(Change.objects.filter(table_name="baumkataster_species").order_by("id"))
    assert [c.operation for c in changes] == ["insert", "insert", "update", "update", "update"]
    assert {c.actor_id for c in changes[:4]} == {clerk.pk}
    assert {c.reason for c in changes[:4]} == {"Liste bereinigt"}
    assert changes[4].actor_id is None and changes[4].db_role == connection.settings_dict["USER"]
    assert changes[4].old == {"german_name": "Linde"} and changes[4].new == {"german_name": "X"}


def test_secrets_never_enter_the_history(clerk):
    clerk.set_password("another-long-password")
    clerk.save()
    rows = Change.objects.filter(table_name="baumkataster_user")
    assert rows.exists()
    assert not any("password" in (row.new or {}) or "password" in (row.old or {}) for row in rows)


def test_reason_and_author_do_not_outlive_their_deed(clerk):
    with authored(by=clerk, reason="außen"):
        with authored(by=None, reason="innen"):
            make_species("Acer unum").save()
        make_species("Acer duo").save()
    inner, outer = Change.objects.filter(table_name="baumkataster_species").order_by("id")
    assert (inner.actor_id, inner.reason) == (None, "innen")
    assert (outer.actor_id, outer.reason) == (clerk.pk, "außen")


def test_who_belonged_to_a_unit_can_be_asked_later(clerk):
    unit = make.make_unit()
    with authored(by=clerk):
        unit.members.add(clerk)
        unit.members.remove(clerk)
    rows = Change.objects.filter(table_name="baumkataster_unit_members").order_by("id")
    assert [row.operation for row in rows] == ["insert", "delete"]
    assert rows[1].old["user_id"] == str(clerk.pk) and rows[1].actor_id == clerk.pk
