"""The outbox against a real SMTP server: each mail once, failures kept, alarms arrive."""

import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from inspections.models import ControlMail
from inspections.services import mails
from inspections.services.mails import alarm_immediate, next_attempt_at, send_waiting_mails
from tests.database.plan_rows import make_measure
from tests.factories import load_reference_data, make_place, make_tree, make_unit, make_user
from tests.interfaces.postbox import Postbox, free_port, listening

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@pytest.fixture
def postbox(settings) -> Iterator[Postbox]:
    """Mails of this test leave by SMTP and arrive here."""
    box = Postbox()
    with listening(box) as port:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.DEFAULT_FROM_EMAIL = "Baumkataster <baum@stadt.example>"
        yield box


def make_mail(**values: Any) -> ControlMail:
    """A digest that waits since NOW."""
    if "recipient" not in values:
        values["recipient"] = make_user()
    defaults = {
        "day": NOW.date(),
        "subject": "Fällige Kontrollen",
        "body": "Größere Bäume zuerst",
        "created_at": NOW,
    }
    return ControlMail.objects.create(**(defaults | values))


def test_mail_arrives_once_with_its_own_message_id(postbox):
    waiting = make_mail()
    assert send_waiting_mails(now=NOW) == 1
    assert send_waiting_mails(now=NOW + timedelta(hours=1)) == 0
    (arrived,) = postbox.received
    assert arrived.to == [waiting.recipient.email]
    assert arrived.message["Message-ID"] == f"<{waiting.pk}@stadt.example>"
    assert arrived.message["Subject"] == "Fällige Kontrollen"
    assert arrived.message["Auto-Submitted"] == "auto-generated"
    assert arrived.message.get_content().strip() == "Größere Bäume zuerst"
    waiting.refresh_from_db()
    assert (waiting.sent_at, waiting.attempts, waiting.last_error) == (NOW, 1, "")


def test_refused_mail_is_noted_and_does_not_hold_up_others(postbox):
    lost, other = make_mail(), make_mail()
    postbox.refused.add(lost.recipient.email)
    assert send_waiting_mails(now=NOW) == 1
    lost.refresh_from_db()
    assert lost.sent_at is None and lost.attempts == 1
    assert "550" in lost.last_error and "no such person" in lost.last_error
    assert [arrived.to for arrived in postbox.received] == [[other.recipient.email]]


def test_waits_grow_and_the_same_message_id_comes_at_last(postbox):
    lost = make_mail()
    postbox.refused.add(lost.recipient.email)
    tried = [
        minute
        for minute in range(130)
        if (before := ControlMail.objects.get().attempts) is not None
        and send_waiting_mails(now=NOW + timedelta(minutes=minute)) == 0
        and ControlMail.objects.get().attempts > before
    ]
    assert tried == [0, 1, 3, 7, 15, 31, 63, 123]
    postbox.refused.clear()
    assert send_waiting_mails(now=NOW + timedelta(minutes=183)) == 1
    (arrived,) = postbox.received
    assert arrived.message["Message-ID"] == f"<{lost.pk}@stadt.example>"


def test_server_gone_stops_the_round_and_everything_arrives_later(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    make_mail(), make_mail()
    assert send_waiting_mails(now=NOW) == 0
    assert sorted(ControlMail.objects.values_list("attempts", flat=True)) == [0, 1]
    box = Postbox()
    with listening(box) as settings.EMAIL_PORT:
        assert send_waiting_mails(now=NOW + timedelta(minutes=1)) == 2
    assert len(box.received) == 2


def test_after_a_week_nothing_is_tried_and_who_left_gets_nothing(postbox):
    make_mail(created_at=NOW - timedelta(days=7))
    make_mail(recipient=make_user(is_active=False))
    assert send_waiting_mails(now=NOW) == 0
    assert postbox.received == []


def test_alarms_leave_first(postbox):
    load_reference_data()
    digest = make_mail(created_at=NOW - timedelta(hours=2))
    unit = make_unit(supervisor=make_user("supervisor"))
    measure = make_measure(tree=make_tree(place=make_place(unit=unit)))
    (alarm,) = alarm_immediate(measure=measure)
    ControlMail.objects.filter(pk=alarm.pk).update(created_at=NOW)
    assert send_waiting_mails(now=NOW) == 2
    assert [arrived.to[0] for arrived in postbox.received] == [
        unit.supervisor.email,
        digest.recipient.email,
    ]


def test_files_take_the_place_of_smtp(settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    waiting = make_mail()
    assert send_waiting_mails(now=NOW) == 1
    (file,) = (tmp_path / "mail").iterdir()
    assert f"<{waiting.pk}@" in file.read_text("utf-8")


def test_alarm_names_tree_measure_and_link(settings):
    load_reference_data()
    settings.PUBLIC_URL = "https://baum.example"
    unit = make_unit(supervisor=make_user("supervisor"), deputy=make_user("supervisor"))
    tree = make_tree(place=make_place(unit=unit, name="Am <Markt>\nSüd"), number="17")
    measure = make_measure(tree=tree, note="Riss & Fäule")
    (alarm,) = alarm_immediate(measure=measure)
    assert alarm.recipient == unit.supervisor
    assert alarm.subject == f"Unverzüglich: {measure.kind.name_de} an Baum Am <Markt> Süd 17"
    assert "Tilia cordata" in alarm.body and "Riss & Fäule" in alarm.body
    assert f"https://baum.example/karte/?baum={tree.pk}" in alarm.body
    assert alarm_immediate(measure=measure) == [alarm]


@pytest.mark.parametrize(
    ("supervisor", "deputy", "expected"),
    [
        ({}, {}, "supervisor"),
        (None, {}, "deputy"),
        ({"is_active": False}, {}, "deputy"),
        ({"email": ""}, {}, "deputy"),
        (None, None, "administrators"),
        ({"email": ""}, {"is_active": False}, "administrators"),
    ],
)
def test_alarm_always_reaches_somebody(supervisor, deputy, expected):
    load_reference_data()
    people = {
        "supervisor": make_user("supervisor", **supervisor) if supervisor is not None else None,
        "deputy": make_user("supervisor", **deputy) if deputy is not None else None,
    }
    administrators = {make_user("administrator"), make_user("administrator")}
    make_user("administrator", is_active=False)
    unit = make_unit(**people)
    # The tree's own unit counts, not its place's.
    tree = make_tree(place=make_place(unit=make_unit(supervisor=make_user())), unit=unit)
    told = {mail.recipient for mail in alarm_immediate(measure=make_measure(tree=tree))}
    assert told == (administrators if expected == "administrators" else {people[expected]})


def test_an_error_that_nobody_foresaw_is_not_swallowed(monkeypatch):
    make_mail()
    monkeypatch.setattr(mails, "_message", lambda mail_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        send_waiting_mails(now=NOW)


def test_header_breaking_subject_concerns_this_mail_only(postbox):
    broken, whole = make_mail(subject="x\nBcc: all@example.org"), make_mail()
    assert send_waiting_mails(now=NOW) == 1
    broken.refresh_from_db()
    assert broken.last_error.startswith("BadHeaderError")
    assert postbox.received[0].to == [whole.recipient.email]


def test_waits():
    assert next_attempt_at(NOW, 0) == NOW
    assert next_attempt_at(NOW, 9) - next_attempt_at(NOW, 8) == timedelta(hours=1)
    assert issubclass(smtplib.SMTPConnectError, OSError)
