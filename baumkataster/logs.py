"""Log lines, as words or as JSON, each with its request; named in settings_observation.py."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

#: The request that this thread is answering; "-" between requests and in commands.
request_id: ContextVar[str] = ContextVar("request_id", default="-")
#: The same, as an address of the url lists without keys.
request_route: ContextVar[str] = ContextVar("request_route", default="")
#: What Python puts on every record; anything else was said by us.
USUAL = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request_id", "taskName"}


class RequestWords(logging.Filter):
    """Adds the request's id; Django's own lines about a request lose its path, which may hold keys."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the line through."""
        record.request_id = request_id.get()
        if record.name == "django.request" and isinstance(record.args, tuple) and record.args:
            record.args = (*record.args[:-1], request_route.get() or "?")
            vars(record).pop("request", None)
        return True


class JsonLines(logging.Formatter):
    """One JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        """What was said, with its fields."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", "-"),
        }
        line |= {key: value for key, value in vars(record).items() if key not in USUAL}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)
