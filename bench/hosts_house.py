"""Web hosts, workers and nginx for ``bench/hosts.py``: a clone per host, with its own var/."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.hosts_net import ADDRESSES, Net
from launch import steps
from launch.places import Places
from tests.conftest import ROOT
from tests.field.https import AROUND, DOCUMENTED, NGINX, Certificate, certificate

LINKED = ("baumkataster", "inspections", "geodata", "fixtures", "static", "manage.py", ".venv",
          "pyproject.toml", "requirements.lock", "requirements-test.lock")  # fmt: skip
PATIENCE = 90.0


class House:
    """One host of the application."""

    def __init__(
        self, net: Net, host: str, folder: Path, settings: dict[str, str], media: Path
    ) -> None:
        self.net, self.host = net, host
        self.clone, self.log = folder / host, folder / f"{host}.log"
        self.child: subprocess.Popen[bytes] | None = None
        self.clone.mkdir()
        for name in LINKED:
            (self.clone / name).symlink_to(ROOT / name)
        shutil.copytree(ROOT / "launch", self.clone / "launch")
        shutil.copy(ROOT / "baum", self.clone / "baum")
        media.mkdir(exist_ok=True)
        var = self.clone / "var"
        var.mkdir()
        (var / "media").symlink_to(media)  # the shared folder of all hosts
        self._take_static(var)
        lines = [f"{name}={value}" for name, value in settings.items()]
        file = var / "baumkataster.env"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        file.chmod(0o600)

    def _take_static(self, var: Path) -> None:
        """The collected files of the bench's own installation: collecting is not what is measured."""
        state = Path(os.environ["BAUM_VAR"])
        gathered = state / "static"
        steps.collect_static(Places(ROOT, state, state / "run"), dict(os.environ), gathered)
        (var / "static").symlink_to(gathered.resolve())
        (var / "static.stamp").write_text(steps.static_fingerprint(self.clone), encoding="ascii")

    def environment(self) -> dict[str, str]:
        """Nothing but the path: all else stands in the settings file."""
        return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": "/root"}

    def call(self, *arguments: str) -> None:
        """Run ./baum on this host to its end."""
        child = self.net.start(
            self.host, [str(self.clone / "baum"), *arguments], self.log, self.environment()
        )
        if child.wait(600):
            raise SystemExit(self.log.read_text("utf-8", "replace")[-3000:])

    def start(self, which: str) -> None:
        """Start the web server or the worker."""
        host = ["--host", ADDRESSES[self.host]] if which == "web" else []
        command = [str(self.clone / "baum"), which, *host]
        self.child = self.net.start(self.host, command, self.log, self.environment())

    def kill(self) -> None:
        """SIGKILL for the whole host."""
        assert self.child is not None
        os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()
        self.child = None

    def end(self) -> None:
        """Ask it to end."""
        if self.child is not None and self.child.poll() is None:
            os.killpg(self.child.pid, signal.SIGTERM)
            try:
                self.child.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(self.child.pid, signal.SIGKILL)

    def await_health(self) -> None:
        """Return when /healthz says 200."""
        code = (
            "import sys, urllib.request as u; r = u.Request(sys.argv[1], headers={'Host': "
            "'baumkataster.test'}); print(u.urlopen(r, timeout=5).read().decode())"
        )
        url = f"http://{ADDRESSES[self.host]}:8000/healthz"
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            done = subprocess.run(
                ["ip", "netns", "exec", self.net.name("people"), "python3", "-c", code, url],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode == 0:
                return
            time.sleep(0.3)
        raise SystemExit(f"{url}: {done.stderr[-300:]}\n{self.log.read_text('utf-8')[-2000:]}")


@contextmanager
def nginx(net: Net, folder: Path, name: str) -> Iterator[None]:
    """The documented nginx in front of two web hosts."""
    made: Certificate = certificate(folder)
    config = folder / "nginx.conf"
    site = documented(name, made)
    config.write_text(AROUND.format(folder=folder, site=site), encoding="utf-8")
    command = [NGINX, "-c", str(config), "-p", str(folder), "-g", "user root;"]
    child = net.start("front", command, folder / "nginx.log")
    try:
        yield
    finally:
        child.terminate()
        child.wait()


def documented(name: str, made: Certificate) -> str:
    """docs/nginx-baumkataster.conf with this town's names."""
    text = DOCUMENTED.read_text(encoding="utf-8")
    servers = "\n".join(
        f"    server {ADDRESSES[host]}:8000 max_fails=1 fail_timeout=5s;"
        for host in ("web1", "web2")
    )
    for pattern, words in (
        (r"    listen \[::\][^;]+;\n", ""),
        (r"server_name [^;]+;", f"server_name {name};"),
        (r"ssl_certificate [^;]+;", f"ssl_certificate {made.file};"),
        (r"ssl_certificate_key [^;]+;", f"ssl_certificate_key {made.key};"),
        (r"    server 127\.0\.0\.1:8000 [^;]+;", servers),
    ):
        text, found = re.subn(pattern, words, text)
        assert found, pattern
    return text
