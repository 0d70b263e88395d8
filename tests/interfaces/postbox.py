"""A real SMTP server for tests: keeps what arrives and refuses whom it is told to refuse."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default as modern
from types import SimpleNamespace
from typing import Any

from aiosmtpd.controller import Controller


class Postbox:
    """Takes every mail but those to the addresses in ``refused``."""

    def __init__(self) -> None:
        self.received: list[Any] = []
        self.refused: set[str] = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.content, policy=modern)
        self.received.append(SimpleNamespace(to=envelope.rcpt_tos, message=message))
        return "250 OK"


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def listening(postbox: Postbox, port: int = 0) -> Iterator[int]:
    """Serve the postbox by SMTP for the length of the block; yields the port, a free one unless given."""
    controller = Controller(postbox, hostname="127.0.0.1", port=port or free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
