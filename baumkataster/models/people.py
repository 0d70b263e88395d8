"""Who works with the cadastre: users, units (Reviere), inspectors' identities, device passwords."""

import uuid
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from baumkataster.guards import EVIDENCE, Guard
from baumkataster.prepared import columns, kept, prepared_row


class Role(models.TextChoices):
    """What a person is here for; permissions.py turns it into doors."""

    ARBORIST = "arborist", _("Baumkontrolle")
    PLANNER = "planner", _("Planung")
    SUPERVISOR = "supervisor", _("Aufsicht")
    CONTRACTOR = "contractor", _("Auftragnehmer")
    ADMINISTRATOR = "administrator", _("Verwaltung")


class PeopleManager(UserManager["User"]):
    """Django's; one person by key is asked for at every request, by a prepared statement."""

    def get(self, *args: Any, **wanted: Any) -> "User":
        """As Django's."""
        key = wanted.get("pk")
        # Managers of relations inherit from this one, and choose among fewer.
        if args or len(wanted) > 1 or not isinstance(key, UUID) or type(self) is not PeopleManager:
            return super().get(*args, **wanted)
        statement = f"SELECT {columns(User, 'u')} FROM {User._meta.db_table} u WHERE id = %(key)s"
        row = prepared_row(statement, {"key": key})
        if row is None:
            raise User.DoesNotExist
        return kept(User, row)


class User(AbstractUser):
    """A person who signs in; never deleted, because evidence names them, only deactivated."""

    guard = Guard(tracked=True, untracked_columns=("password", "last_login"))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    role = models.CharField(_("Rolle"), max_length=20, choices=Role)
    phone = models.CharField(_("Telefon"), max_length=40, blank=True, db_default="")
    #: Firm of a contractor, or department.
    organisation = models.CharField(_("Firma oder Amt"), max_length=120, blank=True, db_default="")

    REQUIRED_FIELDS = ["email", "role"]
    objects: ClassVar[PeopleManager] = PeopleManager()
    #: Set for one request that came with an application password: its doors, and no others.
    only_doors: frozenset[str] | None = None

    class Meta:
        verbose_name = _("Person")
        verbose_name_plural = _("Personen")
        ordering = ["last_name", "first_name", "username"]
        constraints = [
            models.CheckConstraint(
                name="user_role_known", condition=models.Q(role__in=[r.value for r in Role])
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Unit(models.Model):
    """Revier: who is responsible for places and their trees."""

    guard = Guard()

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    code = models.CharField(_("Kürzel"), max_length=20, unique=True)
    name = models.CharField(_("Name"), max_length=120)
    supervisor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="supervised_units",
        verbose_name=_("Leitung"),
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deputised_units",
        verbose_name=_("Vertretung"),
    )
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="units", verbose_name=_("Mitglieder")
    )

    class Meta:
        verbose_name = _("Revier")
        verbose_name_plural = _("Reviere")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class InspectorIdentity(models.Model):
    """Name and qualification of an inspector as they were from a day on; a change is a new row.

    An inspection names the row that was true at its time (domain: proof of who looked).
    """

    guard = EVIDENCE

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="identities")
    name = models.CharField(_("Name"), max_length=160)
    qualification = models.CharField(_("Qualifikation"), max_length=160)
    certificate_number = models.CharField(_("Zertifikatsnummer"), max_length=80, blank=True)
    certificate_valid_until = models.DateField(_("Zertifikat gültig bis"), null=True, blank=True)
    valid_from = models.DateField(_("Gilt ab"))
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("Qualifikationsnachweis")
        verbose_name_plural = _("Qualifikationsnachweise")
        ordering = ["user", "-valid_from", "-recorded_at"]
        indexes = [models.Index(fields=["user", "-valid_from", "-recorded_at"])]

    def __str__(self) -> str:
        return f"{self.name}, {self.qualification}"


class Scope(models.TextChoices):
    """What an application password may be made for; permissions.py turns it into doors."""

    MAP = "map", _("Karte und Bäume lesen")
    INSPECTIONS = "inspections", _("Kontrollen, Verlauf und Berichte lesen")
    EXPORT = "export", _("Dateien und WFS ausgeben (QGIS)")
    RECORD = "record", _("Kontrollen und Fotos erfassen")


#: Scopes that only read.
READING = (Scope.MAP, Scope.INSPECTIONS, Scope.EXPORT)


def reading_scopes() -> list[str]:
    """What an application password is for unless it says otherwise."""
    return [str(scope) for scope in READING]


class ApplicationPassword(models.Model):
    """A password for one program (QGIS) of one person; only its hash is kept, revoked instead of deleted."""

    guard = Guard(untracked_columns=("secret_hash", "last_used_at"))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="application_passwords"
    )
    name = models.CharField(_("Wofür"), max_length=80)
    #: SHA-256 of a random 160-bit secret, hex: not guessable, so no slow hash per request is needed.
    secret_hash = models.CharField(max_length=64, unique=True)
    #: What the program may do, if the person's role may.
    scopes = ArrayField(
        models.CharField(max_length=20),
        verbose_name=_("Wozu"),
        default=reading_scopes,
        db_default=["map", "inspections", "export"],
    )
    #: The last day; empty: until it is revoked.
    expires_on = models.DateField(_("Gilt bis"), null=True, blank=True)
    #: Addresses and networks that it may be used from; empty: from anywhere.
    networks = models.CharField(
        _("Nur von diesen Adressen"), max_length=400, blank=True, default="", db_default=""
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Anwendungspasswort")
        verbose_name_plural = _("Anwendungspasswörter")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def purpose(self) -> str:
        """What it is for, in words."""
        labels = dict(Scope.choices)
        return ", ".join(str(labels.get(scope, scope)) for scope in self.scopes)
