"""A mail server that is away, falters and comes back, and a real worker that has mails to send."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from inspections.models import ControlMail
from inspections.tasks import send_mails
from tests.database.test_control_runs_processes import until
from tests.interfaces.postbox import Postbox, free_port, listening

NUMBERS = count()


class Faltering(Postbox):
    """Takes so many mails; then it breaks off each one when all of it has been sent."""

    def __init__(self, takes: int) -> None:
        super().__init__()
        self.left = takes
        self.broken = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if not self.left:
            self.broken += 1
            return "421 closing"
        self.left -= 1
        return await super().handle_DATA(server, session, envelope)


class Outage:
    """One address, at which nobody listens until somebody does."""

    def __init__(self) -> None:
        self.port = free_port()
        #: Message-IDs as they arrived.
        self.arrived: list[str] = []

    @property
    def environment(self) -> dict[str, str]:
        """What the worker is started with."""
        return {"BAUM_SMTP_HOST": "127.0.0.1", "BAUM_SMTP_PORT": str(self.port)}

    @contextmanager
    def over(self, box: Postbox) -> Iterator[None]:
        """The server is there for the length of the block."""
        with listening(box, port=self.port):
            yield
        self.arrived += [each.message["Message-ID"] for each in box.received]


def tried() -> int:
    """Attempts at all mails so far."""
    return sum(ControlMail.objects.values_list("attempts", flat=True))


def waiting() -> int:
    """Mails that have not left."""
    return ControlMail.objects.filter(sent_at__isnull=True).count()


def sending_until(what: Callable[[], bool], mind: Callable[[], None], seconds: float = 60) -> None:
    """Have the outbox looked through again and again, as each minute does, until it is true."""

    def asked() -> bool:
        mind()
        if what():
            return True
        send_mails.configure(queueing_lock=f"outage {next(NUMBERS)}").defer(timestamp=0)
        return False

    until(asked, seconds, every=0.5)


def assert_each_left_once(arrived: list[str]) -> None:
    """Nothing waits, nothing is lost, nothing came twice."""
    assert waiting() == 0
    assert len(set(arrived)) == len(arrived) == ControlMail.objects.count()
