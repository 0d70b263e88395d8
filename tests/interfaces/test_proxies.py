"""Behind proxies the client's address counts, and only a known proxy may say it; with a real nginx."""

import http.client
import re
import ssl
import urllib.parse
from pathlib import Path

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.test import override_settings

from baumkataster.environment import database
from baumkataster.web.proxies import KnownProxies, client, networks
from tests.factories import PASSWORD, load_catalogues, make_city, make_user
from tests.field.https import NAME, certificate, front
from tests.server import cloned_database, free_port, on_database, running_server


@pytest.mark.parametrize(
    ("said", "count", "found"),
    [
        ("9.9.9.9", 1, "9.9.9.9"),
        ("1.1.1.1, 9.9.9.9", 1, "9.9.9.9"),
        ("1.1.1.1, 9.9.9.9, 10.0.0.2", 2, "9.9.9.9"),
        ("9.9.9.9", 2, "9.9.9.9"),
        ("2001:db8::1", 1, "2001:db8::1"),
        ("", 1, ""),
        (" , ", 1, ""),
        ("9.9.9.9, <script>", 1, ""),
    ],
)
def test_client_is_whom_the_outermost_known_proxy_saw(said: str, count: int, found: str) -> None:
    assert client(said, count) == found


def asked(sender: str, **headers: str) -> HttpRequest:
    """The request as the application sees it."""
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": sender, **headers}
    KnownProxies(lambda _: HttpResponse())(request)
    return request


@override_settings(PROXIES=1, PROXY_ADDRESSES=["10.0.0.0/24", "::1"])
def test_only_a_known_proxy_is_believed() -> None:
    said = {"HTTP_X_FORWARDED_FOR": "9.9.9.9", "HTTP_X_FORWARDED_PROTO": "https"}
    through = asked("10.0.0.7", **said)
    assert through.META["REMOTE_ADDR"] == "9.9.9.9"
    assert through.META["HTTP_X_FORWARDED_PROTO"] == "https"
    direct = asked("10.0.1.7", **said)
    assert direct.META == {"REMOTE_ADDR": "10.0.1.7"}
    assert asked("10.0.0.7").META == {"REMOTE_ADDR": "10.0.0.7"}


@override_settings(PROXIES=0, PROXY_ADDRESSES=["127.0.0.1"])
def test_without_proxies_nobody_is_believed() -> None:
    assert asked("127.0.0.1", HTTP_X_FORWARDED_FOR="9.9.9.9").META == {"REMOTE_ADDR": "127.0.0.1"}


def test_nonsense_in_the_setting_is_said() -> None:
    with pytest.raises(ImproperlyConfigured, match="BAUM_PROXY_ADDRESSES"):
        networks(["nginx"])


def test_streams_ask_not_to_be_held_back() -> None:
    def view(_: HttpRequest) -> HttpResponseBase:
        return StreamingHttpResponse(iter([b"x"]))

    assert KnownProxies(view)(HttpRequest())["X-Accel-Buffering"] == "no"


@pytest.mark.parametrize(
    ("url", "hosts", "ports"),
    [
        ("postgresql://u:p@a:5432,b:5433/x", "a,b", "5432,5433"),
        ("postgresql://u:p@/x?host=a,b&target_session_attrs=any", "a,b", ""),
        ("postgresql://u:p@[::1]:5433/x", "::1", "5433"),
        ("postgresql://u@/x?host=/run/pg", "/run/pg", ""),
    ],
)
def test_several_database_servers_are_understood(url: str, hosts: str, ports: str) -> None:
    found = database(url)
    assert (found["HOST"], found["PORT"]) == (hosts, ports)
    options = found["OPTIONS"]
    assert isinstance(options, dict)
    wanted = "any" if "attrs=any" in url else "read-write" if "," in hosts else None
    assert options.get("target_session_attrs") == wanted


class Browser:
    """A client with an address of its own, behind nobody, before nginx."""

    def __init__(self, port: int, address: str) -> None:
        self._port, self._address, self._cookies = port, address, ""

    def ask(
        self, method: str, path: str, body: str | bytes = b"", **headers: str
    ) -> tuple[int, bytes]:
        """One request; the cookie for forms is kept."""
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self._port, context=context, source_address=(self._address, 0)
        )
        sent = {"Host": f"{NAME}:{self._port}", "Cookie": self._cookies, **headers}
        connection.request(method, path, body, sent)
        reply = connection.getresponse()
        given = reply.headers.get_all("Set-Cookie") or []
        self._cookies = "; ".join(
            dict.fromkeys([*(c.split(";")[0] for c in given), self._cookies])
        ).strip("; ")
        content = reply.read()
        connection.close()
        return reply.status, content

    def sign_in(self, password: str, **headers: str) -> int:
        """Try to sign in; the status."""
        _, page = self.ask("GET", "/accounts/login/")
        found = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert found, page
        form = {
            "username": "planung",
            "password": password,
            "csrfmiddlewaretoken": found[1].decode(),
        }
        return self.ask(
            "POST",
            "/accounts/login/",
            urllib.parse.urlencode(form),
            **{
                "Content-Type": "application/x-www-form-urlencoded",
                "Referer": f"https://{NAME}:{self._port}/accounts/login/",
            },
            **headers,
        )[0]


def test_behind_nginx_a_lock_hits_one_address_and_large_files_pass(
    template_database: str, django_db_blocker, tmp_path: Path
) -> None:
    made, port = certificate(tmp_path), free_port()
    env = {
        "BAUM_DEBUG": "",
        "BAUM_PUBLIC_URL": f"https://{NAME}:{port}",
        "BAUM_ALLOWED_HOSTS": NAME,
        "BAUM_PROXIES": "1",
        "BAUM_LOGIN_ATTEMPTS": "2",
    }
    with cloned_database("proxies", template_database) as name:
        with on_database(name, django_db_blocker):
            load_catalogues()
            make_city()
            person = make_user("planner", username="planung")
            person.password = make_password(
                PASSWORD, hasher="pbkdf2_sha256"
            )  # as the server reads it
            person.save()
        with (
            running_server(name, tmp_path, static=True, **env) as server,
            front(int(server.url.rpartition(":")[2]), port, tmp_path, made),
        ):
            wrong = Browser(port, "127.0.0.2")
            assert [wrong.sign_in("falsch", **{"X-Forwarded-For": f"8.8.8.{n}"}) for n in (1, 2)][
                -1
            ] == 429, "another address in each header does not help"
            assert Browser(port, "127.0.0.2").sign_in(PASSWORD) == 429
            good = Browser(port, "127.0.0.3")
            assert good.sign_in(PASSWORD) == 302
            status, _ = good.ask("POST", "/klaerung/", b"x" * (20 * 1024 * 1024))
            assert status in {403, 404, 405}, "20 MB reach the product, which then refuses"
            assert good.ask("GET", "/healthz")[0] == 200
        with on_database(name, django_db_blocker):
            assert {attempt.ip_address for attempt in AccessAttempt.objects.all()} == {"127.0.0.2"}
