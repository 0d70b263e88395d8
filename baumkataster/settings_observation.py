"""Settings of what IT sees of the running product (logs, metrics, log of access); read by settings.py."""

import os
from pathlib import Path

from baumkataster import environment

# --- log: one line per request, without names, search words or keys ---
LOG_FORMAT = "json" if os.environ.get("BAUM_LOG_FORMAT", "line") == "json" else "line"
LOG_REQUESTS = environment.flag("BAUM_LOG_REQUESTS", default=True)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "baumkataster.logs.RequestWords"}},
    "formatters": {
        "line": {
            "format": "{asctime} {levelname} {name} [{request_id}]: {message}",
            "style": "{",
        },
        "json": {"()": "baumkataster.logs.JsonLines"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["request"],
        }
    },
    "loggers": {
        # Commands and web processes need not hear which tasks exist; the worker says what it does.
        "procrastinate": {"level": os.environ.get("BAUM_WORKER_LOG_LEVEL", "WARNING")},
        # Says each sign-in once more, and names.
        "axes": {"level": "ERROR"},
        # What was refused stands in our own line, without the path.
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "ERROR"},
        # Tell of every step and glyph of a PDF.
        "weasyprint": {"level": "ERROR"},
        "weasyprint.progress": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
    "root": {"handlers": ["console"], "level": os.environ.get("BAUM_LOG_LEVEL", "INFO")},
}

# --- log of access (table baumkataster_accessrecord) ---
ACCESS_RECORD_DAYS: int = max(30, int(os.environ.get("BAUM_ACCESS_RECORD_DAYS", "365")))

# --- metrics: closed unless a token or addresses are named ---
METRICS_TOKEN = environment.secret("BAUM_METRICS_TOKEN")
METRICS_ADDRESSES = environment.words("BAUM_METRICS_ADDRESSES", "")


def metrics_folder(var: Path) -> None:
    """Where the web processes put their counters; prometheus_client reads the variable at import."""
    if METRICS_TOKEN or METRICS_ADDRESSES:
        folder = var / "metrics"
        folder.mkdir(parents=True, exist_ok=True)
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(folder))
