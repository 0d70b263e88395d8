"""What a version would move, before it is saved: at once in a small city, by the worker in a large one."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from inspections import tasks
from inspections.models import ControlPlan, Replanning, RulePreview, RuleSet
from inspections.services import rule_previews
from inspections.services.replanning import replan
from tests.factories import load_reference_data, make_city, make_tree, make_user, record
from tests.interfaces.test_rule_set_jobs import NEW, WAITS, apply_to_the_end, save, text, values

pytestmark = pytest.mark.django_db
MOVES_TWO = "Diese Fassung ändert die Kontrolltermine von 2 Bäumen."


@pytest.fixture
def client() -> Client:
    """An administrator in a city of two trees that were never inspected."""
    load_reference_data()
    make_city()
    make_tree()
    make_tree()
    replan(day=timezone.localdate())
    client = Client()
    client.force_login(make_user("administrator"))
    return client


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two trees are too many for a request."""
    monkeypatch.setattr(rule_previews, "COUNTED_AT_ONCE", 1)


def ask(client: Client, **changes: str) -> str:
    """Press "Wirkung ansehen"; the address of the effect."""
    form = values(**changes)
    del form["save"]
    answer = client.post(NEW, form | {"preview": "1"})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def jobs() -> list[str]:
    rows = ProcrastinateJob.objects.filter(task_name="inspections.tasks.count_rule_previews")
    return list(rows.values_list("status", flat=True))


def test_a_small_city_is_counted_at_once(client):
    page = text(client, ask(client))
    assert MOVES_TWO in page and "Noch ist nichts gespeichert." in page and "Gezählt am" in page
    assert jobs() == [] and WAITS not in page
    assert 'name="i.street" value="1"' in page and f'action="{NEW}' not in page
    assert RuleSet.objects.count() == 1 and not Replanning.objects.exists()


@pytest.mark.usefixtures("large")
def test_a_large_city_is_counted_by_the_worker_and_the_page_can_be_kept(client):
    address = ask(client, title="Strenger")
    assert jobs() == ["todo"] and ask(client, title="Strenger") == address
    waiting = text(client, address)
    assert "Die Wirkung dieser Fassung wird gezählt." in waiting and "Wartet seit" in waiting
    assert "Zurzeit läuft kein Arbeitsprozess" in waiting and WAITS in waiting
    # It will load itself anew: nobody may be typing in it.
    assert "i.street" not in waiting and "Bäumen" not in waiting
    typing = text(client, f"{address}?formular")
    assert 'value="Strenger"' in typing and WAITS not in typing
    assert client.get(f"{address}stand/").json()["busy"]
    assert tasks.count_rule_previews(timestamp=0) == 1
    answer = client.get(f"{address}stand/")
    assert not answer.json()["busy"] and answer["Cache-Control"] == "no-store"
    page = text(client, address)
    assert MOVES_TWO in page and 'value="Strenger"' in page
    english = text(client, address, "en")
    assert "This version changes the due dates of 2 trees." in english
    assert "what was changed later is not in it" in english
    assert tasks.count_rule_previews(timestamp=0) == 0


def test_the_number_is_that_of_the_trees_that_move(client):
    inspected = make_tree()
    record(inspected, make_user("arborist"), inspected_at=timezone.now())
    before = dict(ControlPlan.objects.values_list("pk", "due_on"))
    shorter = {"i.street": "1", "m.mature.sound.higher": "6", "m.mature.sound.lower": "6"}
    ask(client, **shorter)
    save(client, **shorter)
    apply_to_the_end()
    after = dict(ControlPlan.objects.values_list("pk", "due_on"))
    moved = sum(after[key] != day for key, day in before.items())
    assert RulePreview.objects.get().moved == moved == 3


def test_a_number_says_what_has_made_it_old_or_rough(client):
    address = ask(client)
    assert "überholt" not in text(client, address) and "ungenau" not in text(client, address)
    save(client)
    assert "die Zahl ist überholt" in text(client, address)
    assert "the number is overtaken" in text(client, address, "en")
    rough = ask(client, **{"i.street": "2"})
    assert "folgte dabei noch einer früheren Regel" in text(client, rough)
    assert "the number is not exact" in text(client, rough, "en")
    apply_to_the_end()
    assert "ungenau" not in text(client, ask(client, **{"i.street": "3"}))


@pytest.mark.parametrize("hours", [-1, 1], ids=["slow", "fast"])
def test_the_clock_of_the_web_server_does_not_say_whether_a_number_is_overtaken(
    client, monkeypatch, hours
):
    """The database stamps versions by its own."""
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(hours=hours))
    address = ask(client, valid_from=str(timezone.localdate() + timedelta(days=1)))
    assert "überholt" not in text(client, address)
    save(client, valid_from=str(timezone.localdate() + timedelta(days=1)))
    assert "die Zahl ist überholt" in text(client, address)


@pytest.mark.usefixtures("large")
def test_one_that_fails_or_is_begun_too_often_says_so(client):
    address = ask(client)
    row = RulePreview.objects.get()
    RulePreview.objects.update(values=row.values | {"matrix": {"mature.sound.lower": "viel"}})
    record(make_tree(expectation="lower"), make_user("arborist"), inspected_at=timezone.now())
    assert tasks.count_rule_previews(timestamp=0) == 0
    assert RulePreview.objects.get().state == "failed"
    assert "Die Wirkung konnte nicht gezählt werden." in text(client, address)
    RulePreview.objects.update(state="running", values=row.values, attempts=5)
    assert tasks.count_rule_previews(timestamp=0) == 0
    assert RulePreview.objects.get().state == "failed"
    # What a killed worker has left is begun again.
    RulePreview.objects.update(state="running", attempts=1)
    assert tasks.count_rule_previews(timestamp=0) == 1
    assert RulePreview.objects.get().state == "done"


def test_a_preview_is_forgotten_after_a_month(client):
    address = ask(client)
    tasks.count_rule_previews(timestamp=0)
    assert client.get(address).status_code == 200
    RulePreview.objects.update(asked_at=timezone.now() - timedelta(days=31))
    tasks.count_rule_previews(timestamp=0)
    assert client.get(address).status_code == 404


def test_a_refused_version_is_not_counted(client):
    form = values(valid_from="2020-01-01")
    del form["save"]
    answer = client.post(NEW, form)
    assert answer.status_code == 200 and "frühestens ab heute" in answer.content.decode()
    assert not RulePreview.objects.exists()


def test_only_administrators_see_it(client):
    address = ask(client)
    client.force_login(make_user("supervisor"))
    assert client.get(address).status_code == client.get(f"{address}stand/").status_code == 403
