"""The short way of map tiles answers as the whole one does, and lets nobody through any longer."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from baumkataster.metrics import REQUESTS
from baumkataster.models import Tree, User
from geodata.web import tile_visitors
from tests.factories import load_reference_data, make_tree, make_user
from tests.web_door import DoorClient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh() -> Any:
    load_reference_data()
    tile_visitors._remembered.clear()
    yield
    tile_visitors._remembered.clear()


@pytest.fixture
def client() -> Client:
    return DoorClient()


@pytest.fixture
def planner() -> User:
    return make_user("planner")


@pytest.fixture
def known(client: Client, planner: User) -> Client:
    """A client that has just been let through."""
    client.force_login(planner)
    assert client.get(path()).status_code == 200
    assert len(tile_visitors._remembered) == 1
    return client


def path(z: int = 16) -> str:
    """A tile with a tree in it."""
    if not Tree.objects.exists():
        make_tree()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT floor((ST_X(p) / 40075016.6855784 + 0.5) * %(n)s)::int,"
            " floor((0.5 - ST_Y(p) / 40075016.6855784) * %(n)s)::int"
            " FROM (SELECT ST_Transform(geom, 3857) AS p FROM baumkataster_tree LIMIT 1) t",
            {"n": 2**z},
        )
        x, y = cursor.fetchone()
    return f"/tiles/trees/{z}/{x}/{y}.mvt"


def _queries(client: Client, address: str) -> int:
    """Statements through Django beside the tile's own, which goes past its counter."""
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


@pytest.mark.parametrize("z", [12, 16])
def test_the_second_tile_asks_for_nothing_but_itself(known: Client, z: int) -> None:
    short = known.get(path(z))
    assert _queries(known, path(z)) == 0
    tile_visitors._remembered.clear()
    whole = known.get(path(z))
    assert short.content == whole.content != b""
    same = "ETag", "Cache-Control", "Content-Type", "Content-Length", "X-Content-Type-Options"
    for name in same:
        assert short.headers[name] == whole.headers[name]


def test_an_unchanged_tile_is_a_304_and_a_changed_one_is_not(known: Client) -> None:
    etag = known.get(path()).headers["ETag"]
    again = known.get(path(), headers={"If-None-Match": etag})
    assert again.status_code == 304 and again.content == b""
    Tree.objects.update(status="stump")
    changed = known.get(path(), headers={"If-None-Match": etag})
    assert changed.status_code == 200 and changed.headers["ETag"] != etag


def lock(person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)


def new_password(person: User) -> None:
    person.set_password("ein ganz anderes")
    person.save()


def sign_out(person: User) -> None:
    Session.objects.all().delete()


def expire(person: User) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


def another(person: User) -> None:
    Session.objects.update(session_data="")


@pytest.mark.parametrize("deed", [lock, new_password, sign_out, expire, another])
def test_whoever_is_shut_out_is_shut_out_at_once(known: Client, planner: User, deed: Any) -> None:
    deed(planner)
    assert known.get(path()).status_code == 401
    assert tile_visitors._remembered == {}


def test_another_role_holds_at_once(known: Client, planner: User) -> None:
    assert known.get(path(12)).content
    User.objects.filter(pk=planner.pk).update(role="contractor")
    assert known.get(path(12)).content == b""
    assert tile_visitors._remembered == {}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        *[("day=gestern", 400), ("day=2026-02-31", 400), ("state=blau", 400), ("q=Linde", 200)],
        *[("day=2026-11-28&", 200), ("state=ok&" * 40, 200), ("stichtag=2020-01-01", 400)],
    ],
)
def test_what_is_out_of_the_ordinary_goes_the_whole_way(
    known: Client, query: str, status: int
) -> None:
    assert known.get(f"{path()}?{query}").status_code == status


def test_another_name_of_the_server_goes_the_whole_way(known: Client) -> None:
    """There Django looks at it; what the short way answers is a name that was let through."""
    assert known.get(path(), headers={"host": "localhost"}).status_code == 200
    assert known.get(path(), headers={"host": "boese.example"}).status_code == 400


def test_two_sessions_in_one_request_go_the_whole_way(known: Client) -> None:
    """Which of them counts is Django's to say."""
    key = known.cookies["sessionid"].value
    strange = DoorClient()
    both = f"sessionid={key}; sessionid={'x' * 32}"
    assert strange.get(path(), headers={"cookie": both}).status_code == 401


def test_it_is_counted_and_logged_as_on_the_whole_way(
    known: Client, caplog: pytest.LogCaptureFixture
) -> None:
    said: list[tuple[object, ...]] = []
    for forget in (False, True):
        if forget:
            tile_visitors._remembered.clear()
        caplog.clear()
        before = _counted()
        with caplog.at_level("INFO", logger="baumkataster.request"):
            answer = known.get(path())
        assert _counted() == before + 1
        (line,) = [vars(r) for r in caplog.records if r.name == "baumkataster.request"]
        assert line["request_id"] == answer.headers["X-Request-ID"]
        said.append(tuple(line[n] for n in ("method", "route", "status", "role", "visitor")))
    short, whole = said
    assert short == whole and short[2:4] == (200, "planner") and short[4]


def test_a_known_proxy_names_the_request(known: Client, settings: Any) -> None:
    settings.PROXIES, settings.PROXY_ADDRESSES = 1, ["127.0.0.1"]
    name = {"X-Request-ID": "vom-nginx-0001"}
    assert known.get(path(), headers=name).headers["X-Request-ID"] == "vom-nginx-0001"
    other = known.get(path(), headers=name, REMOTE_ADDR="203.0.113.9")
    assert other.headers["X-Request-ID"] not in ("", "vom-nginx-0001")


def _counted() -> float:
    route = "tiles/trees/<int:z>/<int:x>/<int:y>.mvt"
    return REQUESTS.labels("GET", route, "200")._value.get()


def test_a_minute_later_the_whole_way_is_gone_again(
    known: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _queries(known, path()) == 0
    for key, kept in list(tile_visitors._remembered.items()):
        tile_visitors._remembered[key] = kept._replace(until=0.0)
    assert _queries(known, path()) > 1


def test_contractors_and_strangers_are_not_remembered(client: Client) -> None:
    assert client.get(path()).status_code == 401
    client.force_login(make_user("contractor"))
    assert client.get(path()).status_code == 200
    client.cookies["sessionid"] = "x" * 32
    assert client.get(path()).status_code == 401
    assert tile_visitors._remembered == {}
