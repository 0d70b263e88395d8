"""Middleware, first of all: whose request is it when proxies stand in front of the web server?

Locks on sign-ins, throttles and logs count by ``REMOTE_ADDR``. Behind a proxy that is the proxy for
everybody: one forgetful person would lock the whole city out. So the address that the outermost
known proxy saw takes its place; and what anybody but a known proxy says about addresses is dropped.
"""

from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import FileResponse, HttpRequest, HttpResponseBase

#: Headers by which proxies speak of the client; worth as much as the one who sends them.
FORWARDED = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_REAL_IP",
    "HTTP_FORWARDED",
    "HTTP_X_REQUEST_ID",
)
Network = IPv4Network | IPv6Network


class KnownProxies:
    """Puts the client's address into ``REMOTE_ADDR``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Read the settings once.

        Raises:
            ImproperlyConfigured: an address that is none.
        """
        self.get_response = get_response
        self.count: int = settings.PROXIES
        self.networks = networks(settings.PROXY_ADDRESSES)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Believe a known proxy, forget what others say; have a stream passed on as it is made."""
        sender = request.META.get("REMOTE_ADDR", "")
        if self.count and _is_among(sender, self.networks):
            said = request.META.get("HTTP_X_FORWARDED_FOR", "")
            request.META["REMOTE_ADDR"] = client(said, self.count) or sender
        else:
            for header in FORWARDED:
                request.META.pop(header, None)
        answer = self.get_response(request)
        if answer.streaming and not isinstance(answer, FileResponse):
            answer.headers.setdefault("X-Accel-Buffering", "no")
        return answer


def networks(words: list[str]) -> list[Network]:
    """Addresses and networks (10.0.0.7, 10.0.0.0/24) as values.

    Raises:
        ImproperlyConfigured: a word is neither.
    """
    try:
        return [ip_network(word, strict=False) for word in words]
    except ValueError as error:
        raise ImproperlyConfigured(f"BAUM_PROXY_ADDRESSES: {error}") from error


def client(said: str, count: int) -> str:
    """The address that the outermost of ``count`` proxies saw; empty if none can be read.

    Each proxy appends whom it heard; what stands further left was sent by the client itself.
    """
    entries = [entry.strip() for entry in said.split(",") if entry.strip()]
    if not entries:
        return ""
    entry = entries[-min(count, len(entries))]
    try:
        return str(ip_address(entry))
    except ValueError:
        return ""


def _is_among(address: str, known: list[Network]) -> bool:
    """Whether an address lies in one of the networks."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in known if network.version == found.version)


def believed_request_id(environ: dict[str, Any]) -> str:
    """How a known proxy has named a request that has not come past ``KnownProxies``; else empty."""
    said: str = environ.get("HTTP_X_REQUEST_ID", "")
    if not said or not settings.PROXIES:
        return ""
    known = _networks(tuple(settings.PROXY_ADDRESSES))
    return said if _is_among(environ.get("REMOTE_ADDR", ""), known) else ""


@lru_cache(maxsize=8)
def _networks(words: tuple[str, ...]) -> list[Network]:
    return networks(list(words))
