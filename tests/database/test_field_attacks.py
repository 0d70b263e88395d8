"""What tries to break the tablets' way in: instants, emergencies that wait, keys reused, endless uploads."""

import json
from typing import Any
from uuid import uuid4

import pytest

from baumkataster.errors import Refused
from inspections.models import ControlMail, FieldEntry, FieldVerdict, Inspection, Measure
from inspections.services import send_waiting_mails
from inspections.sync import alarming
from inspections.sync.devices import find_key, register_device
from inspections.sync.receiving import digest
from inspections.sync.settling import reject_entry, settle_entry
from tests import factories as make
from tests.database import field_rows as field

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reference(settings: Any) -> None:
    settings.PUBLIC_URL = "https://baum.example"
    make.load_reference_data()


@pytest.fixture
def arborist() -> Any:
    return make.make_user("arborist", first_name="Ada", last_name="Ast")


@pytest.fixture
def head() -> Any:
    return make.make_user("supervisor", email="leitung@stadt.example")


@pytest.fixture
def tree(head: Any) -> Any:
    found = make.make_tree(number="417")
    unit = found.responsible_unit
    unit.supervisor = head
    unit.save()
    return found


def emergency(person: Any, tree: Any, **values: Any) -> str:
    """An inspection that orders something at once, made by a clock that was wrong by an hour."""
    seen = field.finding(note="Riss über der Gabel")
    body = {
        "result": "unsafe",
        "condition": "damaged",
        "findings": [seen],
        "measures": [
            {"id": str(uuid4()), "kind": "felling", "urgency": "1", "note": "kippt auf den Weg"}
        ],
        "immediate_action": "Weg gesperrt",
    }
    return field.inspection(person, tree, body, **({"clock_offset_s": 3600} | values))


def row_of(text: str) -> FieldEntry:
    return FieldEntry.objects.get(entry_id=field.id_of(text))


@pytest.mark.parametrize(
    "moment",
    [
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "9999-12-31T23:59:59Z",
        "1066-10-14T09:00:00Z",
    ],
)
def test_an_instant_that_cannot_be_read_back_makes_no_entry_a_trap(arborist, tree, moment):
    text = field.inspection(arborist, tree, made_at=moment)
    assert field.statuses(field.send(arborist, text)) == ["unsettled"]
    row = row_of(text)
    assert (row.made_at, row.text) == (None, text)
    assert field.statuses(field.send(arborist, text)) == ["unsettled"]


def test_an_instant_of_a_strange_zone_is_kept_as_the_same_instant(arborist, tree):
    text = field.inspection(arborist, tree, made_at="2026-11-27T08:30:00+23:59:59.999999")
    field.send(arborist, text)
    assert row_of(text).made_at is not None


def test_an_emergency_that_waits_is_told_to_the_supervisor_at_once(
    arborist, head, tree, mailoutbox
):
    text = emergency(arborist, tree)
    assert field.statuses(field.send(arborist, text)) == ["unsettled"]
    mail = ControlMail.objects.get()
    assert (mail.recipient, mail.measure, mail.entry) == (head, None, row_of(text))
    assert send_waiting_mails(now=mail.created_at) == 1
    (sent,) = mailoutbox
    assert sent.subject.startswith("Unverzüglich")
    assert str(tree) in sent.subject
    for words in ("Ada Ast", "kippt auf den Weg", "Weg gesperrt", "Riss über der Gabel", str(tree)):
        assert words in sent.body, words
    assert f"https://baum.example/klaerung/{row_of(text).pk}/" in sent.body


def test_the_alarm_comes_once_and_the_measure_s_own_when_it_is_taken_in(arborist, head, tree):
    text = emergency(arborist, tree)
    field.send(arborist, text)
    field.send(arborist, text)
    assert ControlMail.objects.count() == 1
    settle_entry(by=head, entry=row_of(text), at=field.NOW)
    assert Measure.objects.get().urgency.immediate
    assert ControlMail.objects.filter(measure=Measure.objects.get()).count() == 1
    assert ControlMail.objects.count() == 2


def test_an_emergency_that_is_taken_in_at_once_alarms_by_its_measure_only(arborist, tree):
    assert field.statuses(field.send(arborist, emergency(arborist, tree, clock_offset_s=0))) == [
        "accepted"
    ]
    assert ControlMail.objects.get().entry is None


def test_what_can_wait_alarms_nobody(arborist, tree):
    text = field.inspection(arborist, tree, clock_offset_s=3600)
    assert field.statuses(field.send(arborist, text)) == ["unsettled"]
    assert not ControlMail.objects.exists()


def test_a_deposited_emergency_alarms_too(arborist, tree):
    device = uuid4()
    secret = register_device(by=arborist, id=device, name="T", at=field.NOW).key
    key = find_key(device_id=device, secret=secret)
    receipts = field.send(None, emergency(arborist, tree, clock_offset_s=0), key=key)
    assert field.statuses(receipts) == ["deposited"]
    assert ControlMail.objects.get().entry is not None


def test_an_emergency_at_a_tree_that_nobody_knows_goes_to_the_administrators(arborist):
    boss = make.make_user("administrator", email="boss@stadt.example")
    assert field.statuses(field.send(arborist, emergency(arborist, uuid4()))) == ["unsettled"]
    assert ControlMail.objects.get().recipient == boss


def test_an_alarm_that_cannot_be_made_costs_no_verdict(arborist, tree, monkeypatch):
    def fail(**_values: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(alarming, "alarm_waiting", fail)
    assert field.statuses(field.send(arborist, emergency(arborist, tree))) == ["unsettled"]


def test_broken_words_of_an_emergency_are_told_as_far_as_they_go(arborist, tree):
    text = emergency(arborist, tree).replace("kippt auf", "kippt \\u0000\\ud800 auf\\nBcc: a@b")
    assert field.statuses(field.send(arborist, text)) == ["unsettled"]
    assert "kippt ? auf Bcc: a@b" in ControlMail.objects.get().body


def kept_without_verdict(person: Any, text: str) -> FieldEntry:
    """An entry after whose keeping the server broke down."""
    return FieldEntry.objects.create(
        entry_id=field.id_of(text),
        kind="inspection",
        person=person,
        tree=json.loads(text)["tree"],
        made_at=field.MADE,
        text=text,
        sha256=digest(text),
        received_at=field.NOW,
        via="tablet",
    )


def test_the_office_may_settle_what_was_never_judged(arborist, head, tree):
    text = field.inspection(arborist, tree)
    settle_entry(by=head, entry=kept_without_verdict(arborist, text), at=field.NOW)
    assert Inspection.objects.get().pk == field.id_of(text)
    (receipt,) = field.send(arborist, text)
    assert (receipt.status, receipt.known) == ("accepted", True)
    assert FieldVerdict.objects.count() == 1


def test_the_office_may_turn_down_what_was_never_judged(arborist, head, tree):
    text = field.inspection(arborist, tree)
    row = kept_without_verdict(arborist, text)
    reject_entry(by=head, entry=row, reason="Doppelt", at=field.NOW)
    assert field.statuses(field.send(arborist, text)) == ["rejected"]
    assert not Inspection.objects.exists()


def test_half_an_emoji_keeps_no_finding_from_its_place(arborist, tree):
    """JavaScript may cut a pair of surrogates in two; no column can hold a half, nor NUL."""
    text = field.inspection(arborist, tree, {"note": "Pilz"}).replace(
        "Pilz", "Pilz \\ud83c\\u0000!"
    )
    assert field.statuses(field.send(arborist, text)) == ["accepted"]
    assert Inspection.objects.get().note == "Pilz \ufffd\ufffd!"
    assert row_of(text).text == text


def test_what_is_nested_without_end_is_unreadable_and_stays_so_for_the_office(arborist, head, tree):
    depth = 400
    text = field.inspection(arborist, tree, {"note": "?"}).replace('"?"', "[" * depth + "]" * depth)
    assert field.statuses(field.send(arborist, text)) == ["unsettled"]
    with pytest.raises(Refused):
        settle_entry(
            by=head, entry=FieldEntry.objects.get(), at=field.NOW, corrections={"codes": {"a": "b"}}
        )


@pytest.mark.parametrize("value", [{}, [1], {"a": 1}, "NaN", 1e308, [[]]])
def test_a_value_of_the_wrong_form_is_named(arborist, tree, value):
    text = field.change(arborist, tree, {"girth_cm": None}, {"girth_cm": value})
    field.send(arborist, text)
    assert FieldVerdict.objects.get().reason_code in {"unreadable", "rule", ""}
