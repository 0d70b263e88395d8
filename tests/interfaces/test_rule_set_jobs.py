"""A new rule set, from the button to the worker: the page and every report say how far it is."""

from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import psycopg
import pytest
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from inspections import tasks
from inspections.models import ControlPlan, Replanning, ReportFile, RuleSet
from inspections.services.replanning import check_plans, replan
from inspections.web.rule_forms import starting_values
from tests.conftest import app_url
from tests.database.test_control_runs_processes import until
from tests.database.test_report_paper import text_of
from tests.factories import load_reference_data, make_city, make_tree, make_user, point
from tests.interfaces.test_tasks_workers import a_minute_passes, worker
from tests.own_database import own_database  # noqa: F401 - a fixture

NEW, LIST = "/verwaltung/regelwerke/neu/", "/verwaltung/regelwerke/"
REPORT = "/berichte/ueberfaellig"
#: Of a page that loads itself anew.
WAITS = 'src="/static/js/pages/progress.js"'


def make_clients() -> Client:
    """A city with a rule set; an administrator who is signed in."""
    load_reference_data()
    make_city()
    client = Client()
    client.force_login(make_user("administrator"))
    return client


def values(**changes: str) -> dict[str, str]:
    """The form of a version in which a street's first survey is due in a month."""
    initial = starting_values(RuleSet.objects.get(version=1)).items()
    filled = {name: "" if value is None else str(value) for name, value in initial}
    return filled | {"i.street": "1", "save": "1"} | changes


def save(client: Client, **changes: str) -> str:
    """Press the button; the address of the version's page."""
    answer = client.post(NEW, values(**changes))
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def text(client: Client, address: str, language: str = "de") -> str:
    """A page in a language."""
    return client.get(address, headers={"accept-language": language}).content.decode()


def waiting_jobs() -> list[str]:
    rows = ProcrastinateJob.objects.filter(task_name="inspections.tasks.apply_rule_sets")
    return list(rows.order_by("id").values_list("status", flat=True))


def apply_to_the_end() -> None:
    """Whatever else is going on in this database ends soon, and is waited for."""
    open_ones = Replanning.objects.exclude(state=Replanning.State.DONE)
    until(lambda: tasks.apply_rule_sets(timestamp=0) >= 0 and not open_ones.exists())


# --- pages ---


@pytest.fixture
def client(db: None) -> Client:
    return make_clients()


def test_the_page_answers_at_once_and_says_how_far_it_is(client):
    tree = make_tree()
    replan(day=timezone.localdate())
    page = save(client)
    assert waiting_jobs() == ["todo"]
    assert ControlPlan.objects.get(pk=tree.pk).rule_set.version == 1
    shown = text(client, page)
    assert "Diese Fassung ist gespeichert; die Termine werden neu berechnet." in shown
    assert "Wartet seit" in shown and "Zurzeit läuft kein Arbeitsprozess" in shown
    assert WAITS in shown
    english = text(client, page, "en")
    assert "Waiting for the worker since" in english and "No worker is running" in english
    assert "Termine werden neu berechnet" in text(client, LIST)
    apply_to_the_end()
    assert ControlPlan.objects.get(pk=tree.pk).rule_set.version == 2
    answer = client.get(f"{page}stand/")
    assert not answer.json()["busy"] and answer["Cache-Control"] == "no-store"
    assert "Alle Termine wurden nach dieser Fassung berechnet, fertig am" in text(client, page)
    assert "All due dates were computed by this version" in text(client, page, "en")
    assert "Termine werden neu berechnet" not in text(client, LIST)


def test_the_page_says_the_share_and_what_it_waits_for(client):
    page = save(client)
    rows = Replanning.objects.all()
    rows.update(state="running", trees=1_000_000, planned=312_000)
    assert client.get(f"{page}stand/").json()["share"] == 31
    assert "312.000 von 1.000.000 Bäumen haben ihren neuen Termin." in text(client, page)
    assert "312,000 of 1,000,000 trees" in text(client, page, "en")
    rows.update(state="running", trees=0, planned=0)
    now = client.get(f"{page}stand/").json()
    assert now["busy"] and now["share"] is None and "Neue Termine werden berechnet" in now["words"]
    rows.update(state="looking")
    assert "Gewartet wird auf Arbeiten" in client.get(f"{page}stand/").json()["words"]


def test_one_that_failed_can_be_begun_again(client):
    page = save(client)
    Replanning.objects.update(state="failed")
    assert "Noch einmal versuchen" in text(client, page)
    assert "Not all due dates could be recomputed." in text(client, page, "en")
    assert "Termine nicht alle neu berechnet" in text(client, LIST)
    assert "konnte aber noch nicht auf alle Bäume angewendet werden" in text(client, f"{REPORT}/")
    assert client.post(f"{page}erneut/").status_code == 302
    assert Replanning.objects.get().state == "waiting"
    assert "nicht fehlgeschlagen" in client.post(f"{page}erneut/", follow=True).content.decode()


def test_an_earlier_one_that_failed_says_so_on_its_own_page_alone(client):
    page = save(client)
    Replanning.objects.update(state="failed")
    save(client)
    Replanning.objects.exclude(state="failed").update(state="done")
    words = text(client, page)
    assert "Die Termine konnten nicht alle neu berechnet werden." in words
    assert "Noch einmal versuchen" not in words
    again = client.post(f"{page}erneut/", follow=True).content.decode()
    assert "Inzwischen gilt eine spätere Fassung; ihr folgen die Termine." in again
    assert "nicht alle neu berechnet" not in text(client, LIST)
    assert Client().get("/healthz").json()["due_dates"] == "ok"


def test_a_second_version_is_seen_by_the_job_that_waits_already(client):
    save(client)
    save(client)
    assert waiting_jobs() == ["todo"]
    assert tasks.apply_rule_sets(timestamp=0) == 2


def test_a_later_version_says_that_it_waits_for_its_day(client):
    page = save(client, valid_from=str(timezone.localdate() + timedelta(days=3)))
    assert "sobald diese Fassung gilt" in text(client, page)
    assert not client.get(f"{page}stand/").json()["busy"]
    assert "wird seit" not in text(client, f"{REPORT}/")


def test_whatever_shows_due_dates_says_that_some_are_old(client):
    make_tree()
    replan(day=timezone.localdate())
    applied = "Fassung 2 des Regelwerks wird seit"
    pages = (f"{REPORT}/", "/karte/", "/touren/", "/export/")
    for page in pages:
        assert applied not in text(client, page), page
    save(client)
    for page in pages:
        assert applied in text(client, page), page
    assert "Version 2 of the rule set is being applied since" in text(client, f"{REPORT}/", "en")
    lines = b"".join(client.get(f"{REPORT}.csv").streaming_content).decode().splitlines()
    assert applied in lines[0] and lines[1].startswith("Baumnr.;")
    book = ZipFile(BytesIO(client.get(f"{REPORT}.xlsx").content))
    assert any(applied in book.read(name).decode() for name in book.namelist())
    # A past day is rebuilt whole, by the versions of that day.
    past = f"?stichtag={timezone.localdate() - timedelta(days=1)}"
    assert applied not in text(client, f"{REPORT}/{past}")
    apply_to_the_end()
    for page in pages:
        assert applied not in text(client, page), page


def test_a_report_on_paper_says_it_too(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_tree()
    replan(day=timezone.localdate())
    save(client)
    client.post("/berichte/dateien/neu/", {"query": ""})
    tasks.make_report(report_id=str(ReportFile.objects.get().pk))
    paper = " ".join(text_of(ReportFile.objects.get().file.read()).split())
    assert "Fassung 2 des Regelwerks wird seit" in paper


# --- a worker of its own ---


def test_a_killed_job_goes_on_and_the_latest_version_stays(own_database):  # noqa: F811
    client = make_clients()
    for east in range(6):
        make_tree(geom=point(900 * east, 0))
    replan(day=timezone.localdate())
    last = ControlPlan.objects.order_by("-tree__geom").first()
    page = save(client)
    with psycopg.connect(app_url(own_database)) as clerk:
        clerk.execute("SELECT FROM baumkataster_tree WHERE id = %s FOR UPDATE", [last.pk])
        with worker(own_database) as process:
            until(lambda: Replanning.objects.get().planned == 4, seconds=60)
            assert client.get(f"{page}stand/").json()["share"] == 66
            process.kill()
            process.wait(timeout=10)
    assert set(ControlPlan.objects.values_list("rule_set__version", flat=True)) == {1, 2}
    assert "Fassung 2 des Regelwerks wird seit" in text(client, f"{REPORT}/")
    save(client, **{"i.street": "2"})
    a_minute_passes()
    with worker(own_database):
        until(lambda: set(Replanning.objects.values_list("state", flat=True)) == {"done"}, 90)
        # The worker notes a job's end only after the row's: it must live to do so.
        until(lambda: not {"todo", "doing"} & set(waiting_jobs()))
    assert set(ControlPlan.objects.values_list("rule_set__version", flat=True)) == {3}
    assert check_plans(day=timezone.localdate()) == []
    assert "des Regelwerks wird seit" not in text(client, f"{REPORT}/")
