"""What tablets hand in: devices and their keys, entries kept verbatim, verdicts, conflicts for the office."""

import uuid

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from baumkataster.models import EVIDENCE, Guard, Tree


class FieldDevice(models.Model):
    """A tablet; it gives itself its key, an administrator can block it."""

    guard = Guard(
        untracked_columns=(
            "last_seen_at",
            "last_user_id",
            "app",
            "unsent",
            "photos_unsent",
            "free_bytes",
        )
    )

    #: Made by the tablet.
    id = models.UUIDField(primary_key=True)
    name = models.CharField(_("Name"), max_length=80)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="registered_devices"
    )
    registered_at = models.DateTimeField(_("angemeldet am"), db_default=Now(), editable=False)
    last_seen_at = models.DateTimeField(_("zuletzt da"), null=True)
    last_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    #: Version of the app that it ran at the last contact.
    app = models.CharField(_("Fassung"), max_length=40, blank=True, default="", db_default="")
    #: What it said at its last contact of entries and photos that were still on it.
    unsent = models.PositiveIntegerField(_("nicht gesendet"), null=True)
    photos_unsent = models.PositiveIntegerField(_("Fotos nicht gesendet"), null=True)
    free_bytes = models.BigIntegerField(_("freier Speicher"), null=True)
    blocked_at = models.DateTimeField(_("gesperrt am"), null=True)
    blocked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("Gerät")
        verbose_name_plural = _("Geräte")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class FieldKey(models.Model):
    """Lets a device hand in what one person recorded on it while nobody is signed in; a hash only."""

    guard = Guard(untracked_columns=("secret_hash",))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    device = models.ForeignKey(FieldDevice, models.PROTECT, related_name="keys")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="field_keys")
    #: SHA-256 of a random 160-bit secret, hex: not guessable, so no slow hash per request is needed.
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Geräteschlüssel")
        verbose_name_plural = _("Geräteschlüssel")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.device} – {self.user}"


class FieldEntry(models.Model):
    """One entry of a tablet exactly as it arrived, kept before anything is read out of it."""

    guard = EVIDENCE

    class Via(models.TextChoices):
        """How it came."""

        TABLET = "tablet", _("vom Gerät, angemeldet")
        KEY = "key", _("vom Gerät, ohne Anmeldung")
        FILE = "file", _("aus einer Datei")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    #: What the tablet calls it; null where the text cannot be read.
    entry_id = models.UUIDField(null=True)
    kind = models.CharField(_("Art"), max_length=30, blank=True, db_default="")
    #: Whose entry it is by its own word; null: unreadable or unknown.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="field_entries"
    )
    device = models.ForeignKey(FieldDevice, models.PROTECT, null=True, related_name="entries")
    #: The tree by the entry's own word; it need not exist (yet).
    tree = models.UUIDField(null=True)
    #: The device's clock when the entry was made.
    made_at = models.DateTimeField(_("erfasst am"), null=True)
    #: Verbatim; what no text column can hold is kept as a JSON string literal.
    text = models.TextField()
    #: Of the UTF-8 text, hex.
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField(_("eingegangen am"))
    #: The device's clock when it was sent; null when it came in a file.
    sent_at = models.DateTimeField(null=True)
    #: Who was signed in; null: the device came with its key.
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="submitted_field_entries"
    )
    via = models.CharField(max_length=6, choices=Via)

    class Meta:
        verbose_name = _("Eintrag aus dem Außendienst")
        verbose_name_plural = _("Einträge aus dem Außendienst")
        ordering = ["-received_at", "id"]
        indexes = [
            models.Index(fields=["received_at"], name="field_entry_received"),
            models.Index(fields=["tree"], name="field_entry_tree"),
        ]
        constraints = [
            # Null keys are alike: an unreadable text that is sent twice is one entry, too.
            models.UniqueConstraint(
                name="field_entry_text_once", fields=["entry_id", "sha256"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="field_entry_via_known",
                condition=models.Q(via__in=["tablet", "key", "file"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.entry_id}"


class FieldVerdict(models.Model):
    """What became of an entry at one moment; the newest row holds."""

    guard = EVIDENCE

    class Verdict(models.TextChoices):
        """Taken into the cadastre, waiting for the office, waiting for its person, or turned down."""

        ACCEPTED = "accepted", _("übernommen")
        UNSETTLED = "unsettled", _("ungeklärt")
        DEPOSITED = "deposited", _("hinterlegt")
        REJECTED = "rejected", _("nicht übernommen")

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(FieldEntry, models.PROTECT, related_name="verdicts")
    at = models.DateTimeField(_("am"))
    verdict = models.CharField(max_length=9, choices=Verdict)
    #: Why, for people.
    sentences = models.JSONField(default=list)
    #: Why, as a word that pages and tests can count on (clock, tree_gone, unknown_code …).
    reason_code = models.CharField(max_length=30, blank=True, db_default="")
    #: Who decided; null: the server by its rules.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    #: What the office corrected to be able to take it in.
    corrections = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("Bescheid")
        verbose_name_plural = _("Bescheide")
        ordering = ["entry", "id"]
        constraints = [
            models.CheckConstraint(
                name="field_verdict_known",
                condition=models.Q(verdict__in=["accepted", "unsettled", "deposited", "rejected"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.verdict}"


class FieldConflict(models.Model):
    """One attribute of a tree that tablet and office changed differently; the office decides."""

    guard = Guard()

    class State(models.TextChoices):
        """Open, or whose value was taken."""

        OPEN = "open", _("offen")
        OURS = "ours", _("Wert des Geräts")
        THEIRS = "theirs", _("Wert im Kataster")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    tree = models.ForeignKey(Tree, models.PROTECT, related_name="field_conflicts")
    #: Name of the attribute, "geom" for the position.
    field = models.CharField(max_length=30)
    #: As the tablet knew it, as it stands in the cadastre, as the tablet wants it.
    base = models.JSONField(null=True)
    theirs = models.JSONField(null=True)
    ours = models.JSONField(null=True)
    entry = models.ForeignKey(FieldEntry, models.PROTECT, related_name="conflicts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    #: The device's clock.
    made_at = models.DateTimeField()
    found_at = models.DateTimeField()
    state = models.CharField(max_length=6, choices=State, default=State.OPEN, db_default="open")
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Widerspruch")
        verbose_name_plural = _("Widersprüche")
        ordering = ["-found_at", "field"]
        constraints = [
            models.UniqueConstraint(name="field_conflict_once", fields=["entry", "field"]),
            models.CheckConstraint(
                name="field_conflict_settled_says_who",
                condition=models.Q(state="open")
                | models.Q(
                    state__in=["ours", "theirs"],
                    settled_by__isnull=False,
                    settled_at__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tree} {self.field}"
