"""Says who does a deed and why, so that the database's history can name them; used by every service."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from baumkataster.models import User


@contextmanager
def authored(*, by: User | None, reason: str = "") -> Iterator[None]:
    """Open a transaction whose changes are recorded as done by ``by`` for ``reason``.

    Nested deeds keep the outermost transaction; name and reason of the outer deed return after the
    inner one. ``by=None`` is the system itself (scheduled tasks).
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('baum.actor', true), current_setting('baum.reason', true)"
        )
        before = [value or "" for value in cursor.fetchone()]
        _set(str(by.pk) if by else "", reason)
        yield
        _set(*before)


def _set(actor: str, reason: str) -> None:
    """Set both for the rest of the transaction; a rollback takes them back by itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('baum.actor', %s, true), set_config('baum.reason', %s, true)",
            [actor, reason],
        )
