"""The log of access: who came in, was kept out, took data away; added to only, purged, shown."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from axes.models import AccessLog
from django.core.cache import cache
from django.db import Error, connection, transaction
from django.test import Client
from django.utils import timezone

from baumkataster.models import AccessEvent, AccessRecord, User
from baumkataster.services.access import purge_access, record_access
from baumkataster.services.people import create_application_password
from baumkataster.web import access_log
from tests.factories import PASSWORD, load_reference_data, make_city, make_tree, make_user

pytestmark = pytest.mark.django_db
LOGIN, PAGE = "/accounts/login/", "/verwaltung/zugriffe/"


@pytest.fixture(autouse=True)
def city() -> None:
    cache.clear()
    access_log._recent.clear()
    load_reference_data()
    make_city()


def lines() -> list[AccessRecord]:
    return list(AccessRecord.objects.order_by("id"))


def test_sign_ins_and_outs_are_kept_and_typed_names_are_not() -> None:
    person = make_user("planner", username="planung")
    client = Client(headers={"X-Request-ID": "proxy-4711-abc"})
    client.post(LOGIN, {"username": "geheim-4711", "password": "x"}, REMOTE_ADDR="10.1.2.3")
    client.post(LOGIN, {"username": "planung", "password": "x"})
    answer = client.post(LOGIN, {"username": "planung", "password": PASSWORD})
    client.post("/accounts/logout/")
    found = [(row.event, row.person_id) for row in lines()]
    assert found == [
        (AccessEvent.SIGN_IN_FAILED, None),
        (AccessEvent.SIGN_IN_FAILED, person.pk),
        (AccessEvent.SIGNED_IN, person.pk),
        (AccessEvent.SIGNED_OUT, person.pk),
    ]
    assert lines()[0].address == "10.1.2.3" and lines()[2].method == "password"
    assert lines()[2].request_id == answer["X-Request-ID"] != "proxy-4711-abc"
    assert "geheim-4711" not in str([vars(row) for row in lines()])


def test_locked_accounts_are_kept(settings: Any) -> None:
    settings.AXES_FAILURE_LIMIT = 2
    person = make_user("planner", username="planung")
    for _number in range(2):
        Client().post(LOGIN, {"username": "planung", "password": "x"})
    assert AccessRecord.objects.get(event="locked").person == person


def test_closed_doors_and_guessed_keys_are_kept() -> None:
    person = make_user("contractor")
    client = Client()
    client.force_login(person)
    client.get("/verwaltung/personen/?q=Birnbaum")
    client.get(f"/api/v1/trees/{uuid4()}/card/?q=Birnbaum")
    client.get("/gibtsnicht/")
    client.get(f"/api/v1/trees/{make_tree().pk}/")
    rows = [(row.event, row.route) for row in lines() if row.event != "signed_in"]
    assert rows == [
        ("refused", "verwaltung/personen/"),
        ("not_found", "api/v1/trees/<uuid:pk>/card/"),
        # Somebody else's tree: for a firm it is not there.
        ("not_found", "api/v1/trees/<uuid:pk>/"),
    ]
    assert "Birnbaum" not in str([vars(row) for row in lines()])


def test_exports_say_who_what_and_how_much() -> None:
    person = make_user("planner")
    make_tree()
    row, secret = create_application_password(by=person, name="QGIS")
    headers = {"Authorization": f"Bearer {secret}"}
    answer = Client().get("/export/trees.csv?crs=25832", headers=headers)
    size = len(b"".join(answer.streaming_content))  # type: ignore[arg-type, attr-defined]
    line = AccessRecord.objects.get(event="exported")
    assert (line.person, line.application_password) == (person, row.pk)
    details = {"bytes": size, "complete": True, "filters": ["crs"], "lines": 2, "type": "text/csv"}
    assert line.details == details


def test_a_refused_application_password_is_kept_and_a_flood_is_not(settings: Any) -> None:
    headers = {"Authorization": "Bearer falsch"}
    for _number in range(access_log.MOST + 5):
        Client().get("/api/v1/trees/", headers=headers)
    assert 1 <= AccessRecord.objects.filter(event="password_failed").count() <= access_log.MOST


def test_the_app_role_adds_and_never_changes() -> None:
    record_access(event=AccessEvent.REFUSED, person=None)
    for deed in ("UPDATE {} SET route = ''", "DELETE FROM {}", "TRUNCATE {}"):
        with pytest.raises(Error) as caught, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(deed.format("baumkataster_accessrecord"))
        assert "permission denied" in str(caught.value)


def test_the_purge_forgets_what_is_old_and_refuses_what_is_young() -> None:
    now = timezone.now()
    old = record_access(event=AccessEvent.REFUSED, person=None)
    young = record_access(event=AccessEvent.REFUSED, person=None)
    AccessRecord(event="refused", at=now - timedelta(days=40)).save()
    AccessLog.objects.create(path_info="/")
    AccessLog.objects.update(attempt_time=now - timedelta(days=40))
    gone = purge_access(days=35, now=now)
    assert (gone["records"], gone["sign_ins"]) == (1, 1)
    assert {row.pk for row in lines()} == {old.pk, young.pk}
    for days in (29, 0, -1):
        with pytest.raises(Error) as caught, transaction.atomic():
            purge_access(days=days, now=now)
        assert "30 Tage" in str(caught.value)


def test_administrators_read_filter_and_take_it_along() -> None:
    admin, person = make_user("administrator"), make_user("planner", last_name="Birnbaum")
    client = Client()
    client.force_login(admin)
    for _number in range(105):
        record_access(event=AccessEvent.EXPORTED, person=person, details={"bytes": 5})
    record_access(event=AccessEvent.REFUSED, person=None, route="=2+2")
    page = client.get(PAGE, {"ereignis": "exported"}).content.decode()
    assert page.count("Daten ausgegeben</td>") == 100 and "Birnbaum" in page and "vor=" in page
    older = page.partition("vor=")[2].partition('"')[0]
    rest = client.get(PAGE, {"ereignis": "exported", "vor": older}).content.decode()
    assert rest.count("Daten ausgegeben</td>") == 5
    none = client.get(PAGE, {"person": str(admin.pk), "ereignis": "exported"}).content.decode()
    assert "keine Zugriffe" in none
    today = timezone.localdate().isoformat()
    assert "keine Zugriffe" in client.get(PAGE, {"von": "2999-01-01"}).content.decode()
    assert "keine Zugriffe" in client.get(PAGE, {"von": "morgen"}).content.decode()
    answer = client.get("/verwaltung/zugriffe.csv", {"von": today, "bis": today})
    text = b"".join(answer.streaming_content).decode()  # type: ignore[arg-type, attr-defined]
    assert text.count("Daten ausgegeben;") == 105 and ";'=2+2;" in text


def test_a_closed_database_breaks_no_answer(monkeypatch: Any) -> None:
    def broken(**_: Any) -> None:
        raise Error("full")

    monkeypatch.setattr(access_log, "record_access", broken)
    client = Client()
    client.force_login(make_user("contractor"))
    assert client.get("/verwaltung/").status_code == 403
    assert User.objects.count() == 1
