"""The people of ``bench/hosts.py``: some write inspections, some look at the map; one line per request.

Run inside a network namespace; ends when its standard input is closed. A writer sends the same
inspection, under the same id, until it is acknowledged, as a form that is sent again or a tablet does.
"""

import http.client
import json
import random
import re
import ssl
import sys
import threading
import time
import urllib.parse
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

TIMEOUT = 20.0
PAUSE = 0.15


class Person:
    """A browser with cookies and one kept connection."""

    def __init__(self, address: str, name: str) -> None:
        self._address, self._name = address, name
        self._cookies: dict[str, str] = {}
        self._connection: http.client.HTTPSConnection | None = None

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, bytes]:
        """One request; the connection is made anew after an error."""
        if self._connection is None:
            self._connection = http.client.HTTPSConnection(
                self._address, 443, timeout=TIMEOUT, context=ssl._create_unverified_context()
            )
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        sent = {
            "Host": self._name,
            "Cookie": cookies,
            "Referer": f"https://{self._name}/",
            **headers,
        }
        try:
            self._connection.request(method, path, body, sent)
            reply = self._connection.getresponse()
            content = reply.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            self._connection = None
            raise
        for cookie in reply.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self._cookies[name] = value
        return reply.status, content

    def sign_in(self, login: str, password: str) -> None:
        """Sign in by the form."""
        _, page = self.ask("GET", "/accounts/login/")
        token = re.search(rb'csrfmiddlewaretoken" value="(\w+)"', page)
        assert token, page[:300]
        form = {"username": login, "password": password, "csrfmiddlewaretoken": token[1].decode()}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _ = self.ask("POST", "/accounts/login/", urllib.parse.urlencode(form), **kind)
        assert status == 302, status

    def record(self, entry: dict[str, Any]) -> tuple[int, bytes]:
        """Send one inspection."""
        kind = {"Content-Type": "application/json", "X-CSRFToken": self._cookies["csrftoken"]}
        return self.ask("POST", "/api/v1/inspections/", json.dumps(entry), **kind)


def entry(tree: str) -> dict[str, Any]:
    """A regular inspection of a minute ago without findings."""
    return {
        "id": str(uuid4()), "tree": tree, "kind": "regular", "leaf_state": "bare",
        "inspected_at": (datetime.now(UTC) - timedelta(minutes=1)).isoformat(),
        "condition": "sound", "phase": "mature", "result": "safe", "vitality": "1",
    }  # fmt: skip


def say(lock: threading.Lock, kind: str, began: float, status: int, key: str = "") -> None:
    """One line: when, how long, what came of it (0: no answer)."""
    line = {"kind": kind, "at": began, "took": time.time() - began, "status": status, "id": key}
    with lock:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def write(person: Person, trees: list[str], lock: threading.Lock, ended: threading.Event) -> None:
    """Inspections, one after the other."""
    while not ended.is_set():
        made, status = entry(random.choice(trees)), 0
        while status not in {200, 201} and not ended.is_set():
            began = time.time()
            try:
                status, _ = person.record(made)
            except (OSError, http.client.HTTPException):
                status = 0
            say(lock, "write", began, status, made["id"])
            time.sleep(PAUSE)


def look(person: Person, path: str, lock: threading.Lock, ended: threading.Event) -> None:
    """The same page again and again."""
    while not ended.is_set():
        began = time.time()
        try:
            status, _ = person.ask("GET", path)
        except (OSError, http.client.HTTPException):
            status = 0
        say(lock, "read", began, status)
        time.sleep(PAUSE)


def main() -> None:
    """Sign everybody in, then work until standard input ends."""
    given = json.loads(sys.stdin.readline())
    lock, ended, threads = threading.Lock(), threading.Event(), []
    for number in range(given["writers"] + given["readers"]):
        person = Person(given["address"], given["name"])
        person.sign_in(given["login"], given["password"])
        work = (
            (write, (person, given["trees"], lock, ended))
            if number < given["writers"]
            else (look, (person, given["path"], lock, ended))
        )
        threads.append(threading.Thread(target=work[0], args=work[1], daemon=True))
    for thread in threads:
        thread.start()
    sys.stdin.read()
    ended.set()
    for thread in threads:
        thread.join(TIMEOUT)


if __name__ == "__main__":
    main()
