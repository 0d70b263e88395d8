"""App configuration of inspections."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InspectionsConfig(AppConfig):
    """Inspections, measures and due dates."""

    name = "inspections"
    verbose_name = _("Kontrollen und Maßnahmen")
