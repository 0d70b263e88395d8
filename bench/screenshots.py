"""Makes the README's picture of the map from an invented city: ``./baum bench screenshots [--trees 6000]``.

Needs Chromium (``./baum test`` installs it); writes docs/images/karte.png and nothing else.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.city import OVERDUE, City, Seen
from tests.browser.visits import DESK, PASSWORD
from tests.conftest import create_database, drop_database, manage
from tests.server import running_server

TARGET = Path(__file__).resolve().parent.parent / "docs" / "images" / "karte.png"
LARGEST_BYTES = 400_000
#: One who may do most with a tree, so that the card shows its deeds.
LOGIN = "kontrolle"


def main() -> int:
    """Invent a city in a database of its own, photograph it, drop it again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trees", default="6000")
    trees = parser.parse_args().trees
    name = f"baumbild_{os.getpid()}"
    create_database(name, os.environ.get("BAUM_TEMPLATE_DB", "template1"))
    try:
        with tempfile.TemporaryDirectory() as folder:
            here = {"BAUM_VAR": folder, "BAUM_DEMO_PASSWORD": PASSWORD, "BAUM_DEBUG": ""}
            manage(name, "migrate", "--verbosity=0", **here)
            manage(name, "demo_city", "--trees", trees, **here)
            with running_server(name, Path(folder), static=True, **here) as server:
                photograph(server.url, chosen(City(name)))
    finally:
        drop_database(name)
    size = compress(TARGET)
    print(f"{TARGET.name}: {size / 1000:.0f} kB")
    return 0 if size <= LARGEST_BYTES else 1


def chosen(city: City) -> Seen:
    """An overdue tree of a street whose neighbours are in other states."""
    return city.tree(
        f"""{OVERDUE} AND p.kind = 'street' AND (
            SELECT count(DISTINCT c2.due_on) FROM baumkataster_tree t2
            JOIN inspections_controlplan c2 ON c2.tree_id = t2.id
            WHERE ST_DWithin(t2.geom, t.geom, 150)) > 12"""
    )


def photograph(url: str, tree: Seen) -> None:
    """The map with the tree's card open, once everything is painted."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        page = browser.new_page(viewport=DESK, locale="de-DE")
        sign_in(page, url)
        page.goto(f"{url}/karte/?lage=17/{tree.lat:.6f}/{tree.lon:.6f}&baum={tree.id}")
        page.get_by_role("tab", name="Übersicht").wait_for()
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(1500)
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=TARGET)
        browser.close()


def sign_in(page: Page, url: str) -> None:
    """Through the form."""
    page.goto(f"{url}/accounts/login/")
    page.get_by_label("Benutzername").fill(LOGIN)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    page.wait_for_load_state("networkidle")


def compress(path: Path) -> int:
    """Store as small as all colours allow: a palette would merge states; size in bytes."""
    with Image.open(path) as picture:
        picture.convert("RGB").save(path, optimize=True)
    return path.stat().st_size


if __name__ == "__main__":
    sys.exit(main())
