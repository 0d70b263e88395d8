"""What hands do on the tablet's screen, by words that can be read there."""

import re
from contextlib import suppress
from math import ceil
from pathlib import Path
from time import monotonic
from typing import Any

from playwright.sync_api import Error, Locator, expect

from tests.field.kept import waiting
from tests.field.tablet import Tablet

PATH = "/feld/"
#: Longer than an entry is held back for taking it back.
HOLD_S = 11
#: How often a tablet finds its net: each time it asks the city anew who it is and what there is.
AGAIN_S = 0.4
#: Trees at which "Ohne neuen Befund" may be tapped, and at which it may not, by the app's own rule;
#: none that shares its spot with another, because a finger could not tell them apart.
CHOOSE = """async ({allowed, limit, skip, findings, reason}) => {
  const {quickCheck, earlierFindings} = await import("baum/core/field/carry_over.js");
  const {reference} = await import("baum/io/field/reference.js");
  const {tree, points} = await import("baum/io/field/trees.js");
  const {flat} = await import("baum/components/field/inspect_result.js");
  const known = flat(await reference());
  const day = new Date().toISOString().slice(0, 10);
  const found = [];
  const all = await points();
  const alone = (one) => all.every((other) => other.id === one.id ||
    Math.abs(other.lon - one.lon) > 0.00005 || Math.abs(other.lat - one.lat) > 0.00003);
  for (const point of all) {
    if (!alone(point)) continue;
    const row = await tree(point.id);
    if (row.status !== "standing" || !row.species || !row.number || !row.inspections?.length) continue;
    const check = quickCheck(row, known, day);
    if (check.allowed !== allowed) continue;
    if (reason && check.reasons.join() !== reason) continue;
    if (findings !== null && (earlierFindings(row).length > 0) !== findings) continue;
    found.push({id: row.id, version: row.version, phase: row.phase || "mature", lon: row.lon,
      lat: row.lat, number: row.number, place: row.place_name, height_m: row.height_m ?? null,
      girth_cm: row.girth_cm ?? null, tag: row.tag ?? "", remarks: row.remarks ?? ""});
    if (found.length >= limit + skip) break;
  }
  return found.slice(skip);
}"""


def choose(
    tablet: Tablet,
    limit: int,
    *,
    allowed: bool = True,
    skip: int = 0,
    findings: bool | None = None,
    reason: str = "",
) -> list[dict[str, Any]]:
    """Trees on board, always the same ones; ``reason``: the only one why not."""
    options: dict[str, Any] = {"allowed": allowed, "limit": limit, "skip": skip}
    options |= {"findings": findings, "reason": reason}
    found: list[dict[str, Any]] = tablet.page.evaluate(CHOOSE, options)
    assert len(found) == limit, f"only {len(found)} such trees on board"
    return found


def dot(tablet: Tablet) -> Locator:
    """The own position on the map."""
    return tablet.page.locator(".field-position__dot")


def stand_at(tablet: Tablet, tree: dict[str, Any], accuracy: float | None = None) -> None:
    """Walk to a tree; until the app knows. Each walk has another accuracy, which the strip tells."""
    good = accuracy or 3 + (tablet.accuracy == 3)
    tablet.walk(tree["lon"], tree["lat"], good)
    expect(strip(tablet)).to_contain_text(f"± {ceil(good)} m")
    expect(dot(tablet)).to_be_attached()


def card(tablet: Tablet) -> Locator:
    """The card in the sheet."""
    return tablet.page.locator(".ff-card")


def open_card(tablet: Tablet, tree: dict[str, Any]) -> Locator:
    """Walk to a tree and tap it on the map, at the pixel where one stands oneself."""
    stand_at(tablet, tree)
    mine = tablet.page.locator(f'.ff-card[data-tree="{tree["id"]}"]')
    if not mine.count():
        x, y = find_oneself(tablet)
        tablet.tap_at(x, y)
    expect(mine).to_be_visible()
    return mine


#: Where one stands, in pixels, if the map shows it, rests there and nothing lies over it.
SEEN = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const at = () => {
    const box = document.querySelector(".field-position__dot").getBoundingClientRect();
    // Off the glass the map draws an empty dot, which lies anywhere.
    return box.width > 1 ? [box.x + box.width / 2, box.y + box.height / 2] : [-1, -1];
  };
  const before = at();
  await frame();
  await frame();
  const now = at();
  const rests = now[0] === before[0] && now[1] === before[1];
  const free = now[0] >= 0 && document.elementFromPoint(...now)?.closest("#field-map");
  return rests ? (free ? now : []) : null;
}"""


def find_oneself(tablet: Tablet) -> tuple[float, float]:
    """The pixel of the own position; the button for it is tapped when it cannot be seen."""
    end = monotonic() + 10
    asked = 0.0
    while monotonic() < end:
        spot = tablet.page.evaluate(SEEN)
        if spot:
            return spot[0], spot[1]
        if spot == [] and monotonic() - asked > 1:
            tablet.tap(tablet.page.get_by_role("button", name="Eigene Position", exact=True))
            asked = monotonic()
    raise AssertionError("the own position is not on the map")


def form(tablet: Tablet, name: str) -> Locator:
    """A form that is open."""
    return tablet.page.locator(f'form[data-form="{name}"]')


def chip(where: Locator, group: str, words: str) -> Locator:
    """A chip of a named row."""
    row = where.get_by_role("group", name=re.compile(f"^{re.escape(group)}"))
    return row.locator("label.ff-chip").filter(has_text=re.compile(f"^{re.escape(words)}")).first


def save(tablet: Tablet, where: Locator) -> None:
    """The large button below; the form closes."""
    tablet.tap(where.locator("button[type=submit]"))
    complaint = where.locator(".ff-error:visible, .ff-fail:visible")
    with suppress(AssertionError):
        expect(where).to_have_count(0)
        return
    raise AssertionError(f"not saved: {complaint.all_inner_texts()}")


def no_new_finding(tablet: Tablet, tree: dict[str, Any]) -> int:
    """One tree done with three taps; how many were done."""
    here = open_card(tablet, tree)
    tablet.tap(here.get_by_role("button", name="Ohne neuen Befund"))
    save(tablet, form(tablet, "quick"))
    return 1


def with_finding(tablet: Tablet, tree: dict[str, Any], photo: Path | None = None) -> Locator:
    """Symptom, severity, measure, urgency, perhaps a photo; the form is left unsaved."""
    here = open_card(tablet, tree)
    tablet.tap(here.get_by_role("button", name="Befund", exact=True))
    page = form(tablet, "inspect")
    symptoms = page.get_by_role("group", name="Schadsymptom").locator("label.ff-chip")
    tablet.tap(symptoms.first)
    finding = page.locator(".ff-finding--new").first
    tablet.tap(chip(finding, "Ausmaß", "mittel"))
    tablet.tap(finding.get_by_role("group", name="Maßnahme").locator("label.ff-chip").first)
    tablet.tap(chip(finding, "Dringlichkeit", "Innerhalb von 6 Monaten"))
    if photo:
        finding.locator('input[type="file"]').first.set_input_files(photo)
        expect(finding.locator(".ff-thumb img")).to_be_visible()
    return page


def strip(tablet: Tablet) -> Locator:
    """The line on top of every screen."""
    return tablet.page.locator("field-strip")


def send_all(tablet: Tablet, patience: float = 60) -> None:
    """Time passes, the tablet finds its net; until the city has receipted everything."""
    tablet.wait(HOLD_S)
    end = monotonic() + patience
    left, again = -1, 0.0
    while monotonic() < end:
        if monotonic() >= again:
            nudge(tablet)
            again = monotonic() + AGAIN_S
        left = waiting(tablet.page)
        if left == 0:
            return
        tablet.page.wait_for_timeout(100)
    raise AssertionError(f"{left} still wait: {sender(tablet)}")


def nudge(tablet: Tablet) -> None:
    """Say to the page what the tablet says when a net is found."""
    tablet.page.evaluate("window.dispatchEvent(new Event('online'))")


def sender(tablet: Tablet) -> dict[str, Any]:
    """How the sender stands."""
    try:
        said: dict[str, Any] = tablet.page.evaluate(
            """async () => ({...(await import("baum/io/field/sync.js")).state})"""
        )
    except Error as error:
        return {"phase": "gone", "sentence": str(error)}
    return said


def screen(tablet: Tablet, name: str) -> Locator:
    """One of the app's pages, opened as its buttons do."""
    tablet.page.evaluate(
        """(name) => document.dispatchEvent(
            new CustomEvent("field-screen", {detail: {name, params: {}}}))""",
        name,
    )
    shown = tablet.page.locator(f'.field-screen[data-name="{name}"]')
    expect(shown).to_be_visible()
    return shown


RECORD = """async (order) => {
  const {record} = await import("baum/io/field/record.js");
  return await record(order);
}"""


def record(tablet: Tablet, **order: Any) -> dict[str, Any]:
    """Record through the page's own module; the stored entry."""
    stored: dict[str, Any] = tablet.page.evaluate(RECORD, order)
    return stored


def inspection(tree: dict[str, Any], **values: Any) -> dict[str, Any]:
    """An order to record: a whole inspection without findings."""
    body: dict[str, Any] = {
        "inspection_kind": "regular",
        "leaf_state": "bare",
        "vitality": "",
        "condition": "sound",
        "phase": tree["phase"],
        "result": "safe",
        "expectation": "",
        "weather": "",
        "limits": [],
        "limits_note": "",
        "note": "",
        "set_months": None,
        "interval_reason": "",
        "immediate_action": "",
        "carried_over": False,
        "also_regular": False,
        "findings": [],
        "endings": [],
        "measures": [],
        "corrects": None,
        "correction_reason": "",
    }
    return {
        "kind": "inspection",
        "tree": tree["id"],
        "treeVersion": tree["version"],
        "body": body | values,
    }
