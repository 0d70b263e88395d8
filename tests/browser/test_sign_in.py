"""Ways in with a real browser: by the city's OIDC provider and out again, by passkey, by code app."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.hashers import make_password
from playwright.sync_api import Browser, Page, expect

from tests.browser.visits import Desks, Visit
from tests.factories import PASSWORD, load_reference_data, make_city, make_user
from tests.oidc_provider import CLIENT, SECRET, Provider, running_provider
from tests.oidc_provider import PASSWORD as THERE
from tests.server import Server, cloned_database, free_port, on_database, running_server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def provider(tmp_path_factory: Any) -> Iterator[Provider]:
    with running_provider(tmp_path_factory.mktemp("provider"), free_port()) as found:
        found.put("kim", groups=["Baum-Kontrolle"], first_name="Kim", last_name="Muster")
        found.put("fremd", groups=["Kantine"])
        yield found


@pytest.fixture(scope="module", autouse=True)
def house(
    template_database: str, django_db_blocker: Any, tmp_path_factory: Any, provider: Provider
) -> Iterator[Server]:
    """A server of its own, whose administrators need a second factor."""
    var = tmp_path_factory.mktemp("signin")
    with cloned_database("signin", template_database) as name:
        with on_database(name, django_db_blocker):
            load_reference_data()
            make_city()
            for username in ("leitung", "chefin"):
                made = make_user("administrator", username=username, last_name=username.title())
                # The server does not know the quick hash of the tests.
                made.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
                made.save(update_fields=["password"])
        settings = {
            "BAUM_DEBUG": "",
            "BAUM_OIDC_URL": provider.issuer,
            "BAUM_OIDC_CLIENT_ID": CLIENT,
            "BAUM_OIDC_SECRET": SECRET,
            "BAUM_OIDC_NAME": "Stadtkonto",
            "BAUM_OIDC_ROLES": "Baum-Kontrolle=arborist",
            "BAUM_MFA_REQUIRED_ROLES": "administrator",
            "BAUM_METRICS_TOKEN": "schluessel",
        }
        with running_server(name, var, static=True, **settings) as running:
            provider.register(running.url)
            yield running


@pytest.fixture(scope="module")
def desks(house: Server, chromium: Browser) -> Desks:
    """Where people sit who come to this house."""
    return Desks(chromium, house.url)


@pytest.fixture
def person(desks: Desks) -> Iterator[Visit]:
    """A browser without anybody signed in; in the end it may not have complained."""
    visit = Visit(desks, "", {})
    yield visit
    assert not visit.close()


def at_provider(page: Page, name: str) -> None:
    """Type name and password there."""
    page.get_by_label("Name").fill(name)
    page.get_by_label("Passwort").fill(THERE)
    page.get_by_role("button", name="Beim Dienst anmelden").click()
    page.wait_for_load_state()


def test_in_by_the_provider_and_out_again(person: Visit, provider: Provider) -> None:
    page = person.go("/accounts/login/?next=/accounts/password/")
    page.get_by_role("button", name="Anmelden über: Stadtkonto").click()
    page.wait_for_url(f"{provider.root}/login/**")
    at_provider(page, "kim")
    expect(page).to_have_url(f"{person.url}/accounts/password/")
    expect(page.get_by_text("Kim Muster").first).to_be_visible()
    page.get_by_label("Konto von Kim Muster").click()
    page.get_by_role("button", name="Abmelden").click()
    expect(page).to_have_url(f"{person.url}/accounts/login/")
    # The provider has forgotten her, too.
    page.get_by_role("button", name="Anmelden über: Stadtkonto").click()
    page.wait_for_url(f"{provider.root}/login/**")
    person.expect("403")
    at_provider(page, "fremd")
    expect(page.get_by_text("keine Ihrer Gruppen")).to_be_visible()


def first_step(person: Visit, name: str) -> Page:
    page = person.go("/accounts/login/?next=/verwaltung/")
    page.get_by_label("Benutzername").fill(name)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()
    page.wait_for_load_state()
    return page


def confirm(page: Page) -> None:
    """The password, asked for once more."""
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Bestätigen").click()
    page.wait_for_load_state()


def test_an_administrator_sets_up_a_passkey_and_signs_in_by_it(person: Visit) -> None:
    page = first_step(person, "leitung")
    tools = person.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    expect(page.get_by_role("heading", name="Zweiter Faktor")).to_be_visible()
    expect(page.get_by_text("Ihre Rolle braucht einen zweiten Faktor")).to_be_visible()
    page.get_by_role("link", name="Passkey einrichten").click()
    confirm(page)
    page.get_by_label("Name").fill("Diensthandy")
    page.get_by_role("button", name="Weiter").click()
    expect(page.get_by_role("heading", name="Ersatzcodes")).to_be_visible()
    expect(page.locator(".baum-codes li")).to_have_count(10)
    page.goto(f"{person.url}/verwaltung/")
    expect(page.get_by_role("heading", name="Verwaltung", exact=True)).to_be_visible()
    page.get_by_label("Konto von").click()
    page.get_by_role("button", name="Abmelden").click()
    # As second step after the password …
    page = first_step(person, "leitung")
    page.get_by_role("button", name="Mit Passkey bestätigen").click()
    expect(page).to_have_url(f"{person.url}/verwaltung/")
    page.get_by_label("Konto von").click()
    page.get_by_role("button", name="Abmelden").click()
    # … and alone, without a name.
    page.goto(f"{person.url}/accounts/login/?next=/verwaltung/")
    page.get_by_role("button", name="Passkey verwenden").click()
    expect(page).to_have_url(f"{person.url}/verwaltung/")


def test_a_code_app_is_read_from_the_page(person: Visit) -> None:
    page = first_step(person, "chefin")
    page.get_by_role("link", name="Code-App einrichten").click()
    confirm(page)
    secret = page.locator("code").inner_text().strip()
    expect(page.get_by_role("img", name="QR-Code")).to_be_visible()
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_role("button", name="Einrichten").click()
    expect(page.get_by_role("heading", name="Ersatzcodes")).to_be_visible()
    box = page.get_by_role("link", name="Verwahrt, weiter").bounding_box()
    assert box is not None and box["height"] >= 40


def test_metrics_of_all_processes(person: Visit, house: Server) -> None:
    person.go("/accounts/login/")
    headers = {"Authorization": "Bearer schluessel"}
    answer = person.context.request.get(f"{house.url}/metrics", headers=headers)
    text = answer.text()
    assert answer.ok and 'route="accounts/login/",status="200"' in text
    assert "baum_http_request_seconds_bucket" in text and "baum_database_bytes" in text
    assert list((house.var / "metrics").glob("*.db"))
