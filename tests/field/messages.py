"""Requests and answers on their way between tablet and server, and what may become of them; for net.py."""

from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    """What may become of a request."""

    PASS = "pass"
    #: It never reaches the server.
    LOSE = "lose"
    #: The server has done its work, the tablet never hears of it.
    LOSE_ANSWER = "lose_answer"
    #: The answer breaks off after some bytes.
    CUT_ANSWER = "cut_answer"
    #: The request breaks off after some bytes of its body, for both sides.
    CUT_UPLOAD = "cut_upload"
    #: It takes its time.
    DELAY = "delay"
    #: It reaches the server twice, one after the other or at the same time.
    TWICE = "twice"
    #: The tablet believes it lost; it reaches the server after the next one.
    LATE = "late"


@dataclass(frozen=True)
class Fate:
    """A way, and for a cut the byte at which it happens (none: drawn)."""

    way: Way
    at: int | None = None


@dataclass(frozen=True)
class Passage:
    """What became of one request; status 0: the tablet got no answer."""

    method: str
    path: str
    way: Way
    status: int
    #: Bytes of the answer's body on the line.
    size: int = 0


@dataclass(frozen=True)
class Request:
    """A request as it came from the tablet."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """An answer as it came from the server."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
