"""The endurance proof in small: everything dies while a tablet sends; nothing is lost, nothing doubled."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.browser.city import City
from tests.conftest import end_sessions
from tests.field.aboard import trees_aboard
from tests.field.endurance import record_days, reopen, send_in_storm
from tests.field.kept import Before, Kept, before, kept, toll
from tests.field.mortal import Mortal
from tests.field.net import Net
from tests.field.profiles import ready
from tests.field.tablet import Tablet
from tests.server import cloned_database

pytestmark = pytest.mark.browser

INSPECTIONS, PHOTOS, PATH = 40, 20, "/feld/"


def test_nothing_is_lost_and_nothing_doubled(
    playwright: Playwright, demo_database: str, tmp_path: Path
):
    with (
        cloned_database("endurance", demo_database) as name,
        Mortal(name, tmp_path, BAUM_DEBUG="") as server,
        Net(server.port, seed=4) as net,
    ):
        city = City(name)
        had = before(city)
        tablet = Tablet(playwright, net.url, tmp_path / "tablet")
        tablet.start()
        tablet.sign_in("kontrolle")
        ready(tablet, city)
        trees = trees_aboard(tablet.page, INSPECTIONS)
        net.down()
        record_days(tablet, trees, photos=PHOTOS, now=datetime.now(UTC), days=5, seed=4)
        held = kept(tablet.page)
        assert (len(held.entries), len(held.photos)) == (INSPECTIONS, PHOTOS)
        tablet.kill()
        tablet.start(PATH)

        def server_dies() -> None:
            server.die()
            server.start()

        trouble = send_in_storm(
            tablet,
            net,
            {
                "server": (3, server_dies),
                "sessions": (2, lambda: end_sessions(name)),
                "page": (2, lambda: reopen(tablet, PATH)),
            },
            total=INSPECTIONS + PHOTOS,
            seed=4,
            patience=90,
        )

        after = kept(tablet.page)
        result = toll(city, tmp_path / "media", had, after)
        assert_toll_counts(city, tmp_path / "media", had, after)
        tablet.close()
    assert (result.lost, result.doubled) == ([], [])
    assert (trouble.count("server"), trouble.count("sessions"), trouble.count("page")) == (3, 2, 2)
    assert after.by_status() == {"accepted": INSPECTIONS}, [
        row["sentence"] for row in after.entries
    ]
    assert {row["status"] for row in after.photos} == {"received"}
    assert {row["id"]: row["sha256"] for row in held.photos} == {
        row["id"]: row["sha256"] for row in after.photos
    }


def assert_toll_counts(city: City, media: Path, had: Before, after: Kept) -> None:
    """What never arrived is lost, what arrived changed is lost, what nobody made is doubled."""
    ghost = after.entries[0] | {"id": "00000000-0000-4000-8000-000000000001"}
    other = after.photos[0] | {"sha256": "0" * 64}
    more = toll(city, media, had, Kept([*after.entries, ghost], [other, *after.photos[1:]]))
    assert [line.split()[0] for line in more.lost] == ["entry", "inspection", "photo"]
    fewer = toll(city, media, had, Kept(after.entries[1:], after.photos[1:]))
    assert [line.split(":")[0] for line in fewer.doubled] == ["entries", "inspections", "photos"]
