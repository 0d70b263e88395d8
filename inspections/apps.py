"""App configuration of inspections; connects due dates to what happens to trees."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from baumkataster.signals import control_inputs_changed


class InspectionsConfig(AppConfig):
    """Inspections, measures and due dates."""

    name = "inspections"
    verbose_name = _("Kontrollen und Maßnahmen")

    def ready(self) -> None:
        """Receivers need models, so they are loaded only when all apps are there."""
        receivers = import_module("inspections.receivers")
        control_inputs_changed.connect(receivers.recompute, dispatch_uid="inspections.recompute")
