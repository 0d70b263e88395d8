"""The field app behind nginx with https, and what it says over plain http from another host."""

from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser.city import City
from tests.field.hands import choose, no_new_finding, send_all, strip
from tests.field.https import NAME, certificate, front
from tests.field.kept import before, kept, toll
from tests.field.mortal import Mortal
from tests.field.profiles import ready
from tests.field.tablet import Tablet
from tests.server import cloned_database, free_port

pytestmark = pytest.mark.browser

PATH = "/feld/"
HERE = f"--host-resolver-rules=MAP {NAME} 127.0.0.1"


def test_a_tablet_works_through_https_with_and_without_net(
    playwright: Playwright, demo_database: str, tmp_path: Path
):
    made, port = certificate(tmp_path), free_port()
    env = {
        "BAUM_DEBUG": "",
        "BAUM_PUBLIC_URL": f"https://{NAME}:{port}",
        "BAUM_ALLOWED_HOSTS": NAME,
        "BAUM_BEHIND_PROXY": "1",
        "BAUM_PROXIES": "1",
    }
    trust = f"--ignore-certificate-errors-spki-list={made.spki}"
    with (
        cloned_database("https", demo_database) as name,
        Mortal(name, tmp_path, **env) as server,
        front(server.port, port, tmp_path, made) as nginx,
    ):
        city = City(name)
        tablet = Tablet(playwright, nginx.url, tmp_path / "tablet", args=[trust, HERE])
        tablet.start()
        tablet.sign_in("kontrolle")
        assert tablet.context is not None
        cookies = {cookie["name"]: cookie for cookie in tablet.context.cookies()}
        assert all(cookie["secure"] for cookie in cookies.values()), cookies
        ready(tablet, city)
        (tree,) = choose(tablet, 1)
        had = before(city)

        nginx.stop()
        tablet.kill()
        tablet.start(PATH)
        no_new_finding(tablet, tree)
        expect(strip(tablet)).to_contain_text("1 nicht gesendet")
        nginx.start()
        send_all(tablet)

        expect(strip(tablet)).to_contain_text("alles gesendet")
        result = toll(city, tmp_path / "media", had, kept(tablet.page))
        assert (result.lost, result.doubled) == ([], [])
        assert tablet.close() == []


def test_plain_http_from_another_host_says_what_is_needed(
    playwright: Playwright, demo_database: str, tmp_path: Path
):
    with (
        cloned_database("http", demo_database) as name,
        Mortal(name, tmp_path, BAUM_DEBUG="", BAUM_ALLOWED_HOSTS=NAME) as server,
    ):
        url = f"http://{NAME}:{server.port}"
        tablet = Tablet(playwright, url, tmp_path / "tablet", clock=False, args=[HERE])
        tablet.expect("Cross-Origin-Opener-Policy")
        page = tablet.start("/accounts/login/?next=/feld/")
        page.get_by_label("Benutzername").fill("kontrolle")
        page.get_by_label("Passwort").fill("ein-langes-kennwort-2")
        page.get_by_role("button", name="Anmelden", exact=True).tap()

        expect(page.get_by_role("heading", name="HTTPS nötig")).to_be_visible()
        expect(page.get_by_text(f"https://{NAME}:{server.port}/feld/")).to_be_visible()
        assert page.evaluate("navigator.serviceWorker") is None
        assert tablet.close() == []
