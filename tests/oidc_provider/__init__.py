"""A real OIDC provider on loopback for tests: django-oauth-toolkit in a process of its own.

with running_provider(tmp_path, back="http://testserver") as provider:
    provider.put("kim", groups=["Baum-Kontrolle"], email="kim@stadt.example", verified=True)
"""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CLIENT, SECRET, PASSWORD = "baumkataster", "geheim-beim-dienst", "beim-dienst-1234"


@dataclass(frozen=True)
class Provider:
    """Where it listens."""

    root: str

    @property
    def issuer(self) -> str:
        """What BAUM_OIDC_URL names."""
        return f"{self.root}/o"

    def put(self, username: str, **values: object) -> None:
        """Make or change a person: groups, email, verified, first_name, last_name."""
        self._post("/_person/", {"username": username} | values)

    def register(self, *back: str) -> None:
        """Make the client known with the addresses of these installations."""
        self._post("/_client/", {"back": list(back)})

    def _post(self, path: str, body: object) -> None:
        request = urllib.request.Request(self.root + path, json.dumps(body).encode(), method="POST")
        urllib.request.urlopen(request, timeout=20).close()


@contextmanager
def running_provider(folder: Path, port: int) -> Iterator[Provider]:
    """Start it, wait for its first answer, end it."""
    log = (folder / "provider.log").open("wb")
    command = [sys.executable, "-m", "tests.oidc_provider.serve", str(port), str(folder)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    provider = Provider(f"http://localhost:{port}")
    try:
        _wait_for(provider, child)
        yield provider
    finally:
        child.terminate()
        child.wait(20)
        log.close()


def _wait_for(provider: Provider, child: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and child.poll() is None:
        try:
            address = f"{provider.issuer}/.well-known/openid-configuration"
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the OIDC provider does not answer")
