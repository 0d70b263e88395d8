"""The history that the database itself writes: one row per changed row, whoever changed it and how."""

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from baumkataster.guards import Guard


class Change(models.Model):
    """One change of one row: inserted, updated or deleted; written by triggers only (sql/guards.sql)."""

    guard = Guard(protection="history", tracked=False)

    id = models.BigAutoField(primary_key=True)
    table_name = models.CharField(max_length=63)
    #: Primary key of the changed row as text (UUID or code).
    row_id = models.CharField(max_length=64)
    operation = models.CharField(max_length=6)
    at = models.DateTimeField(_("Zeitpunkt"))
    #: Null when nobody said who (raw SQL); then db_role tells the login.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_constraint=False
    )
    db_role = models.CharField(max_length=63)
    #: Why, where the deed gave a reason (felling, import run …).
    reason = models.TextField(blank=True)
    #: Changed columns before (insert: null) and after (delete: null).
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    #: The database transaction (xid8) that did it: what belongs together. Only together with the
    #: order of ids, because a restored database counts anew. Null: older than this column.
    transaction = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("Änderung")
        verbose_name_plural = _("Änderungen")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["table_name", "row_id", "-id"], name="change_of_row"),
            # What changed since a day; imports only insert, and are left out.
            models.Index(
                fields=["table_name", "at"],
                name="change_since",
                condition=~models.Q(operation="insert"),
            ),
            # Written in the order of time: a few kB find the rows of one import among millions.
            BrinIndex(fields=["transaction"], name="change_of_transaction", autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_id} {self.operation}"
