"""nginx in front of the server as docs/nginx-baumkataster.conf says; the certificate is made for the test."""

import base64
import hashlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT
from tests.server import free_port

#: A name that is no address of this machine, so that browsers grant it nothing without https.
NAME = "baumkataster.test"
DOCUMENTED = ROOT / "docs" / "nginx-baumkataster.conf"
NGINX = "/usr/sbin/nginx"
#: What Debian's nginx.conf says around a site, with all files in one folder and no other user.
AROUND = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""
PATIENCE = 10.0


@dataclass(frozen=True)
class Certificate:
    """A certificate that nobody vouches for, and how Chromium is told to believe it."""

    file: Path
    key: Path
    spki: str


def certificate(folder: Path) -> Certificate:
    """Make one for NAME, valid for two days."""
    file, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *(
                "-nodes",
                "-days",
                "2",
                "-subj",
                f"/CN={NAME}",
                "-addext",
                f"subjectAltName=DNS:{NAME}",
            ),
            *("-keyout", str(key), "-out", str(file)),
        ],
        check=True,
        capture_output=True,
    )
    pem = subprocess.run(
        ["openssl", "x509", "-in", str(file), "-pubkey", "-noout"], check=True, capture_output=True
    ).stdout
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-outform", "der"], input=pem, check=True, capture_output=True
    ).stdout
    return Certificate(file, key, base64.b64encode(hashlib.sha256(der).digest()).decode())


def documented(upstream: int, http: int, https: int, made: Certificate) -> str:
    """The documented site with its placeholders filled in; what must be changed is really there."""
    text = DOCUMENTED.read_text(encoding="utf-8")
    for pattern, words, times in (
        (r"    listen \[::\][^;]+;\n", "", 2),  # a machine for tests may have no IPv6
        (r"listen 80;", f"listen 127.0.0.1:{http};", 1),
        (r"listen 443 ", f"listen 127.0.0.1:{https} ", 1),
        (r"server_name [^;]+;", f"server_name {NAME};", 2),
        (r"ssl_certificate [^;]+;", f"ssl_certificate {made.file};", 1),
        (r"ssl_certificate_key [^;]+;", f"ssl_certificate_key {made.key};", 1),
        (r"server 127\.0\.0\.1:\d+ ", f"server 127.0.0.1:{upstream} ", 1),
    ):
        text, found = re.subn(pattern, words, text)
        assert found == times, pattern
    return text


class Front:
    """nginx that can be stopped and started; the address is the same every time."""

    def __init__(self, folder: Path, https: int, config: str) -> None:
        self.folder = folder
        self.url = f"https://{NAME}:{https}"
        self._config = folder / "nginx.conf"
        self._config.write_text(AROUND.format(folder=folder, site=config), encoding="utf-8")
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Listen."""
        command = [NGINX, "-c", str(self._config), "-p", str(self.folder)]
        if os.geteuid() == 0:
            command += ["-g", "user root;"]
        with (self.folder / "nginx.log").open("ab") as log:
            self._child = subprocess.Popen(command, stdout=log, stderr=log)
        end = time.monotonic() + PATIENCE
        while not (self.folder / "nginx.pid").exists():
            said = (self.folder / "nginx.log").read_text("utf-8", "replace")
            assert self._child.poll() is None and time.monotonic() < end, said
            time.sleep(0.02)

    def stop(self) -> None:
        """No net any more."""
        child, self._child = self._child, None
        if child is not None:
            child.send_signal(signal.SIGTERM)
            child.wait(PATIENCE)


@contextmanager
def front(upstream: int, https: int, folder: Path, made: Certificate) -> Iterator[Front]:
    """nginx before the server at ``upstream``, ended at the end."""
    config = documented(upstream, free_port(), https, made)
    running = Front(folder, https, config)
    running.start()
    try:
        yield running
    finally:
        running.stop()
