"""Photos of trees."""

import uuid

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from baumkataster.guards import Guard
from baumkataster.models.trees import Tree


class Photo(models.Model):
    """A photo of a tree; the file is immutable, its name is its SHA-256."""

    guard = Guard()

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    tree = models.ForeignKey(Tree, models.PROTECT, related_name="photos")
    file = models.ImageField(_("Datei"), upload_to="fotos", max_length=200)
    thumbnail = models.ImageField(upload_to="vorschau", max_length=200)
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    #: From EXIF when the camera said so, else the time of receipt.
    taken_at = models.DateTimeField(_("aufgenommen"))
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    caption = models.CharField(_("Bildtext"), max_length=200, blank=True, db_default="")

    class Meta:
        verbose_name = _("Foto")
        verbose_name_plural = _("Fotos")
        ordering = ["-taken_at", "id"]

    def __str__(self) -> str:
        return f"{self.tree} {self.taken_at:%d.%m.%Y}"
