"""Hosts for ``bench/hosts.py``: network namespaces on one bridge, which itself lies in one of them."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from launch.people import Account

BRIDGE = "10.77.0.1"
ADDRESSES = {
    "front": "10.77.0.10", "web1": "10.77.0.11", "web2": "10.77.0.12", "worker1": "10.77.0.21",
    "worker2": "10.77.0.22", "db1": "10.77.0.31", "db2": "10.77.0.32",
}  # fmt: skip


def ip(*words: str) -> None:
    """Run ip(8)."""
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Net:
    """Seven hosts and the people's own, named after this process so that only ours are touched."""

    def __init__(self) -> None:
        self.prefix = f"baum{os.getpid()}"
        self._made: list[str] = []

    def name(self, host: str) -> str:
        """A host's namespace."""
        return f"{self.prefix}-{host}"

    def build(self) -> None:
        """Make the bridge and put every host on it."""
        people = self._namespace("people")
        ip("-n", people, "link", "add", "bridge", "type", "bridge")
        ip("-n", people, "addr", "add", f"{BRIDGE}/24", "dev", "bridge")
        ip("-n", people, "link", "set", "bridge", "up")
        for number, (host, address) in enumerate(ADDRESSES.items()):
            there = self._namespace(host)
            port = f"port{number}"
            ip("-n", people, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns",
               there)  # fmt: skip
            ip("-n", people, "link", "set", port, "master", "bridge", "up")
            ip("-n", there, "addr", "add", f"{address}/24", "dev", "eth0")
            ip("-n", there, "link", "set", "eth0", "up")

    def _namespace(self, host: str) -> str:
        name = self.name(host)
        ip("netns", "add", name)
        self._made.append(name)
        ip("-n", name, "link", "set", "lo", "up")
        return name

    def start(
        self, host: str, command: Sequence[str], log: Path, env: dict[str, str] | None = None,
        who: Account | None = None,
    ) -> subprocess.Popen[bytes]:  # fmt: skip
        """Start a program on a host; it leads its own process group, so that it can be killed whole."""
        become = [] if who is None or who.is_me() else [
            "setpriv", f"--reuid={who.uid}", f"--regid={who.gid}", "--init-groups"
        ]  # fmt: skip
        with log.open("ab") as output:
            return subprocess.Popen(
                ["ip", "netns", "exec", self.name(host), *become, *command], stdout=output,
                stderr=output, stdin=subprocess.DEVNULL, env=env, cwd="/", start_new_session=True,
            )  # fmt: skip

    def unplug(self, host: str) -> None:
        """Pull the cable: nobody hears a goodbye."""
        ip("-n", self.name("people"), "link", "set", self._port(host), "down")

    def plug(self, host: str) -> None:
        """Put it back."""
        ip("-n", self.name("people"), "link", "set", self._port(host), "up")

    def _port(self, host: str) -> str:
        return f"port{list(ADDRESSES).index(host)}"

    def remove(self) -> None:
        """Take the namespaces away; their links go with them."""
        for name in reversed(self._made):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
