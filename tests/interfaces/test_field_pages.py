"""/klaerung/ and /verwaltung/geraete/: what tablets sent in words, and decisions that end in verdicts."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.gis.geos import Point
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from baumkataster.models import Tree, User
from inspections.models import (
    FieldConflict,
    FieldDevice,
    FieldEntry,
    FieldVerdict,
    Inspection,
    PhotoUpload,
)
from inspections.sync.devices import find_key, register_device
from inspections.sync.receiving import accept_entries
from inspections.web.field_waiting import open_count
from tests.database import field_rows as field
from tests.factories import load_reference_data, make_city, make_place, make_tree, make_user

pytestmark = pytest.mark.django_db

Verdict = FieldVerdict.Verdict


@pytest.fixture
def arborist() -> User:
    load_reference_data()
    make_city()
    return make_user("arborist", first_name="Erika", last_name="Baum")


@pytest.fixture
def tree(arborist: User) -> Tree:
    return make_tree(place=make_place(name="Lindenweg"), number="417", height_m=12)


@pytest.fixture
def client(arborist: User) -> Client:
    client = Client()
    client.force_login(make_user("supervisor", first_name="Alex", last_name="Aufsicht"))
    return client


@pytest.fixture
def admin(arborist: User) -> Client:
    client = Client()
    client.force_login(make_user("administrator"))
    return client


def newest(entry: FieldEntry) -> FieldVerdict:
    """The verdict that holds."""
    found = entry.verdicts.order_by("-id").first()
    assert found is not None
    return found


def sent(by: User, *texts: str, **values: Any) -> FieldEntry:
    """Hand entries in; the row of the last one."""
    field.send(by, *texts, **values)
    return FieldEntry.objects.get(entry_id=field.id_of(texts[-1]))


def page(client: Client, path: str = "/klaerung/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def unknown_symptom(arborist: User, tree: Tree) -> FieldEntry:
    """An inspection with a symptom that no catalogue has."""
    finding = field.finding(symptom="K99", note="Riss am Ast")
    values = {"condition": "damaged", "findings": [finding]}
    return sent(arborist, field.inspection(arborist, tree, values))


def test_an_empty_page_says_what_would_fill_it(client: Client) -> None:
    html = page(client)
    assert "0 ungeklärte Einträge" in html and "0 Widersprüche" in html
    assert "Kein ungeklärter Eintrag" in html and "Kein Widerspruch" in html
    assert "baum-nav__waiting" not in html


def test_an_entry_is_shown_in_words_and_word_for_word(
    client: Client, arborist: User, tree: Tree
) -> None:
    device = field.make_device(arborist, name="Tablet 3")
    text = field.inspection(
        arborist,
        tree,
        {"condition": "damaged", "findings": [field.finding(symptom="K99", note="Riss am Ast")]},
        device=str(device.pk),
    )
    entry = sent(arborist, text)
    PhotoUpload.objects.create(
        id=uuid4(), tree=tree.pk, person=arborist, entry=entry.entry_id, length=10, sha256="0" * 64
    )
    html = page(client)
    for words in (
        "1 ungeklärter Eintrag",
        "Kontrolle: Lindenweg 417",
        f"/karte/?baum={tree.pk}",
        "Erika Baum",
        "erfasst 27.11.2026, 09:30 Uhr",
        "eingegangen 27.11.2026, 13:00 Uhr",
        "Gerät Tablet 3",
        "1 Foto",
        "Der Katalog kennt „K99“ nicht.",
        "stärker geschädigt",
        "Riss am Ast",
        "unbekannter Schlüssel „K99“",
    ):
        assert words in html, words
    assert "&quot;body&quot;" not in html
    detail = page(client, f"/klaerung/{entry.pk}/")
    assert "&quot;symptom&quot;: &quot;K99&quot;" in detail and entry.sha256 in detail
    assert 'name="code.K99"' in detail


def test_the_navigation_says_how_much_waits(
    client: Client, admin: Client, arborist: User, tree: Tree
) -> None:
    unknown_symptom(arborist, tree)
    assert '<span class="baum-nav__waiting" title="offen">1<' in page(client, "/touren/")
    outside = Client()
    outside.force_login(arborist)
    assert "baum-nav__waiting" not in page(outside, "/touren/")


def test_an_unknown_code_is_replaced_by_one_of_the_catalogue(
    client: Client, arborist: User, tree: Tree
) -> None:
    entry = unknown_symptom(arborist, tree)
    path = f"/klaerung/{entry.pk}/uebernehmen/"
    answer = client.post(path, {"made_at": "", "code.K99": ""}, follow=True)
    assert "Noch nicht übernommen" in answer.content.decode()
    assert newest(entry).verdict == Verdict.UNSETTLED
    answer = client.post(path, {"made_at": "", "code.K99": "K13"}, follow=True)
    verdict = newest(entry)
    assert verdict.verdict == Verdict.ACCEPTED and verdict.by is not None
    assert verdict.corrections["codes"] == {"K99": "K13"}
    inspection = Inspection.objects.get(pk=entry.entry_id)
    assert [f.symptom_id for f in inspection.findings.all()] == ["K13"]
    assert inspection.inspected_by == arborist
    html = answer.content.decode()
    assert "0 ungeklärte Einträge" in html
    assert "„K99“ ersetzt durch „K13“." in html and "Alex Aufsicht" in html
    assert FieldEntry.objects.get(pk=entry.pk).text == entry.text


def test_a_wrong_clock_is_put_right(client: Client, arborist: User, tree: Tree) -> None:
    """The tablet was a day ahead: made 8:30 tomorrow, sent four hours later by its own clock."""
    day = timedelta(days=1)
    text = field.inspection(arborist, tree, made_at=(field.MADE + day).isoformat())
    entry = sent(arborist, text, sent_at=field.NOW + day)
    assert newest(entry).reason_code == "clock"
    html = page(client, f"/klaerung/{entry.pk}/")
    assert "Die Uhr des Geräts ging 1 Tag vor." in html
    assert 'value="2026-11-27T09:30"' in html
    path = f"/klaerung/{entry.pk}/uebernehmen/"
    wrong = client.post(path, {"made_at": "gestern"}, follow=True).content.decode()
    assert "Tag und Uhrzeit" in wrong
    client.post(path, {"made_at": "2026-11-27T09:30"})
    assert newest(entry).verdict == Verdict.ACCEPTED
    assert Inspection.objects.get(pk=entry.entry_id).inspected_at == field.MADE
    assert "Zeit berichtigt auf 27.11.2026 09:30." in page(client)


def test_an_entry_is_turned_down_only_with_a_reason(
    client: Client, arborist: User, tree: Tree
) -> None:
    entry = unknown_symptom(arborist, tree)
    path = f"/klaerung/{entry.pk}/ablehnen/"
    assert "den Grund" in client.post(path, {"reason": " "}, follow=True).content.decode()
    assert newest(entry).verdict == Verdict.UNSETTLED
    client.post(path, {"reason": "Doppelt erfasst"})
    verdict = newest(entry)
    assert (verdict.verdict, verdict.sentences) == (Verdict.REJECTED, ["Doppelt erfasst"])
    html = page(client)
    assert "nicht übernommen" in html and "Doppelt erfasst" in html
    again = client.post(path, {"reason": "Noch einmal"}, follow=True).content.decode()
    assert "schon geklärt" in again and not Inspection.objects.exists()
    assert "Prüfen und übernehmen" not in page(client, f"/klaerung/{entry.pk}/")


@pytest.mark.parametrize(("take", "height"), [("ours", 14), ("theirs", 13)])
def test_a_conflict_is_decided_for_one_of_two_values(
    client: Client, arborist: User, tree: Tree, take: str, height: int
) -> None:
    Tree.objects.filter(pk=tree.pk).update(height_m=13)
    sent(arborist, field.change(arborist, tree, {"height_m": 12}, {"height_m": 14}))
    conflict = FieldConflict.objects.get()
    html = page(client)
    assert "1 Widerspruch" in html and "Höhe (m): Lindenweg 417" in html
    shown = [html.index(f"<dd>{value}</dd>") for value in (12, 13, 14)]
    assert shown == sorted(shown), "at the start, in the cadastre, on the tablet"
    assert open_count() == 1
    path = f"/klaerung/widerspruch/{conflict.pk}/"
    client.post(path, {"take": "beides"})
    assert FieldConflict.objects.get().state == "open"
    client.post(path, {"take": take})
    tree.refresh_from_db()
    assert (FieldConflict.objects.get().state, tree.height_m) == (take, height)
    html = page(client)
    assert "Kein Widerspruch" in html and "Höhe (m): Lindenweg 417" in html
    assert open_count() == 0


def test_two_positions_say_how_far_they_are_apart(
    client: Client, arborist: User, tree: Tree
) -> None:
    here = tree.geom
    east, west = (Point(here.x + metres, here.y, srid=25832) for metres in (30, -20))
    Tree.objects.filter(pk=tree.pk).update(geom=west)
    sent(arborist, field.move(arborist, tree, here, east))
    html = page(client)
    assert "Lage: Lindenweg 417" in html and "sind 50 m voneinander entfernt" in html
    assert "Genauigkeit des Tablets: 1,2 m." in html and "Lage vom Tablet übernehmen" in html
    client.post(f"/klaerung/widerspruch/{FieldConflict.objects.get().pk}/", {"take": "ours"})
    tree.refresh_from_db()
    assert tree.geom.distance(east) < 0.1


def test_what_cannot_wait_stands_first(client: Client, arborist: User, tree: Tree) -> None:
    unknown_symptom(arborist, make_tree(place=tree.site.place, number="1"))
    measure = {"id": str(uuid4()), "kind": "unknown", "urgency": "1"}
    sent(arborist, field.inspection(arborist, tree, {"measures": [measure]}))
    html = page(client)
    assert html.index("Lindenweg 417") < html.index("Lindenweg 1<")
    assert html.count("unverzüglich</span>") == 1


def test_every_kind_of_entry_has_words(client: Client, arborist: User, tree: Tree) -> None:
    gone, place = uuid4(), make_place(name="Stadtpark")
    where = {"lon": 8.2, "lat": 53.1}
    field.send(
        arborist,
        field.entry("tree_change", arborist, gone, {"base": {"tag": "A"}, "changes": {"tag": "B"}}),
        field.entry("tree_move", arborist, gone, {"base": where, **where, "source": "gnss"}),
        field.entry("tree_end", arborist, gone, {"how": "vanished", "on": "2026-11-26"}),
        field.entry(
            "measure_done", arborist, tree, {"measure": str(gone), "done_on": "2026-11-26"}
        ),
        field.entry("tree_new", arborist, gone, {"place": str(place.pk), "lon": "Ost"}),
        field.entry("group_new", arborist, None, {"tree_count": 40, "ring": []}),
        field.entry("storm", arborist, tree, {}),
        "kein Text, den man lesen kann",
    )
    html = page(client)
    assert "8 ungeklärte Einträge" in html
    for words in (
        "B (vorher A)",
        "53,100000° N, 8,200000° O",
        "verschwunden",
        "26.11.2026",
        "nicht im Kataster",
        "Stadtpark",
        "Neue Baumgruppe",
        "Unbekannte Art",
        "Der Inhalt lässt sich nicht lesen.",
    ):
        assert words in html, words
    for entry in FieldEntry.objects.all():
        page(client, f"/klaerung/{entry.pk}/")


@pytest.mark.parametrize(
    "body",
    [
        {"findings": 3, "limits": "x", "measures": [None, {"kind": [1]}], "endings": {"a": 1}},
        {"findings": [{"zone": None, "symptom": {}, "severity": [], "note": ["<b>"]}]},
        {"note": [[[[[[[[[[[[1]]]]]]]]]]]], "weather": {"a": {"b": [True, None]}}},
        {"vitality": 1e308, "leaf_state": ["bare"], "set_months": True},
    ],
)
def test_a_senseless_entry_breaks_no_page(
    client: Client, arborist: User, tree: Tree, body: dict[str, Any]
) -> None:
    entry = sent(arborist, field.inspection(arborist, tree, body | {"inspection_kind": "<i>"}))
    assert "&lt;i&gt;" in page(client) and "<i>" not in page(client)
    page(client, f"/klaerung/{entry.pk}/")


def test_entries_of_a_deep_or_wild_text_break_no_page(client: Client, arborist: User) -> None:
    for text in (
        "[" * 5000 + "]" * 5000,
        "null",
        '"x"',
        "{}",
        '{"body": {"a": ' + "9" * 5000 + "}}",
    ):
        accept_entries(texts=[text], by=arborist, received_at=field.NOW)
    assert "5 ungeklärte Einträge" in page(client)


def test_deposited_entries_and_waiting_photos_are_in_sight(
    client: Client, arborist: User, tree: Tree
) -> None:
    registered = register_device(by=arborist, id=uuid4(), name="Tablet 5", at=field.NOW)
    key = find_key(device_id=registered.device.pk, secret=registered.key)
    field.send(None, field.inspection(arborist, tree), key=key)
    PhotoUpload.objects.create(
        id=uuid4(),
        tree=uuid4(),
        person=arborist,
        length=10,
        sha256="0" * 64,
        status="unsettled",
        sentence="Der Baum ist noch nicht da.",
    )
    html = page(client)
    assert "1 hinterlegter Eintrag" in html and "vom Gerät, ohne Anmeldung" in html
    assert "1 Foto wartet" in html and "Der Baum ist noch nicht da." in html
    entry = FieldEntry.objects.get()
    client.post(f"/klaerung/{entry.pk}/uebernehmen/")
    assert newest(entry).verdict == Verdict.ACCEPTED


def test_what_was_settled_over_a_month_ago_is_no_longer_listed(
    client: Client, arborist: User, tree: Tree
) -> None:
    entry = unknown_symptom(arborist, tree)
    FieldVerdict.objects.create(
        entry=entry,
        at=timezone.now() - timedelta(days=31),
        verdict=Verdict.REJECTED,
        by=make_user("supervisor"),
    )
    assert "hat niemand etwas geklärt" in page(client)


def test_a_page_costs_the_same_for_many_entries(client: Client, arborist: User, tree: Tree) -> None:
    def ask() -> int:
        with CaptureQueriesContext(connection) as asked:
            page(client)
        return len(asked)

    unknown_symptom(arborist, tree)
    one = ask()
    for number in range(5):
        unknown_symptom(arborist, make_tree(place=tree.site.place, number=str(number)))
    assert ask() == one <= 22


def test_a_saved_outgoing_file_is_read_in_and_reported(
    client: Client, arborist: User, tree: Tree
) -> None:
    texts = [
        field.inspection(arborist, tree),
        field.inspection(arborist, tree, {"findings": [field.finding(symptom="K99")]}),
    ]
    photos = [{"meta": {"id": str(uuid4())}, "base64": "!"}]
    data = {"format": "baumkataster-ausgang", "version": 1, "entries": texts, "photos": photos}

    def read(content: bytes) -> str:
        file = SimpleUploadedFile("ausgang-2026-11-27.json", content)
        return client.post("/klaerung/ausgang/", {"file": file}).content.decode()

    html = read(json.dumps(data).encode())
    assert "Kontrolle: Lindenweg 417" in html and "K99" in html and "nicht übernommen" in html
    assert FieldEntry.objects.filter(via="file").count() == 2
    assert Inspection.objects.count() == 1
    assert "(schon bekannt)" in read(json.dumps(data).encode())
    assert Inspection.objects.count() == 1
    assert "keine Ausgangsdatei" in read(b"[]") and "keine Ausgangsdatei" in read(b"\xff\x00")
    assert "leer" in read(b"")


def test_devices_say_what_they_hold(admin: Client, arborist: User) -> None:
    assert "Noch kein Gerät" in page(admin, "/verwaltung/geraete/")
    device = field.make_device(
        arborist,
        name="Tablet 3",
        last_seen_at=field.NOW,
        last_user=arborist,
        unsent=12,
        photos_unsent=34,
        free_bytes=5 * 1024**3,
        app="abc123",
    )
    register_device(by=arborist, id=device.pk, name="", at=field.NOW)
    html = page(admin, "/verwaltung/geraete/")
    for words in (
        "Tablet 3",
        "27.11.2026 13:00",
        "Erika Baum",
        "12",
        "34",
        "5,0",
        "abc123",
        "frei",
    ):
        assert words in html, words
    assert "Personen auf dem Gerät</dt><dd>Erika Baum" in page(
        admin, f"/verwaltung/geraete/{device.pk}/"
    )
    assert "Geräte" in page(admin, "/verwaltung/")


def test_a_device_is_renamed_blocked_and_opened_again(admin: Client, arborist: User) -> None:
    device = field.make_device(arborist, name="Tablet 3")
    path = f"/verwaltung/geraete/{device.pk}/"
    admin.post(f"{path}name/", {"name": " "})
    admin.post(f"{path}name/", {"name": "Tablet Süd"})
    device.refresh_from_db()
    assert device.name == "Tablet Süd"
    html = page(admin, path)
    assert "„Tablet Süd“ sperren" in html and "leert sich dann selbst" in html
    admin.post(f"{path}sperren/")
    device.refresh_from_db()
    assert device.blocked_at is not None and device.blocked_by is not None
    html = page(admin, path)
    assert "Sperre von „Tablet Süd“ aufheben" in html
    assert "gesperrt" in page(admin, "/verwaltung/geraete/")
    admin.post(f"{path}freigeben/")
    assert FieldDevice.objects.get().blocked_at is None


def test_pages_speak_english(client: Client, arborist: User, tree: Tree) -> None:
    entry = unknown_symptom(arborist, tree)
    answer = client.get(f"/klaerung/{entry.pk}/", headers={"accept-language": "en"})
    assert '<html lang="en">' in answer.content.decode()
