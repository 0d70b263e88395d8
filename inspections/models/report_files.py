"""Reports that somebody asked for as a file: made by the worker, kept for a while, checked for ever."""

import uuid

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from baumkataster.models import Guard


class ReportFile(models.Model):
    """One asked-for report; the row stays when the file is gone, so that a printed page can be checked."""

    guard = Guard(tracked=False)

    class State(models.TextChoices):
        """Life of a report file."""

        WAITING = "waiting", _("wartet")
        RUNNING = "running", _("wird erstellt")
        DONE = "done", _("fertig")
        FAILED = "failed", _("nicht gelungen")
        EXPIRED = "expired", _("abgelaufen")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    #: The day that the report shows.
    day = models.DateField()
    #: The filter as the address of the page says it.
    query = models.TextField(blank=True, db_default="")
    language = models.CharField(max_length=5)
    #: The address of the installation, for links in the file.
    base_url = models.CharField(max_length=300, blank=True, db_default="")
    state = models.CharField(
        max_length=7, choices=State, default=State.WAITING, db_default=State.WAITING
    )
    #: What is being done, in a code that the page turns into words.
    step = models.CharField(max_length=20, blank=True, db_default="")
    #: Percent that is done.
    share = models.PositiveSmallIntegerField(default=0, db_default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    #: From then on the file is removed.
    expires_at = models.DateTimeField(null=True)
    rows = models.PositiveIntegerField(null=True)
    pages = models.PositiveIntegerField(null=True)
    file = models.FileField(upload_to="berichte", max_length=200, blank=True, db_default="")
    size = models.PositiveBigIntegerField(null=True)
    #: Of the file.
    sha256 = models.CharField(max_length=64, blank=True, db_default="")
    #: Of what it says (head, numbers and rows); its beginning is printed on every page.
    content_sha256 = models.CharField(max_length=64, blank=True, db_default="")
    #: A sentence for the person who asked.
    problem = models.CharField(max_length=300, blank=True, db_default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("Bericht als Datei")
        verbose_name_plural = _("Berichte als Datei")
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["asked_by", "-asked_at"], name="report_file_of_person")]
        constraints = [
            models.CheckConstraint(
                name="report_file_done_is_whole",
                condition=~models.Q(state="done")
                | (
                    ~models.Q(file="")
                    & ~models.Q(sha256="")
                    & ~models.Q(content_sha256="")
                    & models.Q(finished_at__isnull=False, expires_at__isnull=False)
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}"

    @property
    def number(self) -> str:
        """What is printed on the pages: day and the beginning of the key."""
        return f"{self.day:%Y%m%d}-{self.pk.hex[:8].upper()}"
