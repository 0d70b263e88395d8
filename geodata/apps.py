"""App configuration of geodata."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GeodataConfig(AppConfig):
    """Import, export, tiles and WFS."""

    name = "geodata"
    verbose_name = _("Geodaten")
