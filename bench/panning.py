"""python -m bench.panning: long tasks of the page while somebody drags the map, at each zoom.

Chromium says which tasks kept the page from answering for more than 50 ms; the map is dragged
across the middle of the city, once while its tiles are fetched and once more when they are there.
Each zoom and size is dragged in ``--rounds`` passes. Beside them stand the longest task of the page's
trace, the one that 99 of 100 tasks do not exceed, and the most that a task computed: on a machine that
does other work, too, a task waits longer than it computes. So the browser goes before the server, where the
bench may say so (root): whoever drags a map has another machine than the city.
``--pictures FOLDER`` keeps what was seen, at 1280 × 800 and 800 × 1280.
"""

import argparse
import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import psycopg
from playwright.sync_api import Browser, Page, sync_playwright

from bench.city import BenchCity, bench_city, signed_in
from bench.frames import Task, main_tasks
from bench.targets import tell

CHROMIUM = Path("/usr/bin/chromium")
ZOOMS = (10, 12, 14, 15, 16, 17)
SIZES = ((1280, 800), (800, 1280))
HEAD = "Zoom lange Aufgaben  längste, ms  Aufgabe, ms: p100     p99  davon gerechnet"
WATCH = """
window.longTasks = [];
new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map(
  (entry) => entry.duration))).observe({ type: "longtask" });
"""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description="Lange Aufgaben beim Ziehen der Karte")
    parser.add_argument("--trees", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=2, help="Durchgänge je Zoom und Größe")
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    if not CHROMIUM.exists():
        print(f"Chromium: nicht installiert ({CHROMIUM})")
        return
    with bench_city(options.trees) as city, ExitStack() as stack:
        # Before the browser, whose loop lets nobody ask the database.
        cookie = signed_in(city).headers["Cookie"]
        middle = _middle(city)
        before = _go_before()
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        print(f"{options.trees:,} Bäume, der Browser {before}\n{HEAD}")
        number = passes = 0
        for size in [size for _ in range(options.rounds) for size in SIZES]:
            page = _page(browser, city, cookie, size)
            for z in ZOOMS:
                number += _pass(page, city.server.url, middle, z, size, options.pictures)
                passes += 1
            page.context.close()
        browser.close()
        print(f"{number} lange Aufgaben in {passes} Durchgängen")
        tell("panning", options.trees, number, note=f"in {passes} Durchgängen")


def _go_before() -> str:
    """Put what is started from now on before what runs already; says what came of it."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -10)
    except PermissionError:
        return "gleichrangig mit dem Server"
    return "mit Vorrang vor dem Server"


def _page(browser: Browser, city: BenchCity, cookie: str, size: tuple[int, int]) -> Page:
    """A page of somebody who is signed in; what the browser keeps is empty."""
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, locale="de-DE")
    name, _, value = cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": city.server.url}])
    context.add_init_script(WATCH)
    return context.new_page()


def _pass(
    page: Page, url: str, middle: tuple[float, float], z: int, size: tuple[int, int],
    pictures: Path | None,
) -> int:  # fmt: skip
    """Drag at one zoom, print a line, and say how many tasks were long."""
    (lon, lat), (width, height) = middle, size
    page.goto(f"{url}/karte/?lage={z}/{lat:.6f}/{lon:.6f}")
    # An error page has no long tasks either.
    page.wait_for_selector("#map .leaflet-overlay-pane canvas:not([width='0'])", state="attached")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(800)
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=pictures / f"karte-{z}-{width}x{height}.png")
    with TemporaryDirectory() as folder:
        browser, path = page.context.browser, Path(folder) / "trace.json"
        assert browser is not None
        browser.start_tracing(page=page, path=path, categories=["toplevel"])
        found = _drag(page, width, height)
        browser.stop_tracing()
        print(_line(z, found, main_tasks(path), size), flush=True)
    return len(found)


def _line(z: int, long: Sequence[float], tasks: Sequence[Task], size: tuple[int, int]) -> str:
    took = [task.took for task in tasks]
    return (
        f"{z:4} {len(long):14} {max(long, default=0):12.0f} {max(took):12.1f} "
        f"{quantiles(took, n=100)[-1]:7.1f} {max(task.computed for task in tasks):16.1f}"
        f"   {size[0]}x{size[1]}"
    )


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
