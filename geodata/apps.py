"""App configuration of geodata."""

from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class GeodataConfig(AppConfig):
    """Import, export, tiles and WFS."""

    name = "geodata"
    verbose_name = _("Geodaten")

    def ready(self) -> None:
        """The views of public columns follow every migrate (they need models, so: only now)."""
        views = import_module("geodata.public_views")
        pre_migrate.connect(views.remove, sender=self, dispatch_uid="geodata.views.remove")
        post_migrate.connect(views.install, sender=self, dispatch_uid="geodata.views.install")
