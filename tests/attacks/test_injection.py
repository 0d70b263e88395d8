"""Texts that other programs have taken for SQL, for headers, for addresses or for markup."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from tests.factories import load_reference_data, make_city, make_user
from tests.interfaces.nasty import PAGES, PARAMETERS, READS
from tests.interfaces.test_attacks_input import World

pytestmark = pytest.mark.django_db

#: Each ends a quoted or bare value in another way and then writes into a table of the attacker.
SQL = tuple(
    f"{end} INSERT INTO canary VALUES (1); -- "
    for end in (
        "1;",
        "';",
        "');",
        "'));",
        "\\';",
        "$$;",
        "%27;",
        "1) ;",
        "*/;",
        "1]);",
    )
)
#: Sleep inside an expression, where no second statement fits.
SLEEP = ("' || (SELECT fell_in()) || '", "1 OR fell_in() IS NULL", '" || fell_in() || "')
HEADERS = (
    "x\r\nX-Injected: 1",
    "x\nSet-Cookie: injected=1",
    "x%0d%0aX-Injected:%201",
    "x\u2028X-Injected: 1",
)
MARKUP = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
    "javascript:alert(1)",
)


@pytest.fixture
def world(settings: Any, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    load_reference_data()
    make_city(public_wfs=True, public_geojson=True, public_csv=True)
    cache.clear()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE canary (n integer) ON COMMIT DROP")
        cursor.execute(
            "CREATE FUNCTION pg_temp.fell_in() RETURNS text LANGUAGE sql AS"
            " $$ INSERT INTO canary VALUES (2) RETURNING 'x' $$"
        )
    return World()


def addresses(world: World) -> list[str]:
    """Everything that reads."""
    return [f"/api/v1/{path.format(tree=world.tree.pk)}" for path in READS] + list(PAGES)


def canaries() -> int:
    """How often a text was run as SQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM canary")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("text", [*SQL, *SLEEP])
def test_no_parameter_is_run_as_sql(world: World, text: str) -> None:
    broken = []
    for address in addresses(world):
        query = {name: text.replace("fell_in", "pg_temp.fell_in") for name in PARAMETERS}
        for names in (PARAMETERS[2:20], PARAMETERS[20:], ("q", "order", "sort")):
            asked = {name: query[name] for name in names if name in query}
            if "wfs" in address:
                asked |= {"SERVICE": "WFS", "REQUEST": "GetFeature", "VERSION": "2.0.0"}
            answer = world.ask("get", address, asked)
            if answer.status_code >= 500:
                broken.append((address, names))
    assert not broken
    assert canaries() == 0


def test_the_canary_would_sing(world: World) -> None:
    """Else the test above could not fail."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 WHERE '1' = '{SQL[1]}")
        cursor.execute("SELECT pg_temp.fell_in()")
    assert canaries() == 2


@pytest.mark.parametrize("text", HEADERS)
def test_no_text_becomes_a_header(world: World, text: str) -> None:
    wrong = []
    for address in [*PAGES, "/api/v1/trees/", "/accounts/login/", "/sprache/"]:
        for kwargs in (
            {
                "data": {
                    name: text for name in ("q", "next", "order", "format", "state", "language")
                }
            },
            {"headers": {"Accept-Language": text, "X-Request-ID": text, "Referer": text}},
            {"headers": {"X-Forwarded-For": text, "X-Forwarded-Host": text, "Origin": text}},
        ):
            try:
                answer = world.client.get(address, **kwargs)
            except UnicodeEncodeError:  # no such header can be sent at all
                continue
            lines = str(answer.headers).lower()
            if (
                answer.status_code >= 500
                or "x-injected" in lines.replace("%0d%0a", "").split("location")[0]
            ):
                wrong.append((address, answer.status_code))
            assert "injected" not in answer.cookies
    assert not wrong


@pytest.mark.parametrize(
    "aim",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
    ],
)
def test_nobody_is_sent_elsewhere(aim: str) -> None:
    make_city()
    user = make_user("planner")
    user.set_password("ein-langes-Passwort-9")
    user.save()
    client = Client()
    for address in ("/accounts/login/", "/sprache/", "/accounts/logout/"):
        data = {
            "username": user.username,
            "password": "ein-langes-Passwort-9",
            "language": "en",
            "next": aim,
        }
        answer = client.post(f"{address}?next={aim}", data)
        assert "evil" not in answer.get("Location", "") and "javascript" not in answer.get(
            "Location", ""
        )


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost:80@evil.example", "localhost\tx", "a/b"]
)
def test_a_foreign_host_is_refused(host: str) -> None:
    make_city()
    assert Client().get("/accounts/login/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("text", MARKUP)
def test_words_stay_words_on_every_page(world: World, text: str) -> None:
    """A tree's words and a person's name on pages, in JSON and in problems."""
    admin = world.client.get("/karte/").wsgi_request.user
    admin.first_name = admin.last_name = text
    admin.save()
    body = json.dumps({"remarks": text, "tag": text[:20]})
    changed = world.client.patch(
        f"/api/v1/trees/{world.tree.pk}/", body, "application/json", headers={"If-Match": "*"}
    )
    assert changed.status_code in (200, 400, 428)
    for address in (
        "/karte/",
        "/berichte/ueberfaellig/",
        "/verwaltung/personen/",
        "/import/",
        "/touren/",
    ):
        page = world.client.get(address, {"q": text, "tree": text, "order": text})
        assert page.status_code < 500
        assert text not in page.content.decode() or "<" not in text
