"""/berichte/dateien/: asking for a report, how far it is, who may have it."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from inspections import tasks
from inspections.models import ReportFile
from inspections.services.report_files import fail_lost_reports
from tests.database.test_overdue_report import city  # noqa: F401 - a fixture
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_ask_wait_and_have(city, client):  # noqa: F811
    client.force_login(city["supervisor"])
    answer = client.post("/berichte/dateien/neu/", {"query": "state=overdue"})
    report = ReportFile.objects.get()
    assert answer.status_code == 302 and answer["Location"] == f"/berichte/dateien/{report.pk}/"
    job = ProcrastinateJob.objects.get(task_name="inspections.tasks.make_report")
    assert job.args == {"report_id": str(report.pk)}
    assert 'id="progress"' in client.get(answer["Location"]).content.decode()
    assert client.get(f"{answer['Location']}stand/").json()["busy"]
    assert client.get(f"{answer['Location']}datei/").status_code == 404

    tasks.make_report(**job.args)

    assert not client.get(f"{answer['Location']}stand/").json()["busy"]
    file = client.get(f"{answer['Location']}datei/")
    assert b"".join(file.streaming_content).startswith(b"%PDF")
    assert file["Cache-Control"] == "private, no-store"
    report.refresh_from_db()
    assert report.content_sha256 in client.get(answer["Location"]).content.decode()
    assert report.number in client.get("/berichte/dateien/").content.decode()


def test_only_the_asker_and_heads_have_it(city, client):  # noqa: F811
    planner = make_user("planner")
    client.force_login(planner)
    client.post("/berichte/dateien/neu/", {"query": ""})
    report = ReportFile.objects.get()
    for person, status in (
        (make_user("planner"), 404),
        (make_user("arborist"), 404),
        (make_user("supervisor"), 200),
        (planner, 200),
    ):
        client.force_login(person)
        assert client.get(f"/berichte/dateien/{report.pk}/").status_code == status, person.role


def test_what_cannot_be_meant_is_refused_at_once(city, client):  # noqa: F811
    client.force_login(city["supervisor"])
    assert client.post("/berichte/dateien/neu/", {"query": "state=x"}).status_code == 400
    assert not ReportFile.objects.exists()


def test_totals_come_apart(city, client, django_assert_max_num_queries):  # noqa: F811
    client.force_login(city["supervisor"])
    with django_assert_max_num_queries(30):
        page = client.get("/berichte/ueberfaellig/").content.decode()
    assert "/berichte/ueberfaellig/summen/" in page and "Personentage" not in page
    totals = client.get("/berichte/ueberfaellig/summen/").content.decode()
    assert "R-Nord" in totals and "Personentage" in totals and "42,9" in totals


def test_what_nobody_foresaw_can_be_asked_for_again(city, client, monkeypatch):  # noqa: F811
    client.force_login(city["supervisor"])
    client.post("/berichte/dateien/neu/", {"query": ""})
    first = ReportFile.objects.get()

    def broken(*_, **__):
        raise RuntimeError("a font is broken")

    with monkeypatch.context() as patch:
        patch.setattr(tasks, "paper_of", broken)
        assert tasks.make_report(report_id=str(first.pk)) == "failed"
    page = client.get(f"/berichte/dateien/{first.pk}/").content.decode()
    assert "unerwartet abgebrochen" in page and 'id="progress"' not in page
    client.post("/berichte/dateien/neu/", {"query": ""})
    second = ReportFile.objects.exclude(pk=first.pk).get()
    assert "pages" in tasks.make_report(report_id=str(second.pk))


def test_torn_it_is_made_again_by_itself(city, client, monkeypatch):  # noqa: F811
    client.force_login(city["supervisor"])
    client.post("/berichte/dateien/neu/", {"query": ""})
    report = ReportFile.objects.get()
    torn = OperationalError("server closed the connection unexpectedly")

    def cut(*_, **__):
        raise torn

    with monkeypatch.context() as patch:
        patch.setattr(tasks, "paper_of", cut)
        with pytest.raises(OperationalError):
            tasks.make_report(report_id=str(report.pk))
    job = SimpleNamespace(attempts=1)
    assert tasks.make_report.retry_strategy.get_retry_decision(exception=torn, job=job)
    assert "pages" in tasks.make_report(report_id=str(report.pk))


def test_a_report_whose_job_was_given_up_does_not_wait_for_ever(city, client):  # noqa: F811
    client.force_login(city["supervisor"])
    client.post("/berichte/dateien/neu/", {"query": ""})
    later = timezone.now() + timedelta(minutes=2)
    assert fail_lost_reports(now=later) == 0, "its job is queued"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")
    assert fail_lost_reports(now=timezone.now()) == 0, "its job may be on the way"
    assert fail_lost_reports(now=later) == 1
    report = ReportFile.objects.get()
    assert report.state == "failed"
    assert "unerwartet" in client.get(f"/berichte/dateien/{report.pk}/").content.decode()
