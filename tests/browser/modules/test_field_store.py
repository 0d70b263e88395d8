"""What the tablet keeps: on the disk before it says so, through kills, full disks and new versions."""

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright

from tests.browser.module_page import ANNA, BERT, WRITES, Site
from tests.field.tablet import Tablet

pytestmark = pytest.mark.browser

SCHEMAS = sorted((Path(__file__).parents[2] / "field_schemas").glob("*.json"))
TREE = "11111111-1111-4111-8111-111111111111"
#: One entry with one photo of so many bytes.
RECORD = """async ({ tree, bytes }) => {
  const { record, newId } = await import("baum/io/field/record.js");
  const photo = newId();
  const blob = new Blob([new Uint8Array(bytes).fill(7)], { type: "image/jpeg" });
  const photos = bytes ? [{ id: photo, blob, caption: "Höhlung" }] : [];
  try {
    return await record({ kind: "tree_end", tree, treeVersion: 3,
      body: { how: "vanished", on: "2026-11-27", reason: "Größe 5 – „fort“" }, photos });
  } catch (error) {
    return { error: error.name, sentence: error.sentence };
  }
}"""
#: All rows of some stores by the browser's own interface; a photo's bytes as their number.
ROWS = """async (stores) => {
  const db = await new Promise((resolve, reject) => {
    const request = indexedDB.open("baumkataster-feld");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const found = { version: db.version };
  for (const name of stores) {
    found[name] = await new Promise((resolve) => {
      const request = db.transaction(name).objectStore(name).getAll();
      request.onsuccess = () => resolve(request.result);
    });
    for (const row of found[name]) if (row.blob) row.blob = (await row.blob.arrayBuffer()).byteLength;
  }
  db.close();
  return found;
}"""


@pytest.fixture
def page(site: Site) -> Page:
    """A page on which Anna writes."""
    return site.open()


def rows(page: Page, *stores: str) -> dict[str, Any]:
    """What the store holds, read past our own code."""
    return page.evaluate(ROWS, list(stores or ("entries", "photos")))


def record(page: Page, *, size: int = 0, tree: str = TREE) -> dict[str, Any]:
    """Record an entry."""
    return page.evaluate(RECORD, {"tree": tree, "bytes": size})


def test_an_entry_is_complete_and_outlives_its_page(site, page):
    entry = record(page, size=1000)
    page.close()
    kept = rows(site.open(None))
    [row], [photo] = kept["entries"], kept["photos"]
    assert row == entry
    assert row["sha256"] == hashlib.sha256(row["text"].encode()).hexdigest()
    text = json.loads(row["text"])
    assert (text["id"], text["person"], text["tree"]) == (row["id"], ANNA["id"], TREE)
    assert text["made_at"] == row["made_at"]
    assert text["clock_offset_s"] is None
    assert text["body"]["reason"] == "Größe 5 – „fort“"
    assert (row["person"], row["status"], row["photos"]) == (ANNA["id"], "unsent", [photo["id"]])
    assert (photo["entry"], photo["size"], photo["blob"]) == (row["id"], 1000, 1000)
    assert photo["sha256"] == hashlib.sha256(b"\7" * 1000).hexdigest()


def test_saved_is_said_after_the_disk_has_it(page):
    """The promise must not be faster than a strict transaction over both stores."""
    order = page.evaluate("""async () => {
      const seen = [];
      const plain = IDBDatabase.prototype.transaction;
      IDBDatabase.prototype.transaction = function (stores, mode, options) {
        const transaction = plain.call(this, stores, mode, options);
        if (mode === "readwrite" && [].concat(stores).includes("entries")) {
          seen.push(`${[].concat(stores).sort().join("+")} ${options?.durability} ${transaction.durability}`);
          transaction.addEventListener("complete", () => seen.push("complete"));
        }
        return transaction;
      };
      const { record } = await import("baum/io/field/record.js");
      const photos = [{ blob: new Blob(["x"]) }];
      await record({ kind: "tree_end", tree: "t", body: { how: "felled" }, photos });
      seen.push("said");
      return seen;
    }""")
    assert order == ["entries+photos strict strict", "complete", "said"]


@pytest.fixture
def device(playwright: Playwright, site: Site, tmp_path: Path) -> Iterator[Tablet]:
    """A tablet with a real disk."""
    device = Tablet(playwright, site.url, tmp_path)
    yield device
    assert not device.close()


def test_an_entry_outlives_a_killed_browser(site, device):
    device.start()
    entry = record(site.open(context=device.context), size=200_000)
    device.kill()
    device.start()
    kept = rows(site.open(None, context=device.context))
    assert [row["id"] for row in kept["entries"]] == [entry["id"]]
    assert [row["blob"] for row in kept["photos"]] == [200_000]


def test_a_full_disk_keeps_nothing_half_and_says_a_way_out(site):
    page = site.open(None)
    session = page.context.new_cdp_session(page)
    # Before the first write: Chromium remembers for some seconds how much room there was.
    session.send("Storage.overrideQuotaForOrigin", {"origin": site.url, "quotaSize": 1_000_000})
    page.evaluate(WRITES, ANNA)
    first = record(page)
    answer = record(page, size=2_000_000)
    assert answer["error"] == "StorageFull"
    assert "voll" in answer["sentence"]
    assert "Mitnehmen" in answer["sentence"]
    assert rows(page) == {"version": 1, "entries": [first], "photos": []}
    session.send("Storage.overrideQuotaForOrigin", {"origin": site.url})
    assert "error" not in record(page, size=2_000_000)


def test_nobody_signed_in_means_nothing_is_saved(site):
    page = site.open(None)
    assert record(page)["error"] == "StoreBroken"
    assert rows(page)["entries"] == []


def test_undo_takes_an_entry_back_with_its_photos(page):
    entry = record(page, size=10)
    assert undo(page, entry["id"])
    assert rows(page) == {"version": 1, "entries": [], "photos": []}
    assert not undo(page, entry["id"])


@pytest.mark.parametrize(
    "values",
    ["{ hold_until: Date.now() - 1 }", "{ attempts: 1 }", '{ status: "sending" }',
     # A clock that was set back by a day holds nothing for a day.
     "{ hold_until: Date.now() + 86_400_000 }"],
)  # fmt: skip
def test_undo_comes_too_late(page, values):
    entry = record(page, size=10)
    page.evaluate(
        f"""async (id) => {{
          const {{ write }} = await import("baum/io/field/database.js");
          await write(["entries"], async (transaction) => {{
            const store = transaction.objectStore("entries");
            await store.put({{ ...await store.get(id), ...{values} }});
          }});
        }}""",
        entry["id"],
    )
    assert not undo(page, entry["id"])
    assert len(rows(page)["photos"]) == 1


def undo(page: Page, entry: str) -> bool:
    """Take an entry back."""
    return page.evaluate(
        """async (id) => (await import("baum/io/field/record.js")).undo(id)""", entry
    )


def test_two_tabs_see_the_same_outbox(site, page):
    other = site.open()
    counts = """async () => {
      const { changes, counts } = await import("baum/io/field/outbox.js");
      changes.addEventListener("change", () => { window.isTold = true; });
      return await counts();
    }"""
    assert other.evaluate(counts)["total"] == 0
    record(page, size=10)
    other.wait_for_function("() => window.isTold")
    assert other.evaluate(counts) == {
        "entries": 1, "photos": 1, "unsettled": 0, "deposited": 0, "total": 2,
    }  # fmt: skip


def test_each_person_has_an_outbox_of_their_own(site, page):
    record(page, size=10)
    bert = site.open(BERT)
    record(bert)
    count = """async (id) => (await (await import("baum/io/field/outbox.js")).counts(id)).total"""
    assert [page.evaluate(count, who) for who in (ANNA["id"], BERT["id"], None)] == [2, 1, 3]
    names = """async (id) => (await (await import("baum/io/field/outbox.js")).list(id))
      .map((entry) => [entry.person_name, entry.pictures.length])"""
    assert page.evaluate(names, BERT["id"]) == [["Bert Birke", 0]]
    assert page.evaluate(names, None) == [["Bert Birke", 0], ["Anna Ahorn", 1]]


def test_the_file_of_last_resort_holds_every_letter_and_byte(site, page):
    first, second = record(page, size=300), record(page)
    record(site.open(BERT), size=5)
    text = page.evaluate(
        """async (id) => (await (await import("baum/io/field/outbox.js")).exportFile(id)).text()""",
        ANNA["id"],
    )
    file = json.loads(text)
    assert (file["format"], file["version"]) == ("baumkataster-ausgang", 1)
    assert file["person"] == ANNA["id"]
    assert file["entries"] == [first["text"], second["text"]]
    [photo] = file["photos"]
    assert base64.b64decode(photo["base64"]) == b"\7" * 300
    assert photo["meta"]["sha256"] == hashlib.sha256(b"\7" * 300).hexdigest()
    assert photo["meta"]["entry"] == first["id"]
    assert file["device"]["id"] == json.loads(first["text"])["device"]


def test_only_what_was_settled_a_week_ago_goes(page):
    """Neither open entries nor those with a photo that only the tablet has are cleared away."""
    names = [
        "old",
        "young",
        "unsettled",
        "unsent",
        "picture",
        "no picture",
        "rejected",
        "settled late",
    ]
    left = page.evaluate(
        """async (names) => {
          const { write } = await import("baum/io/field/database.js");
          const { purge, list } = await import("baum/io/field/outbox.js");
          const now = Date.parse("2026-11-27T12:00:00Z");
          const [old, young] = ["2026-11-20T11:59:00Z", "2026-11-20T12:01:00Z"];
          const states = {
            old: { status: "accepted", received_at: old },
            young: { status: "accepted", received_at: young },
            unsettled: { status: "unsettled", received_at: old },
            unsent: { status: "unsent", received_at: null },
            picture: { status: "accepted", received_at: old },
            "no picture": { status: "accepted", received_at: old },
            rejected: { status: "rejected", received_at: old },
            "settled late": { status: "accepted", received_at: old, settled_at: young },
          };
          await write(["entries", "photos"], async (transaction) => {
            for (const id of names) {
              const row = { id, person: "p", tree: "t", made_at: old, photos: [], settled_at: null };
              await transaction.objectStore("entries").put({ ...row, ...states[id] });
              const status = { picture: "unsent", "no picture": "refused" }[id] ?? "received";
              await transaction.objectStore("photos").put({
                id: `photo of ${id}`, person: "p", entry: id, blob: new Blob(["x"]),
                status, received_at: status === "unsent" ? null : old,
              });
            }
          });
          const gone = await purge(now);
          return [gone, (await list()).map((entry) => entry.id).sort()];
        }""",
        names,
    )
    assert left == [2, sorted(set(names) - {"old", "rejected"})]
    assert len(rows(page)["photos"]) == 6


@pytest.mark.parametrize("dump", SCHEMAS, ids=lambda path: path.stem)
def test_entries_and_photos_survive_from_every_released_schema(site, dump):
    """The dump says stores, indexes and rows as that version made them; our code is not asked."""
    page = site.open(None)
    schema = json.loads(dump.read_text(encoding="utf-8"))
    page.evaluate(MAKE, schema)
    seen = page.evaluate("""async () => {
      const outbox = await import("baum/io/field/outbox.js");
      const trees = await import("baum/io/field/trees.js");
      const { person } = await import("baum/io/field/session.js");
      const list = await outbox.list();
      const bytes = {};
      for (const entry of list) {
        for (const photo of await outbox.photosOf(entry.id)) bytes[photo.id] = await photo.blob.text();
      }
      return { counts: await outbox.counts(), person: (await person()).name, bytes, list,
        points: (await trees.points()).length };
    }""")
    wanted = schema["expect"]
    assert seen["counts"] == wanted["counts"]
    assert seen["person"] == wanted["person"]
    assert seen["bytes"] == wanted["bytes"]
    assert seen["points"] == wanted["points"]
    texts = {row["id"]: row["text"] for row in schema["stores"]["entries"]["rows"]}
    assert {entry["id"]: entry["text"] for entry in seen["list"]} == texts


MAKE = """async ({ version, stores }) => {
  const request = indexedDB.open("baumkataster-feld", version);
  request.onupgradeneeded = () => {
    for (const [name, { keyPath, indexes }] of Object.entries(stores)) {
      const store = request.result.createObjectStore(name, { keyPath });
      for (const [index, multiEntry] of Object.entries(indexes)) {
        store.createIndex(index, index, { multiEntry });
      }
    }
  };
  const db = await new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  for (const [name, { rows }] of Object.entries(stores)) {
    const transaction = db.transaction(name, "readwrite");
    for (const row of rows) {
      const blob = typeof row.blob === "string" ? { blob: new Blob([row.blob], { type: "image/jpeg" }) } : {};
      transaction.objectStore(name).put({ ...row, ...blob });
    }
    await new Promise((resolve) => (transaction.oncomplete = resolve));
  }
  db.close();
}"""


def test_the_dump_of_the_present_schema_is_what_the_code_makes(page):
    """Else the test above would prove something about a store that nobody has."""
    made = page.evaluate("""async () => {
      const db = await (await import("baum/io/field/database.js")).open();
      const found = {};
      for (const name of db.objectStoreNames) {
        const store = db.transaction(name).objectStore(name);
        const indexes = [...store.indexNames].map((index) => [index, store.index(index).multiEntry]);
        found[name] = { keyPath: store.keyPath, indexes: Object.fromEntries(indexes) };
      }
      return { version: db.version, stores: found };
    }""")
    dump = json.loads(SCHEMAS[-1].read_text(encoding="utf-8"))
    assert made["version"] == dump["version"] == len(SCHEMAS)
    told = {
        name: {"keyPath": store["keyPath"], "indexes": store["indexes"]}
        for name, store in dump["stores"].items()
    }
    assert made["stores"] == told


def test_a_store_of_a_newer_app_is_left_as_it_is(site):
    page = site.open(None)
    page.evaluate(MAKE, {
        "version": 99,
        "stores": {"entries": {"keyPath": "id", "indexes": {}, "rows": [{"id": "e", "text": "{}"}]}},
    })  # fmt: skip
    answer = record(page)
    assert answer["error"] == "StoreTooNew"
    assert "neueren Fassung" in answer["sentence"]
    assert rows(page, "entries") == {"version": 99, "entries": [{"id": "e", "text": "{}"}]}


def test_an_older_tab_does_not_hold_up_a_newer_app(site, page):
    """Ours lets go of the store as soon as another tab wants to change it."""
    record(page)
    other = site.open(None)
    version = other.evaluate("""() => new Promise((resolve) => {
      const request = indexedDB.open("baumkataster-feld", 7);
      request.onblocked = () => resolve("blocked");
      request.onsuccess = () => resolve(request.result.version);
    })""")
    assert version == 7
