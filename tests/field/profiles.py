"""Tablets that are ready for the day: signed in, app installed, the whole city on board.

Each is made once by its own app and then copied, because a day should not begin with an hour in the office.
"""

import shutil
from pathlib import Path
from typing import Any

from tests.browser.city import City
from tests.field.aboard import ring_around, take_along
from tests.field.tablet import Tablet

STANDING = """SELECT ST_X(ST_Transform(geom, 4326)), ST_Y(ST_Transform(geom, 4326))
    FROM baumkataster_tree WHERE status = 'standing'"""
#: What Chromium makes anew when it is missing.
DISPENSABLE = ("Cache", "Code Cache", "GPUCache", "DawnCache", "Singleton*", "GrShaderCache")


class Profiles:
    """Storage by login."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cookies: dict[str, list[Any]] = {}

    def give(self, tablet: Tablet, login: str, city: City) -> None:
        """Put the storage of somebody who is ready into a tablet that is off."""
        if login not in self.cookies:
            self.cookies[login] = self._prepare(tablet, login, city)
        shutil.rmtree(tablet.folder, ignore_errors=True)
        shutil.copytree(
            self.folder / login, tablet.folder, symlinks=True,
            ignore=shutil.ignore_patterns(*DISPENSABLE),
        )  # fmt: skip
        tablet.cookies = self.cookies[login]

    def _prepare(self, tablet: Tablet, login: str, city: City) -> list[Any]:
        tablet.start()
        tablet.sign_in(login)
        ready(tablet, city)
        assert tablet.context is not None
        cookies: list[Any] = list(tablet.context.cookies())
        tablet.context.close()
        tablet.context = None
        shutil.copytree(tablet.folder, self.folder / login, symlinks=True)
        return cookies


def ready(tablet: Tablet, city: City) -> None:
    """Take the city along and wait until the app starts without a net."""
    tablet.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    take_along(tablet.page, ring_around(city.rows(STANDING)))
