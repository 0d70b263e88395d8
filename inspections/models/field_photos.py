"""Photos on their way from a tablet: received in pieces, bound when their tree or finding is here."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from baumkataster.models import Guard, Photo
from inspections.models.field import FieldDevice


class PhotoUpload(models.Model):
    """One photo of a tablet; the row stays as its receipt when the photo is in the cadastre."""

    guard = Guard(untracked_columns=("offset",))

    class Status(models.TextChoices):
        """How far it is."""

        RECEIVING = "receiving", _("wird empfangen")
        RECEIVED = "received", _("eingegangen")
        UNSETTLED = "unsettled", _("ungeklärt")
        REFUSED = "refused", _("nicht übernommen")

    #: Made by the tablet; the photo in the cadastre has the same.
    id = models.UUIDField(primary_key=True)
    #: The tree by the tablet's word; it need not exist (yet).
    tree = models.UUIDField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="photo_uploads"
    )
    device = models.ForeignKey(FieldDevice, models.PROTECT, null=True, related_name="uploads")
    entry = models.UUIDField(null=True)
    finding = models.UUIDField(null=True)
    measure = models.UUIDField(null=True)
    length = models.PositiveIntegerField()
    #: Bytes that are here, without a gap.
    offset = models.PositiveIntegerField(default=0, db_default=0)
    #: Of all bytes, hex, as the tablet computed it.
    sha256 = models.CharField(max_length=64)
    taken_at = models.DateTimeField(null=True)
    type = models.CharField(max_length=80, blank=True, db_default="")
    caption = models.CharField(max_length=200, blank=True, db_default="")
    status = models.CharField(
        max_length=9, choices=Status, default=Status.RECEIVING, db_default="receiving"
    )
    #: Why it was refused or waits, for people.
    sentence = models.CharField(max_length=300, blank=True, db_default="")
    photo = models.OneToOneField(
        Photo, models.PROTECT, null=True, related_name="upload", verbose_name=_("Foto")
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    #: When the last byte came.
    received_at = models.DateTimeField(null=True)
    #: The bytes as they came, while their tree is not here; empty before and after.
    file = models.FileField(upload_to="eingang", max_length=200, blank=True)

    class Meta:
        verbose_name = _("Foto aus dem Außendienst")
        verbose_name_plural = _("Fotos aus dem Außendienst")
        ordering = ["-created_at", "id"]
        indexes = [
            models.Index(
                fields=["tree"],
                name="photo_upload_waiting",
                condition=models.Q(status__in=["received", "unsettled"]),
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="photo_upload_status_known",
                condition=models.Q(status__in=["receiving", "received", "unsettled", "refused"]),
            ),
            models.CheckConstraint(
                name="photo_upload_offset_inside",
                condition=models.Q(offset__lte=models.F("length")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.offset}/{self.length}"


class PhotoPiece(models.Model):
    """Consecutive bytes of an upload; several web hosts need no common disk for them."""

    guard = Guard(protection="free", tracked=False)

    id = models.BigAutoField(primary_key=True)
    upload = models.ForeignKey(PhotoUpload, models.CASCADE, related_name="pieces")
    offset = models.PositiveIntegerField()
    bytes = models.BinaryField()

    class Meta:
        verbose_name = _("Teil eines Fotos")
        verbose_name_plural = _("Teile eines Fotos")
        ordering = ["upload", "offset"]
        constraints = [
            models.UniqueConstraint(name="photo_piece_once", fields=["upload", "offset"])
        ]

    def __str__(self) -> str:
        return f"{self.upload_id} {self.offset}"
