"""Uploads over a real socket to a real server: the line breaks inside a piece, the rest goes on."""

import base64
import hashlib
import http.client
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.test import Client

from baumkataster.models import Photo, User
from tests import factories as make
from tests.database.test_field_photos import picture
from tests.server import Server, cloned_database, on_database, running_server

FIELD = "/api/v1/field"
PIECE = "application/offset+octet-stream"


@dataclass
class Tablet:
    """A client that knows nothing of Django: http.client and bare sockets."""

    host: str
    person: str
    tree: str
    cookies: dict[str, str]

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Any:
        """One request on a connection of its own."""
        line = http.client.HTTPConnection(self.host, timeout=30)
        line.request(method, path, body, self.headers(headers))
        answer = line.getresponse()
        answer.content = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        line.close()
        return answer

    def headers(self, more: dict[str, str]) -> dict[str, str]:
        said = {name.replace("_", "-"): value for name, value in more.items()}
        return {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-CSRFToken": self.cookies.get("csrftoken", ""),
            "Tus-Resumable": "1.0.0",
        } | said

    def announce(self, content: bytes) -> str:
        said = {
            "id": str(uuid4()),
            "tree": self.tree,
            "person": self.person,
            "sha256": hashlib.sha256(content).hexdigest(),
            "taken_at": "2026-11-20T08:31:00Z",
        }
        meta = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in said.items())
        answer = self.ask(
            "POST", f"{FIELD}/photos/", Upload_Metadata=meta, Upload_Length=str(len(content))
        )
        assert answer.status == 201, answer.content
        return str(answer.headers["Location"])

    def offset(self, where: str) -> int:
        return int(self.ask("HEAD", where).headers["Upload-Offset"])

    def piece(self, where: str, offset: int, content: bytes, whole: bytes | None = None) -> int:
        """Send a piece; ``whole`` is what it was to be before the line broke."""
        whole = content if whole is None else whole
        said = self.headers(
            {
                "Host": self.host,
                "Content-Type": PIECE,
                "Content-Length": str(len(whole)),
                "Upload-Offset": str(offset),
                "Upload-Checksum": f"sha256 {base64.b64encode(hashlib.sha256(whole).digest()).decode()}",
                "Connection": "close",
            }
        )
        head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        host, port = self.host.split(":")
        with socket.create_connection((host, int(port)), timeout=30) as line:
            line.sendall(f"PATCH {where} HTTP/1.1\r\n{head}\r\n".encode() + content)
            if len(content) < len(whole):
                return 0
            answer = line.makefile("rb").readline()
        return int(answer.split()[1])


def session_of(person: User) -> dict[str, str]:
    """The cookie of somebody who has signed in."""
    signed_in = Client()
    signed_in.force_login(person)
    return {"sessionid": signed_in.cookies["sessionid"].value}


@pytest.fixture(scope="module")
def server(
    template_database: str, tmp_path_factory: Any, django_db_blocker: Any
) -> Iterator[tuple[Server, Tablet]]:
    """A server with one arborist who is signed in, and one tree."""
    var: Path = tmp_path_factory.mktemp("tus")
    with cloned_database("tus", template_database) as name, on_database(name, django_db_blocker):
        make.make_city()
        make.load_reference_data()
        person, tree = make.make_user("arborist"), make.make_tree()
        with running_server(name, var) as running:
            host = urlsplit(running.url).netloc
            tablet = Tablet(host, str(person.pk), str(tree.pk), session_of(person))
            assert tablet.ask("GET", f"{FIELD}/session/").status == 200
            yield running, tablet


def test_a_line_that_breaks_anywhere_costs_nothing(server: tuple[Server, Tablet]) -> None:
    running, tablet = server
    content = picture(900, 700)
    where = tablet.announce(content)
    step = len(content) // 4 + 1
    breaks = [0, 1, step // 2, step - 1]
    while (offset := tablet.offset(where)) < len(content):
        piece = content[offset : offset + step]
        if breaks:
            tablet.piece(where, offset, piece[: min(breaks.pop(), len(piece) - 1)], piece)
            assert tablet.offset(where) == offset
        assert tablet.piece(where, offset, piece) == 204
        assert tablet.piece(where, offset, piece) == 409
    receipt = json.loads(tablet.ask("GET", where).content)
    assert receipt["status"] == "received"
    assert receipt["sha256"] == hashlib.sha256(content).hexdigest()
    assert tablet.ask("GET", f"/fotos/{receipt['photo']}/").content == content
    assert Photo.objects.filter(pk=receipt["photo"]).count() == 1
    assert "Traceback" not in running.log


def test_pieces_that_race_are_kept_once(server: tuple[Server, Tablet]) -> None:
    _running, tablet = server
    content = picture(300, 300)
    where = tablet.announce(content)
    host, port = tablet.host.split(":")
    said = tablet.headers(
        {
            "Host": tablet.host,
            "Content-Type": PIECE,
            "Content-Length": str(len(content)),
            "Upload-Offset": "0",
            "Connection": "close",
        }
    )
    head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    request = f"PATCH {where} HTTP/1.1\r\n{head}\r\n".encode() + content
    lines = [socket.create_connection((host, int(port)), timeout=30) for _ in range(3)]
    for line in lines:
        line.sendall(request)
    answers = sorted(int(line.makefile("rb").readline().split()[1]) for line in lines)
    for line in lines:
        line.close()
    assert answers == [204, 409, 409]
    receipt = json.loads(tablet.ask("GET", where).content)
    assert tablet.ask("GET", f"/fotos/{receipt['photo']}/").content == content
