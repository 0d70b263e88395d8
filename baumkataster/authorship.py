"""Says who does a deed and why, so that the database's history can name them; used by every service."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

from baumkataster.models import User

#: Who and why in the transaction that is open; None: opened elsewhere, only the database knows.
_AUTHOR: ContextVar[tuple[str, str] | None] = ContextVar("author", default=None)


@contextmanager
def authored(*, by: User | None, reason: str = "") -> Iterator[None]:
    """Open a transaction whose changes are recorded as done by ``by`` for ``reason``.

    Nested deeds keep the outermost transaction, and its reason where they have none of their own;
    name and reason of the outer deed return after the inner one. ``by=None`` is the system itself
    (scheduled tasks).
    """
    outer = _AUTHOR.get() if connection.in_atomic_block else ("", "")
    with transaction.atomic():
        before = outer if outer is not None else _read()
        mine = (str(by.pk) if by else "", reason or before[1])
        if before != mine:
            _set(*mine)
        token = _AUTHOR.set(mine)
        try:
            yield
        finally:
            _AUTHOR.reset(token)
        # The end of the outermost transaction takes both back by itself, as a rollback does.
        if before != mine and (outer is None or before != ("", "") or connection.savepoint_ids):
            _set(*before)


def _read() -> tuple[str, str]:
    """Both as the database has them: in a transaction that was not opened here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('baum.actor', true), current_setting('baum.reason', true)"
        )
        actor, reason = cursor.fetchone()
    return actor or "", reason or ""


def _set(actor: str, reason: str) -> None:
    """Set both for the rest of the transaction; a rollback takes them back by itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('baum.actor', %s, true), set_config('baum.reason', %s, true)",
            [actor, reason],
        )
