"""How much waits for the office, beside the words of the main navigation; named in the settings."""

from collections.abc import Callable

from django.http import HttpRequest

from inspections.web.field_waiting import open_count


def waiting(request: HttpRequest) -> dict[str, dict[str, Callable[[], int]]]:
    """Context processor: ``waiting`` by the entry's address, counted only where it is shown."""
    return {"waiting": {"/klaerung/": open_count}}
