"""What was brought in (runs, problems), and the views that go out (views_models.py)."""

import uuid

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from baumkataster.models import Guard
from geodata.views_models import ControlTree, PublicTree

__all__ = ["ControlTree", "ImportProblem", "ImportRun", "PublicTree"]


class ImportRun(models.Model):
    """One file that was read in, with what became of its rows."""

    guard = Guard(tracked=False)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    profile = models.CharField(_("Profil"), max_length=60)
    file_name = models.CharField(_("Datei"), max_length=255)
    #: SHA-256 of the file as it was read.
    file_sha256 = models.CharField(max_length=64)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    #: What became of the rows: rows, trees, sites, groups, refused, unchanged, changed, vanished, warnings …
    counts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("Import")
        verbose_name_plural = _("Importe")
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.profile})"


class ImportProblem(models.Model):
    """One complaint about one cell of an imported file."""

    guard = Guard(tracked=False)

    class Level(models.TextChoices):
        """error: the row was refused; warning: taken without or in spite of the value."""

        ERROR = "error", _("abgewiesen")
        WARNING = "warning", _("Hinweis")

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="problems")
    #: Physical line of the file, the header is line 1.
    line = models.PositiveIntegerField(_("Zeile"))
    column = models.CharField(_("Spalte"), max_length=80, blank=True)
    value = models.CharField(_("Wert"), max_length=300, blank=True)
    level = models.CharField(_("Stufe"), max_length=7, choices=Level)
    sentence = models.CharField(_("Meldung"), max_length=500)

    class Meta:
        verbose_name = _("Problem eines Imports")
        verbose_name_plural = _("Probleme von Importen")
        ordering = ["line", "id"]
        indexes = [models.Index(fields=["run", "line"])]

    def __str__(self) -> str:
        return f"{self.line}: {self.sentence}"
