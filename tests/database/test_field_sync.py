"""What tablets hand in: kept verbatim first, done once, never lost, and settled by the office."""

import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import Error, connection, transaction

from baumkataster.errors import Refused
from baumkataster.models import Tree, TreeGroup
from baumkataster.services import fell_tree
from inspections.models import (
    FieldEntry,
    FieldVerdict,
    Finding,
    FindingEnd,
    Inspection,
    Measure,
    MeasureKind,
)
from inspections.services import order_measure
from inspections.sync import interpreting
from inspections.sync.devices import block_device, find_key, register_device
from inspections.sync.settling import reject_entry, settle_entry
from inspections.sync.verdicts import settled
from tests import factories as make
from tests.database import field_rows as field

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reference():
    make.load_reference_data()


@pytest.fixture
def arborist():
    return make.make_user("arborist")


@pytest.fixture
def supervisor():
    return make.make_user("supervisor")


@pytest.fixture
def tree():
    return make.make_tree(number="417")


def verdicts(text: str) -> list[str]:
    """All verdicts on an entry, oldest first."""
    rows = FieldVerdict.objects.filter(entry__entry_id=field.id_of(text))
    return list(rows.order_by("id").values_list("verdict", flat=True))


def reason(text: str) -> str:
    """Why the newest verdict is what it is."""
    row = FieldVerdict.objects.filter(entry__entry_id=field.id_of(text)).latest("id")
    return row.reason_code


def row_of(text: str) -> FieldEntry:
    return FieldEntry.objects.get(entry_id=field.id_of(text))


def test_an_inspection_is_kept_verbatim_and_recorded_with_the_device_time(arborist, tree):
    seen = field.finding()
    text = field.inspection(
        arborist,
        tree,
        {
            "result": "limited",
            "findings": [seen],
            "measures": [
                {"id": str(uuid4()), "kind": "deadwood", "urgency": "2", "finding": seen["id"]}
            ],
            "immediate_action": "Weg gesperrt",
            "note": "Äste über dem Gehweg – „Nordseite“",
        },
    )
    (receipt,) = field.send(arborist, text)
    assert (receipt.status, receipt.known, receipt.sentence) == ("accepted", False, "")
    assert receipt.trees == (tree.pk,)
    kept = row_of(text)
    assert kept.text == text
    assert (kept.person, kept.submitted_by, kept.via) == (arborist, arborist, "tablet")
    assert (kept.made_at, kept.received_at, kept.sent_at) == (field.MADE, field.NOW, field.SENT)
    row = Inspection.objects.get()
    assert row.pk == field.id_of(text)
    assert (row.inspected_at, row.received_at) == (field.MADE, field.NOW)
    assert (row.inspected_by, row.recorded_by, row.device) == (arborist, arborist, "Tablet Nord")
    assert (row.immediate_action, row.carried_over) == ("Weg gesperrt", False)
    assert str(Finding.objects.get().pk) == seen["id"]
    assert Measure.objects.get().finding_id == Finding.objects.get().pk


def test_the_same_batch_twice_changes_nothing(arborist, tree):
    texts = [
        field.inspection(arborist, tree),
        field.change(arborist, tree, {"girth_cm": 140}, {"girth_cm": 150}),
        field.inspection(arborist, tree, {"phase": "unheard of"}),
    ]
    first = field.send(arborist, *texts)
    again = field.send(arborist, *reversed(texts))
    assert field.statuses(first) == ["accepted", "accepted", "unsettled"]
    assert field.statuses(again) == ["unsettled", "accepted", "accepted"]
    assert [each.known for each in first + again] == [False] * 3 + [True] * 3
    assert Inspection.objects.count() == 1
    assert FieldEntry.objects.count() == FieldVerdict.objects.count() == 3
    tree.refresh_from_db()
    assert (tree.girth_cm, tree.version) == (150, 2)


def test_one_text_twice_in_a_batch_is_one_entry(arborist, tree):
    text = field.inspection(arborist, tree)
    assert field.statuses(field.send(arborist, text, text)) == ["accepted", "accepted"]
    assert (Inspection.objects.count(), FieldEntry.objects.count()) == (1, 1)


def test_another_text_under_the_same_key_is_kept_and_waits(arborist, tree):
    text = field.inspection(arborist, tree)
    other = field.inspection(arborist, tree, {"note": "anders"}, id=json.loads(text)["id"])
    field.send(arborist, text)
    (receipt,) = field.send(arborist, other)
    assert receipt.status == "unsettled"
    assert "anderem Inhalt" in receipt.sentence
    assert "das Büro klärt ihn" in receipt.sentence
    assert set(FieldEntry.objects.values_list("text", flat=True)) == {text, other}
    assert Inspection.objects.get().note == ""
    found = settled(ids=[field.id_of(text)], person=arborist)
    assert [each.status for each in found] == ["unsettled"]


def test_out_of_order_an_inspection_waits_for_its_tree(arborist):
    key, place = uuid4(), make.make_place()
    urgent = field.inspection(arborist, key)
    planted = field.new_tree(arborist, place, key, make.point(5, 5), girth_cm=20)
    (early,) = field.send(arborist, urgent)
    assert (early.status, reason(urgent)) == ("unsettled", "tree_unknown")
    field.send(arborist, planted)
    assert verdicts(urgent) == ["unsettled", "accepted"]
    assert Inspection.objects.get().tree_id == key
    assert [each.status for each in settled(ids=[field.id_of(urgent)], person=arborist)] == [
        "accepted"
    ]


def test_in_one_batch_order_does_not_matter(arborist, tree):
    """A newer urgent inspection continues and ends findings of an older one that comes after it."""
    old, gone = field.finding(), field.finding(symptom="K01")
    measure = {"id": str(uuid4()), "kind": "deadwood", "urgency": "3", "finding": old["id"]}
    first = field.inspection(
        arborist, tree, {"findings": [old, gone], "measures": [measure], "result": "limited"}
    )
    second = field.inspection(
        arborist,
        tree,
        {
            "result": "limited",
            "findings": [field.finding(continues=old["id"], observation="carried_over")],
            "endings": [{"finding": gone["id"], "how": "repaired"}],
        },
        made_at="2026-11-27T09:00:00Z",
    )
    done = field.entry(
        "measure_done",
        arborist,
        tree,
        {"measure": measure["id"], "done_on": "2026-11-27", "done_by": "Kolonne 2", "note": "ok"},
    )
    receipts = field.send(arborist, done, second, first)
    assert field.statuses(receipts) == ["accepted"] * 3
    assert verdicts(done) == verdicts(second) == ["unsettled", "accepted"]
    ending = FindingEnd.objects.get()
    assert (str(ending.finding_id), ending.how) == (gone["id"], "repaired")
    assert Measure.objects.get().state == "done"


def test_foreign_entries_stay_on_the_tablet(arborist, tree):
    other = make.make_user("arborist")
    text = field.inspection(other, tree)
    receipts = field.send(arborist, text, field.inspection(arborist, tree))
    assert field.statuses(receipts) == ["foreign", "accepted"]
    assert str(other) in receipts[0].sentence
    assert FieldEntry.objects.filter(person=other).count() == 0
    stranger = field.inspection(make.make_user("arborist"), tree, person=str(uuid4()))
    assert field.statuses(field.send(arborist, stranger)) == ["foreign"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        '"x"',
        "nüll",
        "[" * 20_000,
        '{"id": "kein Schlüssel"}',
        '{"body": NaN}',
        "\0",
        "\ud800",
        '{"id": "\\u0000"}',
        "9" * 10_000,
    ],
)
def test_broken_texts_are_kept_once_and_wait(arborist, text):
    first = field.send(arborist, text)
    again = field.send(arborist, text)
    assert field.statuses(first + again) == ["unsettled", "unsettled"]
    assert first[0].sha256 == again[0].sha256
    kept = FieldEntry.objects.get()
    assert (kept.person, kept.submitted_by) == (None, arborist)
    assert kept.text == text or json.loads(kept.text) == text
    assert kept.verdicts.get().reason_code in {"unreadable", "unknown_kind"}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"kind": "teleport"}, "unknown_kind"),
        ({"v": 2}, "unknown_kind"),
        ({"body": []}, "unreadable"),
        ({"made_at": "gestern"}, "unreadable"),
        ({"made_at": "2026-11-27T08:00:00"}, "unreadable"),
        ({"tree": None}, "unreadable"),
        ({"tree": str(uuid4())}, "tree_unknown"),
        ({"clock_offset_s": "viel"}, "unreadable"),
    ],
)
def test_envelopes_that_do_not_fit_wait(arborist, tree, values, code):
    text = field.inspection(arborist, tree, **values)
    assert field.statuses(field.send(arborist, text)) == ["unsettled"]
    assert FieldVerdict.objects.get().reason_code == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"inspection_kind": "magic"}, "unknown_code"),
        ({"limits": ["fog"]}, "unknown_code"),
        ({"findings": [field.finding(symptom="K99")]}, "unknown_code"),
        ({"findings": [field.finding(zone="X")]}, "unknown_code"),
        ({"measures": [{"id": str(uuid4()), "kind": "spell", "urgency": "2"}]}, "unknown_code"),
        ({"findings": [field.finding(severity="hoch")]}, "unreadable"),
        ({"findings": [field.finding(severity=9)]}, "rule"),
        ({"findings": [field.finding(continues=str(uuid4()))]}, "earlier_unknown"),
        ({"endings": [{"finding": str(uuid4()), "how": "gone"}]}, "earlier_unknown"),
        ({"corrects": str(uuid4()), "correction_reason": "x"}, "earlier_unknown"),
        ({"findings": {}}, "accepted"),
        ({"findings": "viele"}, "unreadable"),
        ({"note": 7}, "unreadable"),
        ({"weather": "x" * 81}, "rule"),
        ({"set_months": 6}, "rule"),
        ({"set_months": 1e300}, "unreadable"),
        ({"phase": ""}, "rule"),
    ],
)
def test_bodies_that_do_not_fit_wait_and_write_nothing(arborist, tree, body, code):
    text = field.inspection(arborist, tree, body)
    (receipt,) = field.send(arborist, text)
    if code == "accepted":
        assert receipt.status == "accepted"
        return
    assert (receipt.status, reason(text)) == ("unsettled", code)
    assert len(receipt.sentence) > 40
    assert not Inspection.objects.exists()
    assert not Finding.objects.exists()
    assert row_of(text).text == text


@pytest.mark.parametrize("said", [True, False])
def test_a_correction_speaks_of_the_day_of_what_it_corrects(arborist, tree, said):
    first = field.inspection(arborist, tree, made_at="2026-03-02T08:00:00.000Z")
    field.send(arborist, first)
    old = Inspection.objects.get()
    body = {"corrects": str(old.pk), "correction_reason": "verwechselt", "phase": "aging"}
    if said:
        body["inspected_at"] = old.inspected_at.isoformat()
    (receipt,) = field.send(arborist, field.inspection(arborist, tree, body))
    assert receipt.status == "accepted", receipt.sentence
    new = Inspection.objects.get(corrects=old)
    assert (new.inspected_at, new.phase) == (old.inspected_at, "aging")
    assert tree.control_plan.basis_on == old.inspected_on


def test_a_code_that_the_server_never_had_can_be_replaced_by_the_office(arborist, supervisor, tree):
    text = field.inspection(
        arborist,
        tree,
        {"findings": [field.finding(symptom="K99", note="K99")], "result": "limited"},
    )
    (receipt,) = field.send(arborist, text)
    assert "„K99“" in receipt.sentence
    verdict = settle_entry(
        by=supervisor,
        entry=row_of(text),
        at=field.NOW + timedelta(days=3),
        corrections={"codes": {"K99": "K13"}},
    )
    assert verdict.corrections == {"codes": {"K99": "K13"}}
    found = Finding.objects.get()
    assert (found.symptom_id, found.note) == ("K13", "K99")
    row = Inspection.objects.get()
    assert (row.inspected_by, row.recorded_by) == (arborist, supervisor)
    assert row.received_at == field.NOW
    assert row_of(text).text == text
    assert verdicts(text) == ["unsettled", "accepted"]
    # The tablet sends it once more and hears how it was settled.
    assert field.statuses(field.send(arborist, text)) == ["accepted"]
    with pytest.raises(Refused):
        settle_entry(by=supervisor, entry=row_of(text), at=field.NOW)


@pytest.mark.parametrize("days", [1, -1])
def test_a_clock_wrong_by_a_day_waits_and_says_by_how_much(arborist, supervisor, tree, days):
    off = timedelta(days=days)
    text = field.inspection(arborist, tree, made_at=(field.MADE + off).isoformat())
    (receipt,) = field.send(arborist, text, sent_at=field.SENT + off)
    assert (receipt.status, reason(text)) == ("unsettled", "clock")
    assert "1 Tag" in receipt.sentence
    assert ("vor." if days > 0 else "nach.") in receipt.sentence
    assert not Inspection.objects.exists()
    settle_entry(
        by=supervisor,
        entry=row_of(text),
        at=field.NOW,
        corrections={"made_at": field.MADE.isoformat()},
    )
    assert Inspection.objects.get().inspected_at == field.MADE


@pytest.mark.parametrize(
    ("offset", "sent", "status"),
    [
        (601, 0, "unsettled"),
        (-601, 0, "unsettled"),
        (599, 0, "accepted"),
        (None, 0, "accepted"),
        (0, 601, "unsettled"),
        (0, -601, "unsettled"),
        (0, 599, "accepted"),
        (1e12, 0, "unsettled"),
    ],
)
def test_ten_minutes_of_clock_are_believed(arborist, tree, offset, sent, status):
    text = field.inspection(arborist, tree, clock_offset_s=offset)
    at = field.NOW + timedelta(seconds=sent)
    assert field.statuses(field.send(arborist, text, sent_at=at)) == [status]


def test_an_entry_of_the_future_can_only_be_taken_in_with_another_time(arborist, supervisor, tree):
    ahead = (field.MADE + timedelta(days=1)).isoformat()
    text = field.inspection(arborist, tree, made_at=ahead)
    field.send(arborist, text, sent_at=field.SENT + timedelta(days=1))
    with pytest.raises(Refused):
        settle_entry(by=supervisor, entry=row_of(text), at=field.NOW)
    for wrong in (
        {"made_at": "gestern"},
        {"made_at": "2026-11-27T08:00"},
        {"note": "x"},
        {"codes": 3},
    ):
        with pytest.raises(Refused):
            settle_entry(by=supervisor, entry=row_of(text), at=field.NOW, corrections=wrong)
    assert verdicts(text) == ["unsettled"]
    reject_entry(by=supervisor, entry=row_of(text), reason="Doppelt erfasst", at=field.NOW)
    assert not Inspection.objects.exists()
    (receipt,) = field.send(arborist, text)
    assert (receipt.status, receipt.sentence) == ("rejected", "Doppelt erfasst")
    with pytest.raises(Refused):
        reject_entry(by=supervisor, entry=row_of(text), reason="noch einmal", at=field.NOW)


def test_nothing_is_turned_down_without_a_reason(arborist, supervisor, tree):
    text = field.inspection(arborist, tree, {"phase": ""})
    field.send(arborist, text)
    with pytest.raises(Refused):
        reject_entry(by=supervisor, entry=row_of(text), reason="  ", at=field.NOW)


def test_a_tree_felled_meanwhile(arborist, supervisor, tree):
    before = field.inspection(arborist, tree, made_at="2026-11-20T08:00:00Z")
    after = field.inspection(arborist, tree)
    changed = field.change(arborist, tree, {"girth_cm": 140}, {"girth_cm": 150})
    ended = field.entry(
        "tree_end", arborist, tree, {"how": "felled", "on": "2026-11-26", "reason": "Pilz"}
    )
    fell_tree(
        by=supervisor,
        day=date(2026, 11, 25),
        tree_id=tree.pk,
        version=None,
        felled_on=date(2026, 11, 25),
        reason="Sturm",
    )
    receipts = field.send(arborist, before, after, changed, ended)
    assert field.statuses(receipts) == ["accepted", "unsettled", "unsettled", "unsettled"]
    assert {reason(text) for text in (after, changed, ended)} == {"tree_gone"}
    assert all("gefällt" in receipt.sentence for receipt in receipts[1:])
    settle_entry(by=supervisor, entry=row_of(changed), at=field.NOW)
    tree.refresh_from_db()
    assert (tree.girth_cm, tree.felling_reason) == (150, "Sturm")


def test_a_device_key_deposits_what_its_person_later_sends_signed_in(arborist, tree):
    registered = register_device(by=arborist, id=uuid4(), name="Nord 1", at=field.NOW)
    key = find_key(device_id=registered.device.pk, secret=registered.key)
    text, foreign = field.inspection(arborist, tree), field.inspection(uuid4(), tree)
    receipts = field.send(None, text, foreign, key=key)
    assert field.statuses(receipts) == ["deposited", "foreign"]
    assert "angemeldet" in receipts[0].sentence
    assert not Inspection.objects.exists()
    kept = row_of(text)
    assert (kept.via, kept.submitted_by, kept.device) == ("key", None, registered.device)
    assert field.statuses(field.send(None, text, key=key)) == ["deposited"]
    assert settled(ids=[field.id_of(text)], person=arborist) == []
    (receipt,) = field.send(arborist, text)
    assert (receipt.status, receipt.known) == ("accepted", True)
    assert verdicts(text) == ["deposited", "accepted"]
    assert Inspection.objects.get().recorded_by == arborist
    # A key that comes late changes nothing.
    assert field.statuses(field.send(None, text, key=key)) == ["accepted"]


def test_a_locked_person_and_a_blocked_device_lose_nothing(arborist, supervisor, tree):
    administrator = make.make_user("administrator")
    registered = register_device(by=arborist, id=uuid4(), name="Nord 1", at=field.NOW)
    key = find_key(device_id=registered.device.pk, secret=registered.key)
    arborist.is_active = False
    arborist.save()
    key.refresh_from_db()
    locked = field.inspection(arborist, tree)
    (receipt,) = field.send(None, locked, key=key)
    assert (receipt.status, reason(locked)) == ("unsettled", "person_locked")
    assert str(arborist) in receipt.sentence
    arborist.is_active = True
    arborist.save()
    block_device(by=administrator, device_id=registered.device.pk, at=field.NOW)
    registered.device.refresh_from_db()
    blocked = field.inspection(arborist, tree)
    (receipt,) = field.send(arborist, blocked, device=registered.device)
    assert (receipt.status, reason(blocked)) == ("unsettled", "device_blocked")
    by_name = field.inspection(arborist, tree, device=str(registered.device.pk))
    field.send(arborist, by_name)
    assert reason(by_name) == "device_blocked"
    for text in (locked, blocked, by_name):
        settle_entry(by=supervisor, entry=row_of(text), at=field.NOW)
    assert Inspection.objects.filter(inspected_by=arborist, recorded_by=supervisor).count() == 3


def test_roles_and_qualification_count_on_the_day_of_the_work(tree):
    planner = make.make_user("planner")
    expired = make.make_user("supervisor")
    make.make_identity(expired, certificate_valid_until=date(2026, 11, 1))
    late, early = (
        field.inspection(expired, tree),
        field.inspection(expired, tree, made_at="2026-10-20T08:00:00Z"),
    )
    forbidden = field.inspection(planner, tree)
    allowed = field.change(planner, tree, {"remarks": ""}, {"remarks": "am Bach"})
    assert field.statuses(field.send(planner, forbidden, allowed)) == ["unsettled", "accepted"]
    assert field.statuses(field.send(expired, late, early)) == ["unsettled", "accepted"]
    assert {reason(late), reason(forbidden)} == {"not_allowed"}


def test_an_error_in_the_program_keeps_the_entry(arborist, tree, monkeypatch, caplog):
    def broken(case):
        Tree.objects.update(remarks="halb")
        raise ZeroDivisionError

    monkeypatch.setitem(interpreting._BY_KIND, "inspection", broken)
    text = field.inspection(arborist, tree)
    receipts = field.send(
        arborist, text, field.change(arborist, tree, {"girth_cm": 140}, {"girth_cm": 150})
    )
    assert field.statuses(receipts) == ["unsettled", "accepted"]
    assert reason(text) == "unexpected"
    assert "ZeroDivisionError" in caplog.text
    tree.refresh_from_db()
    assert (tree.remarks, tree.girth_cm) == ("", 150)


def test_deeds_that_met_are_tried_again(arborist, tree, monkeypatch):
    """A deadlock is nobody's fault: the entry is done at the second try."""
    real, tries = interpreting._BY_KIND["inspection"], []

    def meets_once(case):
        tries.append(case)
        if len(tries) == 1:
            with connection.cursor() as cursor:
                cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'met' USING ERRCODE = '40P01'; END $$")
        real(case)

    monkeypatch.setitem(interpreting._BY_KIND, "inspection", meets_once)
    text = field.inspection(arborist, tree)
    assert field.statuses(field.send(arborist, text)) == ["accepted"]
    assert (len(tries), verdicts(text)) == (2, ["accepted"])


def test_a_switched_off_code_of_a_measure_waits(arborist, tree):
    MeasureKind.objects.filter(pk="deadwood").update(active=False)
    measure = {"id": str(uuid4()), "kind": "deadwood", "urgency": "2"}
    text = field.inspection(arborist, tree, {"measures": [measure]})
    assert field.statuses(field.send(arborist, text)) == ["unsettled"]
    assert not Measure.objects.exists()


def test_felled_vanished_done_and_groups(arborist, tree):
    stump, gone = make.make_tree(), make.make_tree()
    measure = order_measure(
        by=arborist, day=date(2026, 11, 1), tree_id=tree.pk, kind="deadwood", urgency="3"
    )
    species, place = make.make_species(), make.make_place()
    corners = [field.degrees(make.point(*xy)) for xy in ((0, 0), (20, 0), (20, 20), (0, 20))]
    group = field.entry(
        "group_new",
        arborist,
        None,
        {
            "place": str(place.pk),
            "ring": [[c["lon"], c["lat"]] for c in corners],
            "tree_count": 40,
            "species": [{"species": str(species.pk), "percent": 60}],
            "remarks": "Hecke",
        },
    )
    receipts = field.send(
        arborist,
        field.entry(
            "tree_end", arborist, stump, {"how": "stump", "on": "2026-11-27", "reason": "Bruch"}
        ),
        field.entry(
            "tree_end", arborist, gone, {"how": "vanished", "on": "2026-11-26", "reason": "weg"}
        ),
        field.entry(
            "measure_done",
            arborist,
            tree,
            {"measure": str(measure.pk), "done_on": "2026-11-27", "done_by": "Kolonne", "note": ""},
        ),
        group,
    )
    assert field.statuses(receipts) == ["accepted"] * 4
    assert set(Tree.objects.values_list("status", flat=True)) == {"stump", "vanished", "standing"}
    measure.refresh_from_db()
    assert (measure.state, measure.done_by) == ("done", "Kolonne")
    made = TreeGroup.objects.get()
    assert (made.pk, made.number, made.tree_count) == (field.id_of(group), "1", 40)
    assert made.area.area == pytest.approx(400, abs=1)
    assert made.shares.get().percent == 60
    # A day after the day on which it arrived is refused, not stored.
    late = field.entry(
        "tree_end", arborist, tree, {"how": "felled", "on": "2026-11-28", "reason": "x"}
    )
    assert field.statuses(field.send(arborist, late)) == ["unsettled"]


@pytest.mark.parametrize("table", ["fieldentry", "fieldverdict", "findingend"])
@pytest.mark.parametrize("deed", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_what_was_received_can_never_be_changed(arborist, tree, table, deed):
    field.send(arborist, field.inspection(arborist, tree))
    statement = deed.format(f"inspections_{table}")
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_carried_over_inspection_says_so(arborist, tree):
    text = field.inspection(arborist, tree, {"carried_over": True})
    field.send(arborist, text)
    assert Inspection.objects.get().carried_over is True
