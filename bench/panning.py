"""python -m bench.panning: long tasks of the page while somebody drags the map, at each zoom.

Chromium says which tasks kept the page from answering for more than 50 ms; the map is dragged
across the middle of the city, once while its tiles are fetched and once more when they are there.
``--pictures FOLDER`` keeps what was seen, at 1280 × 800 and 800 × 1280.
"""

import argparse
from contextlib import ExitStack
from pathlib import Path

import psycopg
from playwright.sync_api import Page, sync_playwright

from bench.city import BenchCity, bench_city, signed_in
from bench.targets import tell

CHROMIUM = Path("/usr/bin/chromium")
ZOOMS = (10, 12, 14, 15, 16, 17)
SIZES = ((1280, 800), (800, 1280))
WATCH = """
window.longTasks = [];
new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map(
  (entry) => entry.duration))).observe({ type: "longtask" });
"""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description="Lange Aufgaben beim Ziehen der Karte")
    parser.add_argument("--trees", type=int, default=1_000_000)
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    if not CHROMIUM.exists():
        print(f"Chromium: nicht installiert ({CHROMIUM})")
        return
    with bench_city(options.trees) as city, ExitStack() as stack:
        # Before the browser, whose loop lets nobody ask the database.
        cookie = signed_in(city).headers["Cookie"]
        lon, lat = _middle(city)
        number = 0
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        print(f"{options.trees:,} Bäume\n{'Zoom':>4} {'lange Aufgaben':>14} {'längste ms':>10}")
        for width, height in SIZES:
            context = browser.new_context(
                viewport={"width": width, "height": height}, locale="de-DE"
            )
            name, _, value = cookie.partition("=")
            context.add_cookies([{"name": name, "value": value, "url": city.server.url}])
            context.add_init_script(WATCH)
            page = context.new_page()
            for z in ZOOMS:
                page.goto(f"{city.server.url}/karte/?lage={z}/{lat:.6f}/{lon:.6f}")
                page.wait_for_load_state("networkidle")
                page.wait_for_timeout(800)
                if options.pictures:
                    options.pictures.mkdir(parents=True, exist_ok=True)
                    page.screenshot(path=options.pictures / f"karte-{z}-{width}x{height}.png")
                found = _drag(page, width, height)
                number += len(found)
                print(f"{z:4} {len(found):14} {max(found, default=0):10.0f}   {width}x{height}")
            context.close()
        browser.close()
        tell("panning", options.trees, number)


def _drag(page: Page, width: int, height: int) -> list[float]:
    """Durations of the long tasks of three drags there and back."""
    page.evaluate("() => { window.longTasks.length = 0; }")
    x, y = width * 0.6, height * 0.5
    for turn in range(3):
        for sign in (1, -1):
            page.mouse.move(x, y)
            page.mouse.down()
            for step in range(1, 16):
                page.mouse.move(x - sign * step * 18, y + sign * step * (turn * 6))
                page.wait_for_timeout(16)
            page.mouse.up()
            page.wait_for_timeout(300)
    return list(page.evaluate("() => window.longTasks"))


def _middle(city: BenchCity) -> tuple[float, float]:
    """Where the first town lies."""
    with psycopg.connect(city.dsn) as connection:
        row = connection.execute(
            "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Transform("
            "ST_Centroid(ST_GeometryN(outline, 1)), 4326) AS p FROM baumkataster_citysettings) c"
        ).fetchone()
    assert row is not None
    return row[0], row[1]


if __name__ == "__main__":
    main()
