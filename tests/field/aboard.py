"""Trees on board of a tablet: taken along through the app's own module, or read from its storage."""

from typing import Any

from playwright.sync_api import Page

TAKE = """async ({area, name, withTiles, withThumbs}) => {
  const areas = await import("baum/io/field/areas.js");
  const {reference} = await import("baum/io/field/reference.js");
  const maps = (await reference()).base_maps;
  const baseMap = withTiles ? maps.find(({kind}) => kind === "demo") : null;
  await areas.takeAlong({name, area, baseMap, withTiles, withThumbs}, {});
  return (await areas.list()).length;
}"""
ROWS = """async ({limit}) => {
  const asked = indexedDB.open("baumkataster-feld");
  const db = await new Promise((good, bad) => {
    asked.onsuccess = () => good(asked.result);
    asked.onerror = () => bad(asked.error);
  });
  const rows = await new Promise((good, bad) => {
    const all = db.transaction("trees").objectStore("trees").getAll();
    all.onsuccess = () => good(all.result);
    all.onerror = () => bad(all.error);
  });
  db.close();
  return rows.map(({row}) => row)
    .filter((row) => row.status === "standing")
    .slice(0, limit)
    .map(({id, version, phase, lon, lat, number}) =>
      ({id, version, phase: phase || "mature", lon, lat, number}));
}"""


def take_along(page: Page, ring: list[list[float]], *, tiles: bool = False) -> None:
    """Take the trees inside a ring along."""
    area = {"kind": "polygon", "ring": ring}
    options = {"area": area, "name": "Probe", "withTiles": tiles, "withThumbs": tiles}
    assert page.evaluate(TAKE, options) >= 1


def trees_aboard(page: Page, limit: int) -> list[dict[str, Any]]:
    """Standing trees of the tablet's storage, in the order of their ids."""
    found: list[dict[str, Any]] = page.evaluate(ROWS, {"limit": limit})
    assert len(found) == limit, f"only {len(found)} trees on board"
    return found


def ring_around(rows: list[tuple[float, float]], margin: float = 0.0005) -> list[list[float]]:
    """A closed ring around points of longitude and latitude."""
    west, east = min(lon for lon, _ in rows) - margin, max(lon for lon, _ in rows) + margin
    south, north = min(lat for _, lat in rows) - margin, max(lat for _, lat in rows) + margin
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]
