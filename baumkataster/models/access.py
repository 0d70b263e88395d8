"""The log of access: who came in, was kept out, or took data away; forgotten after its time."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from baumkataster.guards import Guard


class AccessEvent(models.TextChoices):
    """What happened."""

    SIGNED_IN = "signed_in", _("angemeldet")
    SIGN_IN_FAILED = "sign_in_failed", _("Anmeldung misslungen")
    LOCKED = "locked", _("Anmeldung gesperrt")
    SIGNED_OUT = "signed_out", _("abgemeldet")
    CODE_FAILED = "code_failed", _("zweiter Faktor misslungen")
    FACTOR_CHANGED = "factor_changed", _("zweiter Faktor geändert")
    PASSWORD_FAILED = "password_failed", _("Anwendungspasswort abgelehnt")
    REFUSED = "refused", _("Zugriff verweigert")
    NOT_FOUND = "not_found", _("Unbekannter Schlüssel")
    EXPORTED = "exported", _("Daten ausgegeben")


#: Words for the ways; a provider's or a library's own word is shown as it is.
WAYS = {
    "password": _("Passwort"),
    "totp": _("Code-App"),
    "recovery_codes": _("Ersatzcode"),
    "webauthn": _("Passkey"),
    "provider": _("Anmeldedienst"),
    "program": _("Anwendungspasswort"),
}


class AccessRecord(models.Model):
    """One line of the log of access; added only, purged by baum_purge_access (sql/access.sql)."""

    guard = Guard(protection="log", tracked=False)

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("Zeitpunkt"), db_default=Now(), db_index=True)
    event = models.CharField(_("Ereignis"), max_length=16, choices=AccessEvent)
    #: Null: nobody known. What was typed as a name is not kept: it may be a password.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="access_records",
        verbose_name=_("Person"),
    )
    #: The program, where an application password was used.
    application_password = models.UUIDField(null=True)
    #: password, code, passkey, provider, program.
    method = models.CharField(_("Weg"), max_length=12, blank=True, default="", db_default="")
    #: The address as it stands in the url lists, without keys.
    route = models.CharField(_("Adresse"), max_length=120, blank=True, default="", db_default="")
    #: Where it came from.
    address = models.GenericIPAddressField(_("Von"), null=True)
    #: The same as in the log and in the answer's X-Request-ID.
    request_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    #: Of exports: names of the filters, bytes, lines, whether it went to its end.
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("Zugriff")
        verbose_name_plural = _("Zugriffe")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["event", "-id"], name="access_of_event"),
            models.Index(fields=["person", "-id"], name="access_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%d.%m.%Y %H:%M} {self.get_event_display()}"

    @property
    def way(self) -> str:
        """How somebody came, in words."""
        return str(WAYS.get(self.method, self.method))
