"""What a tablet keeps against what the city has: the count of the lost and the doubled.

The tablet's storage is read past the app, with the browser's own interface.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from playwright.sync_api import Page

from tests.browser.city import City

READ = """async () => {
  const asked = indexedDB.open("baumkataster-feld");
  const db = await new Promise((good, bad) => {
    asked.onsuccess = () => good(asked.result);
    asked.onerror = () => bad(asked.error);
  });
  const all = (store) => new Promise((good, bad) => {
    const rows = db.transaction(store).objectStore(store).getAll();
    rows.onsuccess = () => good(rows.result);
    rows.onerror = () => bad(rows.error);
  });
  const sum = async (bytes) => [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const entries = [];
  const photos = [];
  for (const row of await all("entries")) {
    const {id, kind, tree, person, status, sentence, text} = row;
    const sha256 = await sum(new TextEncoder().encode(text));
    entries.push({id, kind, tree, person, status, sentence, text, sha256});
  }
  for (const row of await all("photos")) {
    const {id, entry, tree, finding, status, sentence, blob} = row;
    const sha256 = await sum(await blob.arrayBuffer());
    photos.push({id, entry, tree, finding, status, sentence, sha256, size: blob.size});
  }
  db.close();
  return {entries, photos};
}"""
#: How many entries and photos have not been handed in; quick, for waiting.
WAITING = """async () => {
  const asked = indexedDB.open("baumkataster-feld");
  const db = await new Promise((good, bad) => {
    asked.onsuccess = () => good(asked.result);
    asked.onerror = () => bad(asked.error);
  });
  const count = (store, status) => new Promise((good, bad) => {
    const found = db.transaction(store).objectStore(store).index("status").count(status);
    found.onsuccess = () => good(found.result);
    found.onerror = () => bad(found.error);
  });
  let waiting = 0;
  for (const store of ["entries", "photos"]) {
    for (const status of ["unsent", "sending"]) waiting += await count(store, status);
  }
  waiting += await count("entries", "deposited");
  db.close();
  return waiting;
}"""


@dataclass(frozen=True)
class Kept:
    """Entries and photos on a tablet."""

    entries: list[dict[str, Any]]
    photos: list[dict[str, Any]]

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """Entries of one kind."""
        return [row for row in self.entries if row["kind"] == kind]

    def by_status(self) -> dict[str, int]:
        """How many entries have which status."""
        found: dict[str, int] = {}
        for row in self.entries:
            found[row["status"]] = found.get(row["status"], 0) + 1
        return found


def kept(page: Page) -> Kept:
    """Everything that waits on the tablet or was handed in lately."""
    return Kept(**page.evaluate(READ))


def waiting(page: Page) -> int:
    """Entries and photos that the city has not receipted yet."""
    return int(page.evaluate(WAITING))


@dataclass
class Toll:
    """What a sending has cost; both must be empty."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Before:
    """How much the city had before the sending."""

    entries: int
    inspections: int
    photos: int


COUNTS = """SELECT (SELECT count(*) FROM inspections_fieldentry),
    (SELECT count(*) FROM inspections_inspection), (SELECT count(*) FROM baumkataster_photo)"""


def before(city: City) -> Before:
    """Count now, to count again later."""
    (row,) = city.rows(COUNTS)
    return Before(*row)


def toll(city: City, media: Path, had: Before, *tablets: Kept) -> Toll:
    """Compare letter by letter and byte by byte."""
    entries = [row for one in tablets for row in one.entries]
    photos = [row for one in tablets for row in one.photos]
    result = Toll()
    _texts(city, entries, result)
    inspections = [row["id"] for row in entries if row["kind"] == "inspection"]
    _inspections(city, entries, result)
    _photos(city, media, photos, result)
    now = before(city)
    for word, more, sent in (
        ("entries", now.entries - had.entries, len(entries)),
        ("inspections", now.inspections - had.inspections, len(inspections)),
        ("photos", now.photos - had.photos, len(photos)),
    ):
        result.doubled += [f"{word}: {more} instead of {sent}"] * max(more - sent, 0)
    return result


def _texts(city: City, entries: list[dict[str, Any]], result: Toll) -> None:
    """Each entry is there once, with the very letters of the tablet."""
    rows = city.rows("SELECT entry_id, sha256, text FROM inspections_fieldentry")
    there: dict[str, list[str]] = {}
    for entry_id, sha256, text in rows:
        true = hashlib.sha256(text.encode()).hexdigest() == sha256
        there.setdefault(str(entry_id), []).append(sha256 if true else "another text")
    for row in entries:
        found = there.get(row["id"], [])
        if row["sha256"] not in found:
            result.lost.append(f"entry {row['id']} ({row['kind']}, {row['status']})")
        result.doubled += [f"entry {row['id']} has another text"] * (len(found) - 1)


def _inspections(city: City, entries: list[dict[str, Any]], result: Toll) -> None:
    """Each inspection that was accepted is one; others lie word for word before the office."""
    accepted = [row for row in entries if row["status"] == "accepted"]
    ids = [UUID(row["id"]) for row in accepted if row["kind"] == "inspection"]
    rows = city.rows("SELECT id FROM inspections_inspection WHERE id = ANY(%s)", ids)
    there = {str(row[0]) for row in rows}
    result.lost += [f"inspection {id}" for id in ids if str(id) not in there]


def _photos(city: City, media: Path, photos: list[dict[str, Any]], result: Toll) -> None:
    """Each photo's file holds the bytes that the tablet made."""
    ids = [UUID(row["id"]) for row in photos]
    rows = city.rows("SELECT id, file FROM baumkataster_photo WHERE id = ANY(%s)", ids)
    files = {str(id): file for id, file in rows}
    for row in photos:
        file = media / files[row["id"]] if row["id"] in files else None
        if file is None or not file.exists():
            result.lost.append(f"photo {row['id']} ({row['status']} {row['sentence']})")
        elif hashlib.sha256(file.read_bytes()).hexdigest() != row["sha256"]:
            result.lost.append(f"photo {row['id']} has other bytes")
