"""The server's database is put back from a backup: what came since then is sent again by the tablet."""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Playwright

from tests.browser.city import City
from tests.dumps import dump, put_back
from tests.field.hands import (
    AGAIN_S,
    PATH,
    choose,
    no_new_finding,
    nudge,
    save,
    send_all,
    sender,
    with_finding,
)
from tests.field.kept import before, kept, toll, waiting
from tests.field.mortal import Mortal
from tests.field.net import Net
from tests.field.pictures import camera_photo
from tests.field.profiles import ready
from tests.field.tablet import Tablet
from tests.server import cloned_database

pytestmark = pytest.mark.browser


@pytest.fixture
def server(demo_database: str, tmp_path: Path) -> Iterator[Mortal]:
    """A server of this test's own, because its database is going to be thrown away."""
    var = tmp_path / "var"
    var.mkdir()
    with cloned_database("restored", demo_database) as name, Mortal(name, var) as running:
        yield running


def test_what_the_backup_does_not_hold_comes_again(
    playwright: Playwright, server: Mortal, tmp_path: Path
) -> None:
    name = server.server.database
    city = City(name)
    with Net(server.port) as net:
        one = Tablet(playwright, net.url, tmp_path / "tablet")
        try:
            one.start()
            one.sign_in("kontrolle")
            ready(one, city)
            one.kill()
            one.start(PATH)
            trees = choose(one, 3)
            had = before(city)
            no_new_finding(one, trees[0])
            send_all(one)
            dump(name, tmp_path / "nightly.dump")
            no_new_finding(one, trees[1])
            save(one, with_finding(one, trees[2], camera_photo(tmp_path / "photo.jpg")))
            send_all(one)
            assert kept(one.page).by_status() == {"accepted": 3}

            server.die()
            put_back(name, tmp_path / "nightly.dump")
            assert before(city).entries == had.entries + 1
            server.start()
            end = monotonic() + 40
            while before(city).entries < had.entries + 3 or waiting(one.page):
                assert monotonic() < end, sender(one)
                nudge(one)
                one.page.wait_for_timeout(1000 * AGAIN_S)

            after = kept(one.page)
            assert after.by_status() == {"accepted": 3}
            result = toll(city, server.var / "media", had, after)
            assert (result.lost, result.doubled) == ([], [])
        finally:
            one.close()
