"""Sessions in Django's own table, found by a prepared statement: every request asks; see settings."""

from functools import cache
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.utils import timezone

from baumkataster.prepared import columns, kept, prepared_row


class SessionStore(DatabaseSessions):
    """Django's, but for how a session is looked up."""

    def _get_session_from_db(self) -> Any:
        """The session, if it is there and not over; as Django's, its key is forgotten if not."""
        key = self.session_key or ""
        row = (
            None if "\0" in key else prepared_row(_statement(), {"key": key, "now": timezone.now()})
        )
        if row is None:
            self._session_key = None
            return None
        return kept(self.get_model_class(), row)


@cache
def _statement() -> str:
    model = DatabaseSessions.get_model_class()
    return f"""
        SELECT {columns(model, "s")} FROM {model._meta.db_table} s
        WHERE session_key = %(key)s::text AND expire_date > %(now)s"""
