"""A process whose clock a test sets: libfaketime reads the time from a file, at every question."""

from datetime import datetime, timedelta
from pathlib import Path

#: Where Debian and Ubuntu put it (package libfaketime).
LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"


class Clock:
    """The clock of one process or more."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "faketime"
        self.jump(timedelta())

    @property
    def environment(self) -> dict[str, str]:
        """What the process is started with."""
        return {
            "LD_PRELOAD": LIBRARY,
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            # Waiting is by the monotonic clock, which never jumps.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def jump(self, ahead: timedelta) -> datetime:
        """Be so far ahead of the world from now on (or behind it); what the clock says then."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{ahead.total_seconds():+.0f}\n", encoding="ascii")
        fresh.replace(self._file)
        return datetime.now().astimezone() + ahead
