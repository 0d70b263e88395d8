"""Administrators' pages: people, units, city, catalogues, rule sets, and Django's admin behind them."""

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from baumkataster.admin_site import site
from baumkataster.models import BaseMap, Change, CitySettings, District, Place, Unit, User
from inspections.models import (
    ControlPlan,
    Inspection,
    MeasureKind,
    RuleSet,
    Symptom,
    Urgency,
    Zone,
)
from inspections.services import record_care
from inspections.tasks import apply_rule_sets
from inspections.web.rule_forms import starting_values
from tests.factories import (
    load_reference_data,
    make_city,
    make_district,
    make_place,
    make_tree,
    make_unit,
    make_user,
    record,
    replan_all,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def reference() -> None:
    load_reference_data()
    make_city()


@pytest.fixture
def admin() -> User:
    return make_user("administrator", first_name="Ada", last_name="Min")


@pytest.fixture
def client(admin: User) -> Client:
    found = Client()
    found.force_login(admin)
    return found


def last_change(table: str) -> Change:
    return Change.objects.filter(table_name=table).order_by("-id").first()


PERSON = {
    "username": "neu",
    "first_name": "Nora",
    "last_name": "Eu",
    "email": "nora@example.org",
    "role": "arborist",
    "is_active": "on",
}


def test_a_person_is_made_and_can_sign_in(client: Client, admin: User) -> None:
    unit = make_unit()
    answer = client.post("/verwaltung/personen/neu/", PERSON | {"units": [str(unit.pk)]})
    text = answer.content.decode()
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    password = re.search(r"<code>([a-z0-9-]+)</code>", text)
    person = User.objects.get(username="neu")
    assert password and person.check_password(password[1])
    assert list(person.units.all()) == [unit] and not person.is_staff
    assert Change.objects.filter(table_name="baumkataster_user", actor=admin).exists()
    assert password[1] not in client.get(f"/verwaltung/personen/{person.pk}/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"username": ""}, "Dieses Feld ist zwingend erforderlich"),
        ({"username": "kim muster"}, "gültigen Benutzernamen"),
        ({"email": "keine"}, "gültige E-Mail"),
        ({"role": "king"}, "keine gültige Auswahl"),
    ],
)
def test_a_wrong_person_is_refused_at_the_field(
    client: Client, wrong: dict[str, str], sentence: str
) -> None:
    answer = client.post("/verwaltung/personen/neu/", PERSON | wrong)
    assert answer.status_code == 200 and sentence in answer.content.decode()
    assert not User.objects.filter(last_name="Eu").exists()


def test_a_taken_name_is_refused(client: Client) -> None:
    make_user(username="neu")
    answer = client.post("/verwaltung/personen/neu/", PERSON)
    assert "aria-invalid" in answer.content.decode()
    assert User.objects.filter(username="neu").count() == 1


def test_a_locked_person_is_out_at_once(client: Client) -> None:
    person = make_user("planner", username="weg")
    theirs = Client()
    theirs.force_login(person)
    assert theirs.get("/api/v1/trees/").status_code == 200
    values = PERSON | {"username": "weg", "role": "planner", "is_active": ""}
    assert client.post(f"/verwaltung/personen/{person.pk}/", values).status_code == 302
    assert theirs.get("/api/v1/trees/").status_code == 401


def test_a_new_password_ends_all_sessions(client: Client) -> None:
    person = make_user("planner")
    theirs = Client()
    theirs.force_login(person)
    answer = client.post(f"/verwaltung/personen/{person.pk}/passwort/")
    password = re.search(r"<code>([a-z0-9-]+)</code>", answer.content.decode())
    person.refresh_from_db()
    assert password and person.check_password(password[1])
    assert theirs.get("/api/v1/trees/").status_code == 401


def test_nobody_shuts_themselves_out(client: Client, admin: User) -> None:
    values = PERSON | {"username": admin.username, "role": "planner"}
    answer = client.post(f"/verwaltung/personen/{admin.pk}/", values)
    assert "nicht selbst nehmen" in answer.content.decode()
    admin.refresh_from_db()
    assert admin.role == "administrator"
    other = make_user("administrator")
    values = PERSON | {"username": other.username, "role": "planner"}
    assert client.post(f"/verwaltung/personen/{other.pk}/", values).status_code == 302
    other.refresh_from_db()
    assert other.role == "planner" and not other.is_staff and not other.is_superuser


def test_a_qualification_is_a_new_version_each_time(client: Client) -> None:
    person = make_user("supervisor")
    values = {
        "name": "Kim Muster",
        "qualification": "FLL-zertifizierter Baumkontrolleur",
        "certificate_number": "1",
        "valid_from": "2026-01-01",
        "certificate_valid_until": "2027-01-01",
    }
    path = f"/verwaltung/personen/{person.pk}/nachweis/"
    assert client.post(path, values).status_code == 302
    assert client.post(path, values | {"certificate_number": "2"}).status_code == 302
    numbers = person.identities.order_by("recorded_at").values_list("certificate_number", flat=True)
    assert sorted(numbers) == ["1", "2"]
    wrong = client.post(path, values | {"certificate_valid_until": "2025-01-01"})
    assert wrong.status_code == 400 and "endet vor dem ersten Tag" in wrong.content.decode()
    assert "01.01.2026" in client.get(f"/verwaltung/personen/{person.pk}/").content.decode()


def test_lists_of_people_are_filtered(client: Client) -> None:
    make_user("planner", last_name="Birnbaum")
    make_user("contractor", last_name="Apfelbaum")
    found = client.post("/verwaltung/personen/", {"q": "birn", "rolle": "planner"})
    assert found["Location"] == "/verwaltung/personen/?rolle=planner"
    text = client.get(found["Location"]).content.decode()
    assert "Birnbaum" in text and "Apfelbaum" not in text
    assert client.post("/verwaltung/personen/", {"q": "\0"}).status_code == 302
    assert client.get("/verwaltung/personen/", {"seite": "x"}).status_code == 200


def test_a_unit_is_made_and_changed(client: Client, admin: User) -> None:
    lead, deputy = make_user("supervisor"), make_user("arborist")
    values = {
        "code": "W1",
        "name": "West",
        "supervisor": str(lead.pk),
        "deputy": str(deputy.pk),
        "members": [str(deputy.pk)],
    }
    assert client.post("/verwaltung/reviere/neu/", values).status_code == 302
    unit = Unit.objects.get(code="W1")
    assert list(unit.members.all()) == [deputy] and unit.supervisor == lead
    same = client.post(f"/verwaltung/reviere/{unit.pk}/", values | {"deputy": str(lead.pk)})
    assert "zwei Personen" in same.content.decode()
    taken = client.post("/verwaltung/reviere/neu/", values)
    assert taken.status_code == 200 and Unit.objects.filter(code="W1").count() == 1
    assert (
        client.post(f"/verwaltung/reviere/{unit.pk}/", values | {"name": "Westen"}).status_code
        == 302
    )
    change = last_change("baumkataster_unit")
    assert change.new == {"name": "Westen"} and change.actor == admin
    assert "West" in client.get("/verwaltung/reviere/").content.decode()


def test_the_city_opens_its_public_doors(client: Client) -> None:
    values = {"name": "Musterstadt", "contact": "Grünamt, Zimmer 3", "public_wfs": "on"}
    assert client.post("/verwaltung/stadt/", values).status_code == 302
    city = CitySettings.objects.get()
    assert (city.public_wfs, city.public_csv, city.name) == (True, False, "Musterstadt")
    assert "Grünamt, Zimmer 3" in client.get("/verwaltung/").content.decode()


def test_base_maps_load_only_from_allowed_hosts(client: Client, settings: Any) -> None:
    settings.BASE_MAP_HOSTS = ["https://karte.example"]
    values = {"name": "TopPlus", "kind": "xyz", "max_zoom": "18", "position": "1", "active": "on"}
    path = "/verwaltung/hintergrundkarten/neu/"
    for url in ("", "karte.example/{z}", "javascript:alert(1)", "https://anders.example/{z}"):
        assert client.post(path, values | {"url": url}).status_code == 200
    assert BaseMap.objects.count() == 1
    good = values | {"url": "https://karte.example/{z}/{x}/{y}.png"}
    assert client.post(path, good).status_code == 302
    wms = good | {"name": "Luftbild", "kind": "wms"}
    assert "Namen seiner Ebenen" in client.post(path, wms).content.decode()
    row = BaseMap.objects.get(name="TopPlus")
    assert client.post(f"/verwaltung/hintergrundkarten/{row.pk}/entfernen/").status_code == 302
    rest = BaseMap.objects.get()
    client.post(f"/verwaltung/hintergrundkarten/{rest.pk}/entfernen/")
    assert BaseMap.objects.count() == 1, "the last one stays"


# --- catalogues ---


def test_words_are_improved_and_codes_stay(client: Client, admin: User) -> None:
    path = "/verwaltung/kataloge/schadsymptome/eintrag/K01/"
    assert client.get(path).status_code == 200
    row = Symptom.objects.get(pk="K01")
    values = {
        "code": "K99",
        "name_de": "Ast ab",
        "name_en": "Branch off",
        "position": "10",
        "severity_hint": "2",
        "zone": "S",
        "proposes": ["deadwood"],
    }
    assert client.post(path, values).status_code == 302
    row.refresh_from_db()
    assert (row.pk, row.name_de, row.zone_id, row.active) == ("K01", "Ast ab", "K", False)
    assert row.proposes == ["deadwood"] and not Symptom.objects.filter(pk="K99").exists()
    assert last_change("inspections_symptom").actor == admin


def test_a_new_code_is_added_once(client: Client) -> None:
    path = "/verwaltung/kataloge/baumbereiche/neu/"
    values = {"code": "X1", "name_de": "Neu", "name_en": "New", "position": "1", "active": "on"}
    assert client.post(path, values).status_code == 302
    assert "nie neu vergeben" in client.post(path, values).content.decode()
    assert "Buchstaben" in client.post(path, values | {"code": "a b"}).content.decode()
    assert Zone.objects.filter(pk="X1").count() == 1
    urgency = values | {"code": "9"}
    refused = client.post("/verwaltung/kataloge/dringlichkeiten/neu/", urgency)
    assert refused.status_code == 200 and not Urgency.objects.filter(pk="9").exists()
    assert client.get("/verwaltung/kataloge/blumen/").status_code == 404
    for slug in ("kontrollarten", "massnahmen", "grenzen", "dringlichkeiten", "schadsymptome"):
        assert client.get(f"/verwaltung/kataloge/{slug}/").status_code == 200
        assert client.get(f"/verwaltung/kataloge/{slug}/neu/").status_code == 200


def test_due_dates_follow_what_counts_as_care(client: Client, admin: User) -> None:
    tree, today = make_tree(phase="youth"), timezone.localdate()
    record_care(by=admin, day=today, tree_id=tree.pk, kind="water", done_on=today, done_by="Bauhof")
    assert ControlPlan.objects.filter(pk=tree.pk, exempt_until__isnull=False).count() == 0
    row = MeasureKind.objects.get(pk="water")
    values = {
        "name_de": row.name_de,
        "name_en": row.name_en,
        "position": row.position,
        "cutting": row.cutting,
        "young_tree_care": "on",
        "active": "on",
    }
    answer = client.post("/verwaltung/kataloge/massnahmen/eintrag/water/", values)
    assert answer["Location"] == "/verwaltung/kataloge/massnahmen/"
    assert (
        "Was als Jungbaumpflege zählt, wurde geändert"
        in client.get(answer["Location"]).content.decode()
    )
    assert not ControlPlan.objects.filter(pk=tree.pk, exempt_until__isnull=False).exists()
    assert apply_rule_sets(timestamp=0) == 1
    assert ControlPlan.objects.get(pk=tree.pk).exempt_until > today


# --- rule sets ---


def rule_values(**changes: Any) -> dict[str, Any]:
    values = starting_values(RuleSet.objects.get(version=1))
    values = {name: "" if value is None else str(value) for name, value in values.items()}
    return values | changes


def test_a_rule_set_shows_its_effect_before_it_counts(client: Client, admin: User) -> None:
    tree, today = make_tree(), timezone.localdate()
    record(tree, make_user("arborist"), inspected_at=timezone.now())
    before = ControlPlan.objects.get(pk=tree.pk).due_on
    same = client.post("/verwaltung/regelwerke/neu/", rule_values() | {"preview": "1"}, follow=True)
    assert "Kontrolltermine von 0 Bäumen" in same.content.decode()
    shorter = rule_values(**{"m.mature.sound.higher": "12", "title": "Strenger"})
    answer = client.post("/verwaltung/regelwerke/neu/", shorter | {"preview": "1"}, follow=True)
    assert "Kontrolltermin von 1 Baum" in answer.content.decode()
    assert RuleSet.objects.count() == 1
    assert ControlPlan.objects.get(pk=tree.pk).due_on == before
    saved = client.post("/verwaltung/regelwerke/neu/", shorter | {"save": "1"})
    assert saved.status_code == 302
    rule = RuleSet.objects.get(version=2)
    assert rule.created_by == admin and rule.matrix["youth.sound.lower"] is None
    assert ControlPlan.objects.get(pk=tree.pk).due_on == before
    assert apply_rule_sets(timestamp=0) == 1
    after = ControlPlan.objects.get(pk=tree.pk)
    assert after.due_on < before and after.rule_set == rule
    assert Inspection.objects.get().rule_set.version == 1
    assert "Strenger" in client.get(f"/verwaltung/regelwerke/{rule.pk}/").content.decode()
    assert "gilt heute" in client.get("/verwaltung/regelwerke/").content.decode()
    assert (after.due_on - today).days in {365, 366}


def test_a_later_rule_set_moves_nothing_today(client: Client) -> None:
    tree = make_tree()
    replan_all(timezone.localdate())
    before = ControlPlan.objects.get(pk=tree.pk)
    later = str(timezone.localdate() + timedelta(days=30))
    values = rule_values(valid_from=later, **{"i.street": "1"})
    answer = client.post("/verwaltung/regelwerke/neu/", values | {"preview": "1"}, follow=True)
    assert "Kontrolltermin von 1 Baum" in answer.content.decode()
    assert client.post("/verwaltung/regelwerke/neu/", values | {"save": "1"}).status_code == 302
    assert apply_rule_sets(timestamp=0) == 0
    assert ControlPlan.objects.get(pk=tree.pk).due_on == before.due_on


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"m.mature.damaged.lower": ""}, "zwingend erforderlich"),
        ({"m.mature.damaged.lower": "61"}, "kleiner oder gleich 60"),
        ({"tolerance_months": "13"}, "kleiner oder gleich 12"),
        ({"valid_from": "2020-01-01"}, "frühestens ab heute"),
        ({"valid_from": "morgen"}, "gültiges Datum"),
        ({"i.street": "-1"}, "größer oder gleich 0"),
    ],
)
def test_a_wrong_rule_set_is_refused(client: Client, wrong: dict[str, str], sentence: str) -> None:
    answer = client.post("/verwaltung/regelwerke/neu/", rule_values(**wrong) | {"save": "1"})
    assert answer.status_code == 200 and sentence in answer.content.decode()
    assert RuleSet.objects.count() == 1


def test_a_version_is_made_from_an_earlier_one(client: Client) -> None:
    old = RuleSet.objects.get(version=1)
    page = client.get(f"/verwaltung/regelwerke/{old.pk}/neu/").content.decode()
    assert "Fassung 1" in page and 'name="m.mature.sound.lower" value="36"' in page
    assert old.valid_from == date(2000, 1, 1)


# --- Django's admin ---


def test_admin_pages_show_and_edit_with_a_nonce(client: Client) -> None:
    district = make_district(name="Mitte")
    answer = client.get(f"/admin/baumkataster/district/{district.pk}/change/")
    text = answer.content.decode()
    nonce = answer["Content-Security-Policy"].split("'nonce-")[1].split("'")[0]
    inline = [tag for tag in re.findall(r"<script([^>]*)>", text) if "src=" not in tag]
    code = [tag for tag in inline if "application/json" not in tag and "text/template" not in tag]
    assert answer.status_code == 200 and "leaflet/leaflet.js" in text
    assert code and all(f'nonce="{nonce}"' in tag for tag in code)


def test_admin_takes_drawn_areas_without_gdal(
    client: Client, admin: User, monkeypatch: Any
) -> None:
    def refuse(*_: Any) -> Any:
        raise AssertionError("text of a client reached GDAL")

    monkeypatch.setattr("django.contrib.gis.gdal.OGRGeometry.from_json", refuse)
    monkeypatch.setattr("django.contrib.gis.gdal.OGRGeometry._from_json", refuse)
    district = make_district(name="Mitte")
    ring = [[8.2, 53.1], [8.3, 53.1], [8.3, 53.2], [8.2, 53.1]]
    path = f"/admin/baumkataster/district/{district.pk}/change/"
    drawn = json.dumps({"type": "MultiPolygon", "coordinates": [[ring]]})
    answer = client.post(path, {"code": "1", "name": "Mitte", "geom": drawn})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    found = District.objects.get(pk=district.pk)
    assert found.geom.srid == 25832 and 440_000 < found.geom.centroid.x < 460_000
    change = last_change("baumkataster_district")
    assert change.actor == admin and change.reason == "Technische Verwaltung"
    for broken in (
        "",
        "POINT(1 2)",
        '{"type": "Point"}',
        '{"type":"MultiPolygon","coordinates":7}',
    ):
        again = client.post(path, {"code": "1", "name": "Mitte", "geom": broken})
        assert again.status_code == 200


def test_places_of_the_admin_move_due_dates(client: Client) -> None:
    place = make_place(expectation="lower", kind="street")
    tree = make_tree(place=place)
    record(tree, make_user("arborist"), inspected_at=timezone.now())
    before = ControlPlan.objects.get(pk=tree.pk).due_on
    values = {
        "kind": "street",
        "name": place.name,
        "expectation": "higher",
        "unit": str(place.unit_id),
        "active": "on",
        "area": "",
    }
    answer = client.post(f"/admin/baumkataster/place/{place.pk}/change/", values)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert Place.objects.get(pk=place.pk).expectation == "higher"
    assert ControlPlan.objects.get(pk=tree.pk).due_on < before


def test_evidence_is_read_only_in_the_admin(client: Client) -> None:
    tree = make_tree()
    made = record(tree, make_user("arborist")).inspection
    for path in ("inspections/inspection", "baumkataster/tree", "inspections/ruleset"):
        assert client.get(f"/admin/{path}/").status_code == 200
        assert client.get(f"/admin/{path}/add/").status_code == 403
    page = f"/admin/inspections/inspection/{made.pk}/change/"
    assert (
        client.get(page).status_code == 200
        and 'name="_save"' not in client.get(page).content.decode()
    )
    assert client.post(page, {"result": "unsafe"}).status_code == 403
    assert client.get(f"/admin/baumkataster/tree/{tree.pk}/delete/").status_code == 403


def test_every_table_of_the_admin_opens(client: Client) -> None:
    record(make_tree(), make_user("arborist"))
    for model in site._registry:
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert client.get(path).status_code == 200, path


def test_the_city_says_when_tablets_ask_and_what_they_measure(client: Client) -> None:
    page = client.get("/verwaltung/stadt/").content.decode()
    assert "Personalrat" in page and "0: nie" in page
    values = {"name": "Musterstadt", "field_pin_minutes": "5", "field_measures_work": "on"}
    assert client.post("/verwaltung/stadt/", values).status_code == 302
    city = CitySettings.objects.get()
    assert (city.field_pin_minutes, city.field_measures_work) == (5, True)
    assert (
        client.post("/verwaltung/stadt/", {"name": "M", "field_pin_minutes": ""}).status_code == 302
    )
    city.refresh_from_db()
    assert (city.field_pin_minutes, city.field_measures_work) == (0, False)
    answer = client.post("/verwaltung/stadt/", {"name": "M", "field_pin_minutes": "-1"})
    assert answer.status_code == 200
