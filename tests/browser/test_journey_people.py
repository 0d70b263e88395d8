"""Journeys: signing in, what each role sees, the lock after wrong passwords, the other language."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.city import OF_FIRM, SOUND
from tests.browser.visits import Visit

pytestmark = pytest.mark.browser

#: Login → words of the main navigation.
NAVIGATION = {
    "kontrolle": ["Karte", "Feld", "Touren", "Berichte"],
    "planung": ["Karte", "Feld", "Berichte", "Import", "Export"],
    "aufsicht": ["Karte", "Feld", "Touren", "Klärung", "Berichte", "Export"],
    "firma": ["Karte"],
    "admin": [
        "Karte",
        "Feld",
        "Touren",
        "Klärung",
        "Berichte",
        "Import",
        "Export",
        "Verwaltung",
    ],
}
#: Login → deeds that the card of a standing tree offers.
DEEDS = {
    "kontrolle": {"Kontrolle erfassen", "Bearbeiten", "Verschieben", "Als gefällt melden"},
    "planung": {"Bearbeiten", "Verschieben", "Als gefällt melden"},
    "aufsicht": {"Kontrolle erfassen", "Bearbeiten", "Verschieben", "Als gefällt melden"},
    "firma": set(),
}
TABS = {
    "kontrolle": ["Übersicht", "Kontrollen", "Maßnahmen", "Fotos", "Verlauf"],
    "firma": ["Übersicht", "Maßnahmen", "Fotos"],
}
#: Addresses that are closed to a role.
CLOSED = {
    "kontrolle": ["/import/", "/export/", "/verwaltung/", "/klaerung/"],
    "planung": ["/verwaltung/", "/klaerung/", "/touren/"],
    "aufsicht": ["/import/", "/verwaltung/", "/verwaltung/geraete/"],
    "firma": ["/berichte/ueberfaellig/", "/import/", "/export/", "/verwaltung/", "/feld/"],
}


@pytest.mark.parametrize("login", NAVIGATION)
def test_each_role_sees_its_own_navigation(visit, login):
    page = visit(login).go("/")

    expect(page.locator("#layout")).to_be_visible()
    words = page.get_by_role("navigation", name="Hauptnavigation").get_by_role("link")
    # Behind "Klärung" stands how much waits there, if anything does.
    assert [text.split("\n")[0] for text in words.all_inner_texts()] == NAVIGATION[login]


@pytest.mark.parametrize("login", DEEDS)
def test_the_card_offers_what_the_role_may_do(visit, city, login):
    there = visit(login)

    card = there.tree(city.tree(OF_FIRM if login == "firma" else SOUND))

    more = card.get_by_label("Weitere Aktionen")
    if more.count():
        more.click()
    offered = {word.strip() for word in card.locator(".card-deeds button").all_inner_texts()}
    assert {word for word in offered if word != "Als verschwunden melden"} == DEEDS[login]
    assert there.page.locator("#plant").is_visible() == (login != "firma")
    if login in TABS:
        assert [tab.split("\n")[0] for tab in card.get_by_role("tab").all_inner_texts()] == TABS[
            login
        ]


@pytest.mark.parametrize("login", CLOSED)
def test_closed_doors_say_so(visit, login):
    there = visit(login)
    there.expect("403")

    for address in CLOSED[login]:
        answer = there.page.goto(there.url + address)
        assert answer is not None and answer.status == 403, address
        expect(there.page.get_by_role("heading", level=1)).to_be_visible()


def test_nobody_enters_without_signing_in(visit):
    there = visit()

    there.go("/karte/")

    assert "/accounts/login/" in there.page.url


def test_wrong_passwords_lock_the_account(visit):
    there = visit()
    there.expect("429")
    alert = there.page.get_by_role("alert")
    for _attempt in range(7):
        there.sign_in("wer-ist-das", "falsch")
        expect(alert).to_be_visible()

    there.sign_in("wer-ist-das", "falsch")

    expect(there.page.get_by_role("heading", level=1)).to_have_text("Anmeldung gesperrt")


def test_pages_speak_english_on_demand(visit):
    there = visit("kontrolle")
    page = there.go("/berichte/ueberfaellig/")

    page.get_by_role("button", name="EN", exact=True).click()

    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Overdue tree inspections")
    page = there.map()
    expect(page.get_by_placeholder("Number, street, species")).to_be_visible()
    page.get_by_role("button", name="DE", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_a_used_desk_is_as_good_as_new(desks, cookies):
    """What the tests of a module rely on that share a browser context."""
    first = Visit(desks, "kontrolle", cookies)
    first.go("/accounts/password/").evaluate("localStorage.setItem('mine', 'x')")
    assert not first.close()

    second = Visit(desks, "", cookies)
    page = second.go("/accounts/password/")

    assert page.context is first.page.context
    expect(page).to_have_url(re.compile("/accounts/login/"))
    assert page.evaluate("localStorage.length") == 0
    assert len(page.context.pages) == 2
    assert not second.close()
