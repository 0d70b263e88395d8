"""Addresses and ports: what `up` may listen on and under which names browsers may ask."""

import os
import socket
from pathlib import Path

from launch.people import Account
from launch.words import LaunchError

FIRST_FREE_PORT = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")


def check_port(host: str, port: int) -> None:
    """Refuse an address that we cannot listen on, before anything is set up."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise LaunchError(f"Die Adresse {host!r} kennt dieser Rechner nicht.") from error
    with socket.socket(family, kind, proto) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except OSError as error:
            why = os.strerror(error.errno or 0)
            raise LaunchError(
                f"Auf {host} ist Port {port} nicht zu haben ({why}). Mit --port N geht ein anderer."
            ) from error


def check_privilege(account: Account, port: int) -> None:
    """Refuse a port that only root may open when web does not run as root."""
    first = int(FIRST_FREE_PORT.read_text(encoding="ascii")) if FIRST_FREE_PORT.exists() else 1024
    if port < first and account.uid != 0:
        raise LaunchError(
            f"Port {port} darf nur root öffnen, das Baumkataster läuft aber als {account.name}."
            f" Bitte einen Port ab {first} wählen und einen Webserver davor setzen."
        )


def allowed_hosts(host: str) -> str:
    """Names under which browsers may ask, for ``up --host``: loopback, the host, or all of ours."""
    names = ["localhost", "127.0.0.1", "[::1]"]
    if host in ("0.0.0.0", "::"):
        names += [socket.gethostname(), socket.getfqdn(), *own_addresses()]
    else:
        names.append(f"[{host}]" if ":" in host else host)
    return ",".join(dict.fromkeys(names))


def own_addresses() -> list[str]:
    """The machine's addresses as its own name resolves them; empty if it does not."""
    try:
        found = socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        return []
    return [f"[{a[4][0]}]" if ":" in str(a[4][0]) else str(a[4][0]) for a in found]
