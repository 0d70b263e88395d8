"""App configuration of the project app; installs the database guards after every migrate."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from baumkataster import grants


class BaumkatasterConfig(AppConfig):
    """The tree itself, its places and people."""

    name = "baumkataster"
    verbose_name = _("Bäume und Personen")

    def ready(self) -> None:
        """Guards follow every app's migrate, so that a new table is never unguarded."""
        post_migrate.connect(grants.install, sender=self, dispatch_uid="baumkataster.grants")
