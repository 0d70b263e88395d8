"""The sender against a server that answers as a test wants: breaks, lies, other people, blocked devices."""

import base64
import hashlib
import json
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.module_page import ANNA, BERT, Answer, Request, Site

pytestmark = pytest.mark.browser

NOW = "2026-11-27T09:00:00Z"
PIECE = 128 * 1024


def sha(text: str | bytes) -> str:
    """Hex."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


class Office:
    """Keeps what came; ``break_at`` answers before anything else does (None: as usual)."""

    def __init__(self) -> None:
        self.user: dict[str, str] | None = ANNA
        self.blocked = False
        self.keys = {"Feldgeraet %s:geheim": ANNA["id"]}
        self.requests: list[tuple[str, str, Any]] = []
        self.entries: dict[str, str] = {}
        self.deposited: dict[str, str] = {}
        self.photos: dict[str, dict[str, Any]] = {}
        self.settled: list[dict[str, Any]] = []
        self.receipt: Callable[[dict[str, Any]], dict[str, Any]] = lambda receipt: receipt
        self.break_at: Callable[[str, str, Request], Answer | str] = lambda *_request: "go on"
        self.after: Callable[[str, str, Request], Answer | str] = lambda *_request: "go on"

    def __call__(self, request: Request) -> Answer:
        """Answer one request."""
        method, path = request.method, request.path.removeprefix("/api/v1/field/")
        self.requests.append((method, path, request))
        early = self.break_at(method, path, request)
        if early != "go on":
            return early  # type: ignore[return-value]
        answer = self._answer(method, path, request)
        late = self.after(method, path, request)
        return answer if late == "go on" else late  # type: ignore[return-value]

    def _answer(self, method: str, path: str, request: Request) -> Answer:
        if path == "session/":
            return self._session()
        key = request.headers.get("authorization", "")
        if self.user is None and not key:
            return 401, {"detail": "Bitte anmelden."}, {}
        if path == "entries/":
            return self._entries(request.json, key)
        if path == "trees/":
            return 200, {"trees": []}, {}
        return self._photo(method, path.removeprefix("photos/").strip("/"), request)

    def _session(self) -> Answer:
        if self.user is None:
            return 401, {"detail": "Bitte anmelden."}, {}
        return 200, {
            "user": self.user,
            "city": {"name": "Probe", "is_demo": True},
            "settings": {"pin_minutes": 0, "measures_work": False},
            "server_time": NOW,
            "device": {"id": "d", "name": "T1", "blocked": self.blocked},
        }, {}  # fmt: skip

    def _entries(self, body: dict[str, Any], key: str) -> Answer:
        receipts = []
        for index, text in enumerate(body["entries"]):
            entry = json.loads(text)
            status = "deposited" if key else "accepted"
            if not key and entry["person"] != (self.user or {}).get("id"):
                status = "foreign"
            else:
                (self.deposited if key else self.entries)[entry["id"]] = text
            row = {"id": entry["tree"], "version": 9, "number": "0417", "lon": 10, "lat": 53}
            receipts.append(self.receipt({
                "index": index, "id": entry["id"], "sha256": sha(text), "status": status,
                "known": False, "sentence": "", "trees": [row] if status == "accepted" else [],
            }))  # fmt: skip
        device = {"blocked": self.blocked, "name": "T1"}
        news = [each for each in self.settled if each["id"] in body["open"]]
        answer = {"received_at": NOW, "device": device, "receipts": receipts, "settled": news}
        return 200, answer, {}

    def _photo(self, method: str, name: str, request: Request) -> Answer:
        if method == "POST":
            meta = dict(pair.split(" ") for pair in request.headers["upload-metadata"].split(","))
            values = {name: base64.b64decode(value).decode() for name, value in meta.items()}
            length = int(request.headers["upload-length"])
            self.photos.setdefault(values["id"], {"meta": values, "length": length, "bytes": b""})
            return 201, b"", {"Location": f"/api/v1/field/photos/{values['id']}/"}
        photo = self.photos.get(name)
        if photo is None:
            return 404, {"detail": "Das gibt es nicht."}, {}
        place = {"Upload-Offset": str(len(photo["bytes"])), "Upload-Length": str(photo["length"])}
        if method == "HEAD":
            return 200, b"", place
        if method == "GET":
            return 200, {
                "id": name, "length": photo["length"], "offset": len(photo["bytes"]),
                "sha256": sha(photo["bytes"]), "status": "received", "sentence": "", "photo": name,
            }, {}  # fmt: skip
        return self._piece(photo, request)

    def _piece(self, photo: dict[str, Any], request: Request) -> Answer:
        if int(request.headers["upload-offset"]) != len(photo["bytes"]):
            return 409, {"detail": "Versatz"}, {}
        piece = request.body
        told = request.headers["upload-checksum"].removeprefix("sha256 ")
        if base64.b64decode(told) != hashlib.sha256(piece).digest():
            return 460, {"detail": "Prüfsumme"}, {}
        photo["bytes"] += piece
        return 204, b"", {"Upload-Offset": str(len(photo["bytes"]))}

    def asked(self, method: str, path: str) -> int:
        """How often."""
        return sum((method, path) == (how, where) for how, where, _request in self.requests)


@pytest.fixture
def office(site: Site) -> Office:
    """The server of a test."""
    site.server = office = Office()
    return office


@pytest.fixture
def page(site: Site, office: Office) -> Page:
    """A page on which Anna writes."""
    return site.open()


RECORD = """async (list) => {
  const { record } = await import("baum/io/field/record.js");
  const { write } = await import("baum/io/field/database.js");
  const made = [];
  for (const { tree = "t1", reason = "fort", urgent = false, bytes = [] } of list) {
    const picture = (n, i) => new Blob([new Uint8Array(n).fill(i + 1)], { type: "image/jpeg" });
    const photos = bytes.map((n, i) => ({ blob: picture(n, i) }));
    made.push(await record({ kind: "tree_end", tree, body: { how: "vanished", reason }, urgent, photos }));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  if (HELD) return made;
  await write(["entries"], async (transaction) => {
    const store = transaction.objectStore("entries");
    for (const { id } of made) await store.put({ ...await store.get(id), hold_until: 0 });
  });
  return made;
}"""


def record(page: Page, *entries: dict[str, Any], held: bool = False) -> list[dict[str, Any]]:
    """Record entries that may be sent at once, unless held."""
    return page.evaluate(RECORD.replace("HELD", str(held).lower()), list(entries or ({},)))


def send(page: Page) -> dict[str, Any]:
    """One round of the sender; its state afterwards."""
    return page.evaluate("""async () => {
      const sync = await import("baum/io/field/sync.js");
      await sync.now();
      return { ...sync.state };
    }""")


def entries(page: Page) -> list[dict[str, Any]]:
    """Oldest first, with ``pictures``."""
    listed: list[dict[str, Any]] = page.evaluate(
        """async () => (await (await import("baum/io/field/outbox.js")).list()).reverse()"""
    )
    return listed


def states(page: Page) -> list[str]:
    """Status of each entry and of its photos."""
    return [
        " ".join([row["status"], *(p["status"] for p in row["pictures"])]) for row in entries(page)
    ]


def test_entries_then_photos_urgent_ones_first(office, page):
    made = record(
        page, {"reason": "a", "bytes": [10]}, {"reason": "b"}, {"tree": "t2", "urgent": True}
    )
    assert send(page)["phase"] == "idle"
    assert list(office.entries.values()) == [made[2]["text"], made[0]["text"], made[1]["text"]]
    sent = [path for method, path, _request in office.requests if method == "POST"]
    assert sent == ["entries/", "photos/"]
    assert states(page) == ["accepted received", "accepted", "accepted"]
    assert entries(page)[0]["received_at"] == NOW
    row = page.evaluate("""async () => (await import("baum/io/field/trees.js")).tree("t1")""")
    assert (row["version"], row["pending"]) == (9, [])


def test_a_held_entry_stays_even_when_asked_for(office, page):
    record(page, held=True)
    send(page)
    assert (office.entries, states(page)) == ({}, ["unsent"])


def test_a_lost_answer_means_the_same_letters_again(office, page):
    office.after = lambda _method, path, _request: None if path == "entries/" else "go on"
    [made] = record(page)
    assert send(page)["phase"] == "offline"
    assert states(page) == ["unsent"]
    office.after = lambda *_request: "go on"
    assert send(page)["phase"] == "idle"
    bodies = [request.json for _m, path, request in office.requests if path == "entries/"]
    assert [body["entries"] for body in bodies] == [[made["text"]]] * 2
    assert states(page) == ["accepted"]


@pytest.mark.parametrize(
    "lie",
    [{"sha256": "0" * 64}, {"status": "perhaps"}, {"index": 7}],
    ids=["sum", "status", "index"],
)
def test_a_receipt_of_something_else_receipts_nothing(office, page, lie):
    record(page, {"bytes": [5]})
    office.receipt = lambda receipt: receipt | lie
    send(page)
    [row] = entries(page)
    assert (row["status"], row["received_at"]) == ("unsent", None)
    assert "Quittung" in row["sentence"]
    assert office.asked("POST", "entries/") == 1, "not again and again in the same round"


def test_nobody_sends_for_another(office, page, site):
    record(page)
    record(site.open(BERT), {"reason": "von Bert", "bytes": [5]})
    send(page)
    assert states(page) == ["accepted", "unsent unsent"]
    office.user = BERT
    send(page)
    assert states(page) == ["accepted", "accepted received"]


def test_a_sign_in_that_changed_meanwhile_leaves_the_entry(office, page):
    """The session says Anna, the entries reach Bert's."""
    record(page)
    office.after = lambda _m, path, _r: (
        setattr(office, "user", BERT) or "go on" if path == "session/" else "go on"
    )
    send(page)
    assert (states(page), office.entries) == (["foreign"], {})
    office.after = lambda *_request: "go on"
    office.user = ANNA
    send(page)
    assert states(page) == ["accepted"]


def test_without_a_session_the_device_deposits_under_its_own_key(office, page):
    [made] = record(page, {"bytes": [5]})
    office.user = None
    state = send(page)
    assert (state["phase"], states(page)) == ("signed_out", ["unsent unsent"])
    page.evaluate(
        """async (person) => {
          const { setMeta } = await import("baum/io/field/meta.js");
          await setMeta("device-keys", { [person]: "geheim" });
        }""",
        ANNA["id"],
    )
    state = send(page)
    assert (state["phase"], states(page)) == ("signed_out", ["deposited received"])
    assert office.deposited == {made["id"]: made["text"]}
    [*_others, request] = [r for _m, path, r in office.requests if path == "entries/"]
    assert (
        request.headers["authorization"]
        == f"Feldgeraet {json.loads(made['text'])['device']}:geheim"
    )
    office.user = ANNA
    send(page)
    assert states(page) == ["accepted received"]
    assert office.entries == {made["id"]: made["text"]}


def test_a_missing_second_factor_stops_nothing_and_is_said(office, page):
    [made] = record(page)
    page.evaluate(
        """async (person) => {
          const { setMeta } = await import("baum/io/field/meta.js");
          await setMeta("device-keys", { [person]: "geheim" });
        }""",
        ANNA["id"],
    )
    refusal = {"detail": "Bitte richten Sie ihn ein.", "code": "second_factor_missing"}
    office.break_at = lambda _m, _path, request: (
        "go on" if request.headers.get("authorization") else (403, refusal, {})
    )
    state = send(page)
    assert (state["phase"], state["sentence"]) == ("half_signed_in", refusal["detail"])
    assert states(page) == ["deposited"] and office.deposited == {made["id"]: made["text"]}
    office.break_at = lambda *_request: "go on"
    assert send(page)["phase"] == "idle"
    assert states(page) == ["accepted"]


def test_an_old_token_is_fetched_anew_once(office, page):
    answers = iter([(403, {"detail": "CSRF Failed: CSRF token missing."}, {})])
    office.break_at = lambda _m, path, _r: next(answers, "go on") if path == "entries/" else "go on"
    record(page)
    assert send(page)["phase"] == "idle"
    assert states(page) == ["accepted"]


def test_one_bad_entry_holds_up_no_other(office, page):
    def refuse(_method: str, path: str, request: Request) -> Answer | str:
        bad = path == "entries/" and "böse" in "".join(request.json["entries"])
        return (500, {"detail": "kaputt"}, {}) if bad else "go on"

    office.break_at = refuse
    record(page, {"reason": "a"}, {"reason": "böse", "bytes": [3]}, {"reason": "c"})
    send(page)
    assert states(page) == ["accepted", "unsent received", "accepted"]
    assert "Störung" in entries(page)[1]["sentence"]


def test_a_full_store_costs_fresh_rows_but_no_receipt(office, page):
    """What the server answers besides may be large; that it has the entry must be kept all the same."""
    record(page, {"reason": "a", "bytes": [3]}, {"reason": "b"})
    page.evaluate("""() => {
      const put = IDBObjectStore.prototype.put;
      IDBObjectStore.prototype.put = function (...values) {
        if (this.name === "trees") throw new DOMException("full", "QuotaExceededError");
        return put.apply(this, values);
      };
    }""")
    assert send(page)["phase"] == "idle"
    assert states(page) == ["accepted received", "accepted"]
    assert office.asked("POST", "entries/") == 1


def test_what_is_taken_back_at_the_last_moment_is_not_sent(office, page):
    """Between the sender's look at the store and its mark an entry may go; then it must not be sent."""
    gone, stays = record(page, {"reason": "weg"}, {"reason": "bleibt"})
    page.evaluate(
        """(id) => {
          const { transaction } = IDBDatabase.prototype;
          IDBDatabase.prototype.transaction = function (names, mode, options) {
            const made = transaction.call(this, names, mode, options);
            const marks = mode === "readwrite" && [names].flat().join() === "entries";
            if (marks) made.objectStore("entries").delete(id);
            return made;
          };
        }""",
        gone["id"],
    )
    send(page)
    assert list(office.entries) == [stays["id"]]


def test_verdicts_of_the_office_reach_the_tablet(office, page):
    office.receipt = lambda receipt: receipt | {"status": "unsettled", "sentence": "gefällt"}
    [made] = record(page)
    send(page)
    assert [(row["status"], row["sentence"]) for row in entries(page)] == [("unsettled", "gefällt")]
    later = "2026-11-28T09:00:00Z"
    office.settled = [{"id": made["id"], "status": "rejected", "sentence": "doppelt", "at": later}]
    send(page)
    [row] = entries(page)
    assert (row["status"], row["sentence"], row["settled_at"]) == ("rejected", "doppelt", later)


def test_a_photo_goes_on_where_the_line_broke(office, page):
    office.break_at = lambda method, path, request: (
        None if method == "PATCH" and request.headers["upload-offset"] == str(PIECE) else "go on"
    )
    record(page, {"bytes": [2 * PIECE + 77]})
    assert send(page)["phase"] == "offline"
    assert states(page) == ["accepted unsent"]
    office.break_at = lambda *_request: "go on"
    office.requests.clear()
    assert send(page)["phase"] == "idle"
    photo = [method for method, path, _request in office.requests if path.startswith("photos/")]
    assert photo == ["HEAD", "PATCH", "PATCH", "GET"]
    [kept] = office.photos.values()
    assert kept["bytes"] == b"\1" * (2 * PIECE + 77)
    assert kept["meta"]["person"] == ANNA["id"]
    assert kept["meta"]["sha256"] == sha(kept["bytes"])
    assert states(page) == ["accepted received"]


@pytest.mark.parametrize(
    ("when", "status"),
    # The server has not taken the piece; or it has, and the tablet does not know.
    [("break_at", 409), ("break_at", 460), ("after", 409)],
)
def test_a_piece_that_did_not_fit_is_sent_from_where_the_server_is(office, page, when, status):
    answers = iter([(status, {"detail": "nein"}, {})])

    def refuse(method: str, _path: str, _request: Request) -> Answer | str:
        return next(answers, "go on") if method == "PATCH" else "go on"

    setattr(office, when, refuse)
    record(page, {"bytes": [PIECE + 5]})
    assert send(page)["phase"] == "idle"
    assert [len(photo["bytes"]) for photo in office.photos.values()] == [PIECE + 5]
    assert states(page) == ["accepted received"]


def test_a_photo_whose_receipt_is_of_other_bytes_stays(office, page):
    office.after = lambda method, path, _request: (
        (200, {"status": "received", "sha256": "0" * 64, "sentence": "", "offset": 5}, {})
        if method == "GET" and path.startswith("photos/") else "go on"
    )  # fmt: skip
    record(page, {"bytes": [5]})
    send(page)
    [row] = entries(page)
    [photo] = row["pictures"]
    assert (photo["status"], photo["received_at"]) == ("unsent", None)
    assert "Quittung" in photo["sentence"]


def test_what_was_under_way_in_a_crash_waits_again(office, page):
    [made] = record(page, {"bytes": [5]})
    page.evaluate("""async () => {
      const { write } = await import("baum/io/field/database.js");
      await write(["entries", "photos"], async (transaction) => {
        for (const name of ["entries", "photos"]) {
          const store = transaction.objectStore(name);
          for (const row of await store.getAll()) await store.put({ ...row, status: "sending", attempts: 1 });
        }
      });
    }""")
    send(page)
    assert states(page) == ["accepted received"]
    assert list(office.entries) == [made["id"]]


def test_two_tabs_send_once(office, page, site):
    """The second one begins and ends while the first one's entries are on their way."""
    arrived, go_on = Event(), Event()

    def hold(_method: str, path: str, _request: Request) -> Answer | str:
        if path == "entries/" and not arrived.is_set():
            arrived.set()
            assert go_on.wait(30)
        return "go on"

    office.break_at = hold
    other = site.open()
    record(page, *({"reason": str(n), "bytes": [9]} for n in range(5)))
    page.evaluate("""async () => {
      const sync = await import("baum/io/field/sync.js");
      window.done = sync.now();
      window.done.then(() => { window.isDone = true; });
    }""")
    assert arrived.wait(30)
    assert states(other) == ["sending unsent"] * 5
    send(other)
    assert not page.evaluate("() => window.isDone")
    go_on.set()
    page.evaluate("() => window.done")
    send(page)
    texts = [
        text for _m, path, r in office.requests if path == "entries/" for text in r.json["entries"]
    ]
    assert len(texts) == len(set(texts)) == 5
    assert office.asked("POST", "photos/") == 5


def test_a_blocked_device_hands_in_first_then_forgets(office, page):
    office.blocked = True
    office.break_at = lambda method, _path, _r: (500, {}, {}) if method == "PATCH" else "go on"
    [made] = record(page, {"bytes": [5]})
    assert send(page)["phase"] == "blocked"
    assert states(page) == ["accepted unsent"], "a photo is still here: nothing is forgotten"
    office.break_at = lambda *_request: "go on"
    assert send(page)["phase"] == "blocked"
    assert [photo["bytes"] for photo in office.photos.values()] == [b"\1" * 5]
    assert page.evaluate("async () => (await indexedDB.databases()).map((db) => db.name)") == []
    again = page.evaluate("""async () => (await import("baum/io/field/device.js")).device()""")
    assert again["id"] == json.loads(made["text"])["device"], "the same device, still blocked"


def test_it_sends_by_itself_when_the_hold_is_over(office, chromium, site):
    """Recorded in this page, sent without anybody asking."""
    arrived = Event()
    office.after = lambda *_request: (office.entries and arrived.set()) or "go on"
    with chromium.new_context() as context:
        page = site.open(context=context)
        page.clock.install()
        page.evaluate("""async () => (await import("baum/io/field/sync.js")).start()""")
        record_only = RECORD.replace("HELD", "true").replace("setTimeout(resolve, 2)", "resolve()")
        page.evaluate(record_only, [{}])
        page.clock.fast_forward(9_000)
        send(page)
        assert (office.entries, states(page)) == ({}, ["unsent"])
        page.clock.fast_forward(2_000)
        assert arrived.wait(10)
        send(page)
        assert states(page) == ["accepted"]
    assert len(office.entries) == 1
