"""The steps of an import and how long each takes; told to whoever waits for it."""

from __future__ import annotations

from typing import Final, Protocol

from geodata.rules.problems import gettext_noop

#: Share of the whole time that is over when a step begins; measured with 14,380 new trees.
STEPS: Final = {
    "read": (gettext_noop("Lesen und prüfen"), 0.0),
    "match": (gettext_noop("Abgleichen"), 0.13),
    "sites": (gettext_noop("Standorte eintragen"), 0.18),
    "trees": (gettext_noop("Bäume eintragen"), 0.45),
    "changes": (gettext_noop("Änderungen übernehmen"), 0.76),
    "deadlines": (gettext_noop("Fristen setzen"), 0.78),
    "record": (gettext_noop("Protokollieren"), 0.96),
    "done": (gettext_noop("Fertig"), 1.0),
}


class Progress(Protocol):
    """Called again and again while an import runs."""

    def __call__(self, *, step: str, share: float, rows: int) -> None:
        """``share`` (0 to 1) of the whole is done, ``rows`` are read; ``step`` says what is next."""


def no_progress(*, step: str, share: float, rows: int) -> None:
    """For callers that show nothing."""
