"""Bombs against a real server: clear refusals, and its memory stays where it was."""

import contextlib
import http.client
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from baumkataster.models import Tree
from bench.measure import memory
from tests.attacks.bombs import BOMBS, Bomb, form, picture_bomb
from tests.factories import load_reference_data, make_city, make_identity, make_tree, make_user
from tests.server import Server, cloned_database, on_database, running_server

#: MiB by which no refusal may raise the server's peak: several bodies of 5 MB in 4 threads and
#: what their parsing needs; a bomb that goes off needs hundreds.
ROOM = 150


@pytest.fixture(scope="module")
def target(
    template_database: str, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any
) -> Iterator[tuple[Server, dict[str, str], str]]:
    """A server, the headers of a signed-in administrator, and a tree."""
    with cloned_database("bombs", template_database) as name:
        with on_database(name, django_db_blocker):
            load_reference_data()
            make_city(public_wfs=True)
            admin = make_user("administrator")
            make_identity(admin)
            tree: Tree = make_tree()
            session = SessionStore()
            session["_auth_user_id"] = str(admin.pk)
            session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
            session["_auth_user_hash"] = admin.get_session_auth_hash()
            session.create()
        key = {"BAUM_SECRET_KEY": settings.SECRET_KEY}
        with running_server(name, tmp_path_factory.mktemp("bombs"), **key) as server:
            cookie = f"{settings.SESSION_COOKIE_NAME}={session.session_key}; csrftoken={'a' * 32}"
            headers = {"Cookie": cookie, "X-CSRFToken": "a" * 32, "Referer": server.url}
            yield server, headers, str(tree.pk)


def sent(
    server: Server, headers: dict[str, str], path: str, kind: str, content: bytes
) -> tuple[int, bytes]:
    """Status and body of one POST; whoever refuses early may answer before all is sent."""
    where = urlsplit(server.url)
    lines = [f"POST {path} HTTP/1.1", f"Host: {where.netloc}", "Connection: close"]
    whole = {**headers, "Content-Type": kind, "Content-Length": str(len(content))}
    lines += [f"{name}: {value}" for name, value in whole.items()]
    with socket.create_connection((where.hostname, where.port), timeout=60) as wire:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            wire.sendall("\r\n".join([*lines, "", ""]).encode() + content)
        answer = http.client.HTTPResponse(wire, method="POST")
        answer.begin()
        return answer.status, answer.read(4000)


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.name)
def test_bombs_are_refused_in_words_and_memory_stays(target: Any, bomb: Bomb) -> None:
    server, headers, _tree = target
    before = memory(server.pid)[0]
    status, content = sent(server, headers, bomb.path, bomb.kind, bomb.made())
    assert status in bomb.fine, content
    assert b"root:" not in content
    assert b"ExceptionText" in content or b'"errors"' in content or b'"detail"' in content
    assert memory(server.pid)[0] - before < ROOM


def test_a_picture_of_a_billion_points_is_refused(target: Any) -> None:
    server, headers, tree = target
    before = memory(server.pid)[0]
    kind, content = form(picture_bomb(), tree)
    status, answer = sent(server, headers, "/api/v1/photos/", kind, content)
    assert status == 400 and b"errors" in answer, answer
    assert memory(server.pid)[0] - before < ROOM


def test_an_endless_upload_is_refused(target: Any) -> None:
    server, headers, tree = target
    before = memory(server.pid)[0]
    kind, content = form(b"\x89PNG\r\n\x1a\n" + bytes(80_000_000), tree)
    status, answer = sent(server, headers, "/api/v1/photos/", kind, content)
    assert status in (400, 413) and len(answer) > 20, answer
    assert memory(server.pid)[0] - before < ROOM


def test_afterwards_the_server_answers_as_ever(target: Any) -> None:
    server, headers, tree = target
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    connection.request("GET", f"/api/v1/trees/{tree}/", headers=headers)
    assert connection.getresponse().status == 200
