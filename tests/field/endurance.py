"""Work without a net, then a sending that is broken all the time; the test runs it small, the bench large.

The page's own modules record and send; this file only breaks what it can reach.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from time import monotonic
from typing import Any

from playwright.sync_api import Error, Page

from tests.field.hands import AGAIN_S
from tests.field.kept import waiting
from tests.field.messages import Way
from tests.field.net import Net
from tests.field.tablet import Tablet

#: Every third request has trouble, of every kind; a round of sending needs five that have none.
STORM = {
    Way.LOSE: 0.04,
    Way.LOSE_ANSWER: 0.04,
    Way.CUT_ANSWER: 0.03,
    Way.CUT_UPLOAD: 0.04,
    Way.DELAY: 0.06,
    Way.TWICE: 0.08,
    Way.LATE: 0.03,
}
#: Records inspections through the page's own module; photos are drawn, each another one.
RECORD = """async ({trees, photos, seed, side}) => {
  const {record, newId} = await import("baum/io/field/record.js");
  let state = seed;
  const chance = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const picture = async () => {
    const canvas = new OffscreenCanvas(side, side * 3 / 4);
    const pen = canvas.getContext("2d");
    for (let i = 0; i < 400; i += 1) {
      pen.fillStyle = `hsl(${chance() * 360} 60% ${chance() * 90}%)`;
      pen.fillRect(chance() * side, chance() * side, chance() * 90, chance() * 90);
    }
    return await canvas.convertToBlob({type: "image/jpeg", quality: 0.8});
  };
  const ids = [];
  for (const [number, tree] of trees.entries()) {
    const finding = {id: newId(), zone: "K", symptom: "K01", severity: 1, note: "",
      observation: "seen", continues: null, photos: []};
    const made = [];
    if (number < photos) {
      const id = newId();
      finding.photos.push(id);
      made.push({id, blob: await picture(), type: "image/jpeg",
        taken_at: new Date().toISOString(), caption: "", finding: finding.id});
    }
    const body = {inspection_kind: "regular", leaf_state: "bare", vitality: "",
      condition: "sound", phase: tree.phase, result: "safe", expectation: "",
      limits: [], limits_note: "", note: `Nr. ${number}`, set_months: null, interval_reason: "",
      immediate_action: "", carried_over: false, findings: made.length ? [finding] : [],
      endings: [], measures: []};
    const entry = await record({kind: "inspection", tree: tree.id, treeVersion: tree.version,
      body, photos: made});
    ids.push(entry.id);
  }
  return ids;
}"""


@dataclass
class Trouble:
    """What happened during a sending."""

    done: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def count(self, word: str) -> int:
        """How often one thing happened."""
        return self.done.count(word)


def record_days(
    tablet: Tablet,
    trees: list[dict[str, Any]],
    *,
    photos: int,
    now: datetime,
    days: int,
    seed: int = 1,
    side: int = 800,
    each_day: Callable[[int], None] = lambda day: None,
) -> None:
    """Record one inspection per tree, spread over the days up to yesterday; ``each_day`` adds more."""
    page = tablet.page
    block = -(-len(trees) // days)
    per_day = -(-photos // days)
    for day in range(days):
        morning = now - timedelta(days=days - day)
        mine = trees[day * block : (day + 1) * block]
        for start in range(0, len(mine), 25):
            page.clock.set_system_time(morning + timedelta(minutes=start * 2))
            some = mine[start : start + 25]
            left = max(per_day - start, 0)
            page.evaluate(
                RECORD,
                {
                    "trees": some,
                    "photos": min(left, len(some)),
                    "seed": seed * 1000 + day * 100 + start + 1,
                    "side": side,
                },
            )
        each_day(day)


def send_in_storm(
    tablet: Tablet,
    net: Net,
    trouble: dict[str, tuple[int, Callable[[], None]]],
    *,
    total: int,
    seed: int,
    patience: float,
    path: str = "/feld/",
) -> Trouble:
    """Send until nothing waits; each trouble happens so often, spread over the way by ``seed``.

    Raises:
        AssertionError: something still waits when the patience is over.
    """
    chance = Random(seed)
    plan = sorted(
        (chance.uniform(0.0, 0.9) * total, word)
        for word, (times, _) in trouble.items()
        for _ in range(times)
    )
    begun, result, again = monotonic(), Trouble(), 0.0
    net.weather(STORM)
    net.up()
    while monotonic() - begun < patience:
        left = still_waiting(tablet, path)
        if left == 0 and not plan:
            break
        if plan and (total - left >= plan[0][0]):
            _, word = plan.pop(0)
            trouble[word][1]()
            result.done.append(word)
        if monotonic() >= again:
            nudge(tablet.page)
            again = monotonic() + AGAIN_S
        tablet.page.wait_for_timeout(60)
    result.seconds = monotonic() - begun
    net.weather({})
    left = still_waiting(tablet, path)
    assert left == 0, f"{left} wait after {result.seconds:.0f} s"
    return result


def still_waiting(tablet: Tablet, path: str) -> int:
    """How many wait; a page that has died is opened again."""
    try:
        return waiting(tablet.page)
    except Error:
        reopen(tablet, path)
        return waiting(tablet.page)


def reopen(tablet: Tablet, path: str) -> None:
    """Open the app again after its page was killed."""
    tablet.kill_page(path)


def nudge(page: Page) -> None:
    """Tell the page what the tablet tells it when a net is found."""
    page.evaluate("window.dispatchEvent(new Event('online'))")
