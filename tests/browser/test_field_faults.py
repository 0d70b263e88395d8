"""What goes wrong outside, and meanwhile inside: nothing is lost, and the arborist reads why."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.city import City
from tests.browser.visits import Visit
from tests.field.hands import (
    PATH,
    card,
    choose,
    inspection,
    nudge,
    open_card,
    record,
    screen,
    send_all,
    strip,
    with_finding,
)
from tests.field.kept import kept
from tests.field.net import Net
from tests.field.pictures import camera_photo
from tests.field.tablet import Tablet

pytestmark = pytest.mark.browser

SENT = """SELECT e.entry_id::text, p.username, s.username, v.verdict, v.reason_code
    FROM inspections_fieldentry e JOIN baumkataster_user p ON p.id = e.person_id
    LEFT JOIN baumkataster_user s ON s.id = e.submitted_by_id
    JOIN LATERAL (SELECT verdict, reason_code FROM inspections_fieldverdict
                  WHERE entry_id = e.id ORDER BY id DESC LIMIT 1) v ON true
    WHERE e.entry_id = ANY(%s::uuid[])"""


#: Whatever the app's database still holds; the page makes an empty one when it looks again.
LEFT = """async () => {
  const asked = indexedDB.open("baumkataster-feld");
  const db = await new Promise((good) => (asked.onsuccess = () => good(asked.result)));
  const found = [];
  for (const store of db.objectStoreNames) {
    const keys = db.transaction(store).objectStore(store).getAllKeys();
    found.push(...await new Promise((good) => (keys.onsuccess = () => good(keys.result))));
  }
  db.close();
  return found;
}"""


def sent(city: City, *entries: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Owner, sender, verdict and reason of entries that the city has."""
    rows = city.rows(SENT, [entry["id"] for entry in entries])
    return {id: tuple(rest) for id, *rest in rows}


def fate(tablet: Tablet, entry: dict[str, Any]) -> Locator:
    """The line of an entry among what goes out."""
    return screen(tablet, "outgoing").locator(f'[data-entry="{entry["id"]}"]')


@contextmanager
def locked(city: City, login: str) -> Iterator[None]:
    """An account that the administrator has locked."""
    with psycopg.connect(city.url, autocommit=True) as connection:
        change = "UPDATE baumkataster_user SET is_active = %s WHERE username = %s"
        connection.execute(change, [False, login])
        try:
            yield
        finally:
            connection.execute(change, [True, login])


def post(visit: Visit, path: str, values: dict[str, Any] | None = None) -> None:
    """A deed in the office, by its API or form."""
    visit.go("/")
    token = next(c["value"] for c in visit.context.cookies() if c["name"] == "csrftoken")
    address = f"{visit.url}{path}"
    headers = {"X-CSRFToken": token, "Referer": address}
    if "/api/" in path:
        tree = visit.context.request.get(address.rsplit("/", 2)[0] + "/")
        headers["If-Match"] = tree.headers["etag"]
        answer = visit.context.request.post(address, data=values or {}, headers=headers)
    else:
        answer = visit.context.request.post(address, form=values or {}, headers=headers)
    assert answer.ok, answer.text()


def test_a_full_tablet_says_so_and_keeps_the_form(tablet, tmp_path: Path):
    one = tablet("kontrolle")
    one.start("/accounts/login/")
    one.expect("Der Speicher des Tablets ist voll")
    session = one.context.new_cdp_session(one.page)
    used = session.send("Storage.getUsageAndQuota", {"origin": one.url})["usage"]
    # Before the first write: Chromium remembers for some seconds how much room there was.
    quota = {"origin": one.url, "quotaSize": used + 150_000}
    session.send("Storage.overrideQuotaForOrigin", quota)
    one.page.goto(one.url + PATH)
    (tree,) = choose(one, 1, skip=30)
    page = with_finding(one, tree, camera_photo(tmp_path / "photo.jpg"))

    one.tap(page.locator("button[type=submit]"))

    expect(page.get_by_text("Der Speicher des Tablets ist voll.")).to_be_visible()
    expect(page).to_contain_text("Der Eintrag ist noch nicht gespeichert")
    assert kept(one.page).entries == []
    session.send("Storage.overrideQuotaForOrigin", {"origin": one.url})
    end = monotonic() + 15
    while page.count() and monotonic() < end:
        one.tap(page.locator("button[type=submit]"))
        one.page.wait_for_timeout(300)
    assert [row["tree"] for row in kept(one.page).entries] == [tree["id"]]
    assert len(kept(one.page).photos) == 1


def test_a_clock_that_is_a_day_late_is_told_and_settled_by_the_office(tablet, city: City):
    one = tablet("kontrolle")
    one.ahead = -86_400
    one.start(PATH)
    (tree,) = choose(one, 1, skip=31)
    entry = record(one, **inspection(tree))

    send_all(one)

    expect(fate(one, entry)).to_contain_text("Die Uhr des Geräts ging 1 Tag")
    expect(fate(one, entry)).to_contain_text("das Büro klärt es")
    expect(strip(one)).to_contain_text(re.compile(r"Uhr geht .* nach"))
    assert sent(city, entry)[entry["id"]][2:] == ("unsettled", "clock")


def test_an_unknown_code_and_a_felled_tree_are_receipted(tablet, visit, net: Net, city: City):
    one, desk = tablet("kontrolle"), visit("planung")
    one.start(PATH)
    unknown, felled, sound = choose(one, 3, skip=32)
    net.down()
    finding = {
        "id": one.page.evaluate("crypto.randomUUID()"),
        "zone": "K",
        "symptom": "K99",
        "severity": 2,
        "note": "",
        "observation": "seen",
        "continues": None,
        "photos": [],
    }
    coded = record(one, **inspection(unknown, findings=[finding]))
    gone = record(one, **inspection(felled))
    fine = record(one, **inspection(sound))
    yesterday = city.day - timedelta(days=1)
    fell = {"felled_on": yesterday.isoformat(), "reason": "Sturm"}
    post(desk, f"/api/v1/trees/{felled['id']}/fell/", fell)
    net.up()

    send_all(one)

    expect(fate(one, coded)).to_contain_text("Der Katalog kennt „K99“ nicht.")
    expect(fate(one, gone)).to_contain_text("gefällt")
    expect(fate(one, gone)).to_contain_text("das Büro klärt es")
    expect(fate(one, fine)).to_contain_text("angekommen")
    found = sent(city, coded, gone, fine)
    assert {id: row[2:] for id, row in found.items()} == {
        coded["id"]: ("unsettled", "unknown_code"),
        gone["id"]: ("unsettled", "tree_gone"),
        fine["id"]: ("accepted", ""),
    }


def test_what_a_locked_person_recorded_is_kept_for_the_office(tablet, net: Net, city: City):
    one = tablet("kontrolle")
    one.start(PATH)
    (tree,) = choose(one, 1, skip=36)
    net.down()
    entry = record(one, **inspection(tree))
    with locked(city, "kontrolle"):
        net.up()

        send_all(one)

        expect(fate(one, entry)).to_contain_text("Das Konto von Karla Ohlsen ist gesperrt.")
        assert sent(city, entry)[entry["id"]] == ("kontrolle", None, "unsettled", "person_locked")


def test_a_blocked_tablet_hands_in_and_then_forgets(tablet, visit, net: Net, city: City):
    one, head = tablet("kontrolle"), visit("admin")
    one.start(PATH)
    (tree,) = choose(one, 1, skip=37)
    device = one.page.evaluate("import('baum/io/field/device.js').then((m) => m.device())")
    net.down()
    entry = record(one, **inspection(tree))
    post(head, f"/verwaltung/geraete/{device['id']}/sperren/")
    try:
        net.up()
        one.wait(11)
        nudge(one)
        said = "Dieses Tablet ist gesperrt. Alles ist abgegeben, auf dem Tablet liegt nichts mehr."
        expect(
            one.page.get_by_text(said).or_(strip(one).locator(f'[title="{said}"]'))
        ).to_be_attached()
        assert one.page.evaluate(LEFT) == []
        assert sent(city, entry)[entry["id"]][2:] == ("unsettled", "device_blocked")
    finally:
        post(head, f"/verwaltung/geraete/{device['id']}/freigeben/")


def test_an_expired_session_stops_nothing(tablet, net: Net, city: City):
    one = tablet("kontrolle")
    one.start(PATH)
    first, second = choose(one, 2, skip=38)
    one.context.clear_cookies()
    entry = record(one, **inspection(first))
    one.wait(11)
    nudge(one)
    expect(fate(one, entry)).to_contain_text("beim Büro hinterlegt")
    assert sent(city, entry)[entry["id"]][:3] == ("kontrolle", None, "deposited")
    later = record(one, **inspection(second))

    one.sign_in("kontrolle")
    send_all(one)

    found = sent(city, entry, later)
    assert [row[2] for row in found.values()] == ["accepted", "accepted"]
    assert kept(one.page).by_status() == {"accepted": 2}
    expect(strip(one)).to_contain_text("alles gesendet")


def test_nobody_sends_under_anothers_name(tablet, net: Net, city: City):
    one = tablet("kontrolle")
    one.start(PATH)
    first, second = choose(one, 2, skip=40)
    net.down()
    karla = record(one, **inspection(first))
    net.up()
    one.context.clear_cookies()
    one.sign_in("aufsicht")
    anke = record(one, **inspection(second))
    one.wait(11)
    nudge(one)

    expect(fate(one, anke)).to_contain_text("angekommen")
    waits = screen(one, "outgoing").get_by_text(
        re.compile("^Von Karla Ohlsen ist hier noch nicht gesendet: 1 Eintrag ")
    )
    expect(waits).to_be_visible()
    assert sent(city, karla, anke) == {anke["id"]: ("aufsicht", "aufsicht", "accepted", "")}

    one.sign_in("kontrolle")
    send_all(one)
    assert sent(city, karla)[karla["id"]] == ("kontrolle", "kontrolle", "accepted", "")


def test_the_card_of_a_tree_says_what_waits(tablet, net: Net):
    one = tablet("kontrolle")
    one.start(PATH)
    (tree,) = choose(one, 1, skip=42)
    net.down()
    record(one, **inspection(tree))
    open_card(one, tree)
    expect(card(one)).to_contain_text("nicht gesendet")
