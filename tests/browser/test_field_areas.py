"""Taking areas along: chunk by chunk, on after a break, only what changed, and away again."""

import base64
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page

from tests.browser.module_page import Answer, Request, Site

pytestmark = pytest.mark.browser

DISTRICT = {"kind": "district", "district": "d"}
DEMO = {"id": "m1", "name": "Grundkarte", "kind": "demo", "url": "", "max_zoom": 19}
#: The server of a map elsewhere; browsers find all names below localhost on this machine.
FAR = ".tiles.localhost"
#: A tile of such a map: one dot.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
BBOX = [10.0, 53.1, 10.002, 53.101]


def key(number: int) -> str:
    """A tree's id."""
    return str(UUID(int=number))


def packed(numbers: Any) -> str:
    """As the server packs ids."""
    return base64.b64encode(b"".join(UUID(int=n).bytes for n in sorted(numbers))).decode()


class Office:
    """Trees by number with the step in which each last changed."""

    def __init__(self, port: int) -> None:
        self.free = {
            "id": "m2", "name": "Frei", "kind": "xyz", "max_zoom": 15, "offline_allowed": True,
            "url": f"http://{{s}}{FAR}:{port}/{{z}}/{{x}}/{{y}}.png",
        }  # fmt: skip
        self.tied = self.free | {"id": "m3", "offline_allowed": False}
        self.trees: dict[int, int] = {}
        self.step = 0
        self.fetched: list[list[int]] = []
        self.seen: list[str] = []
        self.break_after: int | None = None
        self.old_dates = ""

    def change(self, *numbers: int) -> None:
        """Trees are new or changed."""
        self.step += 1
        self.trees |= dict.fromkeys(numbers, self.step)

    def __call__(self, request: Request) -> Answer:
        path = request.path.removeprefix("/api/v1/field/")
        is_far = FAR in request.url
        self.seen.append(request.url if is_far else path)
        if path == "reference/":
            maps = [DEMO, self.free, self.tied]
            return 200, {"etag": "r", "catalogues": {"urgencies": []}, "base_maps": maps}, {}
        if path == "areas/changes/":
            return self._changes(request.json["cursor"])
        if path == "trees/":
            return self._rows([UUID(text).int for text in request.json["ids"]])
        if is_far:
            return 200, PICTURE, {"Access-Control-Allow-Origin": "*", "Content-Type": "image/png"}
        return 200, b"bytes of " + path.encode(), {"Content-Type": "image/jpeg"}

    def _changes(self, cursor: str | None) -> Answer:
        since = int(cursor) if cursor else None
        changed = [n for n, step in self.trees.items() if since is None or step > since]
        return 200, {
            "cursor": str(self.step), "reset": since is None, "count": len(self.trees),
            "ids": packed(self.trees), "changed": packed(changed), "bbox": BBOX, "outline": None,
            "old_dates": self.old_dates,
        }, {}  # fmt: skip

    def _rows(self, numbers: list[int]) -> Answer:
        if self.break_after is not None and len(self.fetched) >= self.break_after:
            return None
        self.fetched.append(numbers)
        rows = [
            {"id": key(n), "version": self.trees[n], "number": f"{n:04}", "lon": 10.0, "lat": 53.1,
             "place_name": "Lindenallee", "status": "standing",
             "photos": [{"id": key(9000 + n)}] if n < 3 else []}
            for n in numbers if n in self.trees
        ]  # fmt: skip
        return 200, {"trees": rows}, {}


@pytest.fixture
def office(site: Site) -> Office:
    """A city of 600 trees."""
    site.server = office = Office(site.port)
    office.change(*range(1, 601))
    return office


@pytest.fixture
def page(site: Site, office: Office) -> Page:
    """A page."""
    return site.open()


def take(page: Page, name: str = "a", **wish: Any) -> Any:
    """Take an area along; the error's name where it fails."""
    values = {
        "id": name,
        "name": name,
        "area": DISTRICT,
        "withTiles": False,
        "withThumbs": False,
    } | wish
    return page.evaluate(
        """async (wish) => {
          window.steps = [];
          const { takeAlong } = await import("baum/io/field/areas.js");
          try {
            return await takeAlong(wish, { onProgress: (state) => window.steps.push(state) });
          } catch (error) {
            return error.name;
          }
        }""",
        values,
    )


def call(page: Page, verb: str, name: str) -> Any:
    """``refresh`` or ``remove`` an area."""
    return page.evaluate(
        f"""async (id) => (await import("baum/io/field/areas.js")).{verb}(id)""", name
    )


def versions(page: Page) -> dict[str, int]:
    """What is on board: version of each tree; every tree has its point."""
    trees, points = page.evaluate("""async () => {
      const db = await (await import("baum/io/field/database.js")).open();
      const trees = await db.getAll("trees");
      return [trees.map(({ row }) => [row.id, row.version]), await db.getAllKeys("points")];
    }""")
    assert sorted(name for name, _version in trees) == sorted(points)
    return dict(trees)


def test_an_area_comes_in_chunks_and_says_how_far_it_is(office, page):
    area = take(page)
    assert [len(chunk) for chunk in office.fetched] == [250, 250, 100]
    assert (area["trees"], area["count"], area["complete"], area["stale"]) == (
        600,
        600,
        True,
        False,
    )
    steps = page.evaluate(
        "() => window.steps.filter((s) => s.step === 'trees').map((s) => [s.done, s.total])"
    )
    assert steps == [[0, 600], [250, 600], [500, 600], [600, 600]]
    assert len(versions(page)) == 600
    found = page.evaluate(
        """async () => (await import("baum/io/field/trees.js")).find("linden 17")"""
    )
    assert found[0]["number"] == "0017"


def test_a_break_goes_on_and_forgets_no_change(office, page):
    """Tree 5 came before the break and changed during it; 7 changed before the load even began."""
    office.break_after = 2
    assert take(page) == "Unreachable"
    [area] = page.evaluate("""async () => (await import("baum/io/field/areas.js")).list()""")
    assert (area["trees"], area["complete"], area["fetched_at"]) == (500, False, None)
    office.break_after = None
    office.change(5)
    del office.trees[6]
    office.fetched.clear()
    assert call(page, "refresh", "a")["complete"]
    [last] = office.fetched
    assert sorted(last) == [5, *range(501, 601)]
    assert versions(page) == {key(n): step for n, step in office.trees.items()}


def test_a_refresh_that_breaks_twice_misses_nothing(office, page):
    take(page)
    office.change(*range(1, 301))
    office.break_after = len(office.fetched) + 1
    assert take(page) == "Unreachable"
    office.change(10)
    office.break_after = len(office.fetched)
    assert take(page) == "Unreachable"
    office.break_after = None
    take(page)
    assert versions(page) == {key(n): step for n, step in office.trees.items()}


def test_later_only_what_changed_is_fetched(office, page):
    take(page)
    office.fetched.clear()
    office.change(3, 700)
    del office.trees[4]
    call(page, "refresh", "a")
    assert office.fetched == [[3, 700]]
    assert versions(page) == {key(n): step for n, step in office.trees.items()}
    office.fetched.clear()
    call(page, "refresh", "a")
    assert office.fetched == []


def test_an_area_says_whether_some_of_its_due_dates_were_old(office, page):
    def words() -> str:
        return str(
            page.evaluate("""async () => {
              await import("baum/components/field/take_along.js");
              const shown = document.createElement("field-take-along");
              document.body.append(shown);
              await shown.refresh();
              return shown.textContent;
            }""")
        )

    office.old_dates = "Fassung 2 wird angewendet."
    take(page)
    assert "Fassung 2 wird angewendet." in words()
    office.old_dates = ""
    call(page, "refresh", "a")
    assert "Fassung 2" not in words()


def test_removal_frees_what_no_other_area_has(office, page):
    take(page, "a", withThumbs=True, withTiles=True, baseMap=DEMO)
    office.trees = {n: step for n, step in office.trees.items() if n <= 10}
    take(page, "b", withThumbs=True, withTiles=True, baseMap=DEMO)
    page.evaluate(
        """async (tree) => (await import("baum/io/field/record.js"))
          .record({ kind: "tree_end", tree, body: { how: "vanished" } })""",
        key(99),
    )
    call(page, "remove", "a")
    assert sorted(versions(page)) == [key(n) for n in [*range(1, 11), 99]], (
        "99 has something unsent"
    )
    [area] = page.evaluate("""async () => (await import("baum/io/field/areas.js")).list()""")
    assert (area["name"], area["thumbs"]) == ("b", 2)
    assert area["tiles"] > 4
    call(page, "remove", "b")
    left = page.evaluate("""async () => {
      const db = await (await import("baum/io/field/database.js")).open();
      return Promise.all(["trees", "tiles", "thumbs", "areas"].map((store) => db.count(store)));
    }""")
    assert left == [1, 0, 0, 0]


def test_tiles_come_once_and_only_from_maps_that_allow_it(office, page):
    take(page, withTiles=True, baseMap=DEMO)
    own = [path for path in office.seen if path.startswith("/grundkarte/")]
    assert {path.split("/")[2] for path in own} == {"12", "13", "14", "15", "16"}
    office.seen.clear()
    call(page, "refresh", "a")
    assert not [path for path in office.seen if path.startswith("/grundkarte/")]
    take(page, "tied", withTiles=True, baseMap=office.tied)
    assert not [url for url in office.seen if FAR in url]
    take(page, "free", withTiles=True, baseMap=office.free)
    far = [url for url in office.seen if FAR in url]
    assert {url.split("/")[3] for url in far} == {"14", "15"}


#: The base map as the field app shows it; resolves with the addresses of its pictures once they are painted.
SHOWN = """async (row) => {
  const { createMap } = await import("baum/map/port.js");
  const { BaseLayers } = await import("baum/map/base_layer.js");
  const { keptTile } = await import("baum/io/field/tiles.js");
  const place = document.createElement("div");
  Object.assign(place.style, { width: "120px", height: "120px" });
  document.body.append(place);
  const map = createMap(place, { center: [53.1005, 10.001], zoom: 15 });
  const bases = new BaseLayers(map, [row], keptTile);
  const shown = new Promise((resolve) => map.on("layeradd", ({ layer }) => layer.once("load", resolve)));
  bases.show(row.id);
  await shown;
  const found = [...place.querySelectorAll("img.leaflet-tile")];
  const pictures = found.map(({ src, naturalWidth }) => [src, naturalWidth]);
  map.remove();
  place.remove();
  return pictures;
}"""


def test_pictures_taken_along_are_shown_from_the_tablet(office, page):
    take(page, "free", withTiles=True, baseMap=office.free)
    kept = {url for url in office.seen if FAR in url}
    office.seen.clear()
    pictures = page.evaluate(SHOWN, office.free)
    assert pictures
    assert all(width == 1 for _src, width in pictures)
    assert any(src.startswith("blob:") for src, _width in pictures)
    asked = [url for url in office.seen if FAR in url]
    assert not kept.intersection(asked)
    assert len(asked) == sum(not src.startswith("blob:") for src, _width in pictures)


def test_a_stopped_load_ends_and_keeps_what_is_here(office, page):
    name = page.evaluate(
        """async (area) => {
          const { takeAlong } = await import("baum/io/field/areas.js");
          const stop = new AbortController();
          const onProgress = ({ step, done }) => { if (step === "trees" && done === 250) stop.abort(); };
          const wish = { id: "a", name: "a", area, withTiles: false, withThumbs: false };
          return await takeAlong(wish, { onProgress, signal: stop.signal }).catch((error) => error.name);
        }""",
        DISTRICT,
    )
    assert name == "AbortError"
    assert len(office.fetched) == 1
    assert len(versions(page)) == 250


def test_ten_thousand_points_are_there_at_once(office, page):
    """Points are read without the rows, in few requests; what was recorded here lies over them."""
    seen = page.evaluate("""async () => {
      const { write } = await import("baum/io/field/database.js");
      const { points, tree } = await import("baum/io/field/trees.js");
      const { record } = await import("baum/io/field/record.js");
      const plan = { required: true, never: false, due_on: "2027-01-01" };
      const id = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
      await write(["trees", "points"], async (transaction) => {
        for (let n = 0; n < 10000; n += 1) {
          const row = { id: id(n), lon: 10, lat: 53, number: String(n), status: "standing", plan };
          transaction.objectStore("points").put({ ...row, crown: 5, immediate: false });
          transaction.objectStore("trees").put({ id: id(n), areas: [], row, fetched_at: 1 });
        }
        await transaction.objectStore("points").count();
      });
      await record({ kind: "tree_end", tree: id(7), body: { how: "vanished" } });
      await record({ kind: "tree_new", tree: id(20000), body: { lon: 10.5, lat: 53, status: "planted" } });
      const asked = [];
      for (const kind of [IDBObjectStore, IDBIndex]) {
        for (const how of ["get", "getAll", "getAllKeys", "openCursor"]) {
          const real = kind.prototype[how];
          kind.prototype[how] = function (...values) {
            asked.push(`${(this.objectStore ?? this).name} ${how}`);
            return real.apply(this, values);
          };
        }
      }
      const found = await points();
      const forPoints = asked.splice(0);
      for (let n = 0; n < 10; n += 1) await tree(id(n * 97));
      const forCards = asked.splice(0);
      const of = (n) => found.filter((point) => point.id === id(n)).map((point) => [point.status, point.lon]);
      return { count: found.length, forPoints, forCards, ended: of(7), planted: of(20000) };
    }""")
    assert seen["count"] == 10_001
    assert seen["ended"] == [["vanished", 10]]
    assert seen["planted"] == [["planted", 10.5]]
    assert seen["forPoints"].count("points getAll") <= 10_000 / 2_000 + 1
    rows = [asked for asked in seen["forPoints"] if asked.startswith("trees ")]
    assert len(rows) <= 2, f"rows are read only where something was recorded: {rows}"
    assert len(seen["forPoints"]) <= 20, seen["forPoints"]
    assert len(seen["forCards"]) <= 40, "one card reads one row"
    assert "trees getAll" not in seen["forCards"]
