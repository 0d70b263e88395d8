"""What every page's template knows: the city of this installation."""

from django.http import HttpRequest

from baumkataster.models import CitySettings


def installation(request: HttpRequest) -> dict[str, object]:
    """Context processor: ``city`` is the CitySettings row, or None before start_city."""
    return {"city": CitySettings.objects.first()}
