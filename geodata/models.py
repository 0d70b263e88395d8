"""What was brought in (runs, problems, conflicts, vanished), and the views that go out (views_models.py)."""

import uuid

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from baumkataster.models import Guard, Tree, Unit
from geodata.views_models import ControlTree, PublicTree

__all__ = [
    "ControlTree",
    "ImportConflict",
    "ImportProblem",
    "ImportRun",
    "ImportVanished",
    "PublicTree",
]

#: What a rehearsal found is replaced by what the import itself found.
REPORT = Guard(protection="free", tracked=False)


class ImportRun(models.Model):
    """One file on its way into the cadastre, and what became of its rows.

    A page's upload walks through all states; the command makes its row when it is done. The engine
    fills counts, ``file_sha256``, ``finished_at``, ``first_change``, ``last_change`` and
    ``state = done`` *inside* the import's transaction: what is committed is done, whoever is killed
    when. ``step``, ``share`` and ``rows`` are written meanwhile on a connection of their own.
    """

    guard = Guard(tracked=False)

    class State(models.TextChoices):
        """Uploaded → checking → checked → waiting → running → done; a stopped run is checked again."""

        UPLOADED = "uploaded", _("hochgeladen")
        CHECKING = "checking", _("wird geprüft")
        CHECKED = "checked", _("geprüft")
        WAITING = "waiting", _("wartet")
        RUNNING = "running", _("läuft")
        DONE = "done", _("eingetragen")
        UNDOING = "undoing", _("wird zurückgenommen")
        FAILED = "failed", _("fehlgeschlagen")
        DROPPED = "dropped", _("verworfen")
        UNDONE = "undone", _("zurückgenommen")

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
    state = models.CharField(
        _("Stand"), max_length=8, choices=State, default=State.DONE, db_default=State.DONE
    )
    #: The step that is going on, in the words of the page; empty when nothing is.
    step = models.CharField(max_length=80, blank=True, default="", db_default="")
    #: Of the whole, 0 to 1.
    share = models.FloatField(default=0, db_default=0)
    #: Rows read so far.
    rows = models.PositiveIntegerField(default=0, db_default=0)
    #: Why it failed, as a sentence for the person who uploaded.
    error = models.TextField(blank=True, default="", db_default="")
    #: The upload, never served; empty once its time is over.
    file = models.FileField(
        upload_to="imports", max_length=200, blank=True, default="", db_default=""
    )
    file_size = models.BigIntegerField(default=0, db_default=0)
    #: Revier of new places; null: the only one, else "ohne Zuordnung".
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, verbose_name=_("Revier"))
    #: Counts, problems, conflicts and vanished tell of a rehearsal: nothing was written.
    dry_run = models.BooleanField(default=False, db_default=False)
    #: First rows as the file says and as we understood them, positions, unknown species (previewing.py).
    preview = models.JSONField(null=True)
    #: Somebody asked the running job to stop; it does at its next sign of life.
    stop = models.BooleanField(default=False, db_default=False)
    #: Lowest and highest id of the history (baumkataster_change) that this run's transaction wrote,
    #: as ``SELECT min(id), max(id) … WHERE transaction = pg_current_xact_id()::text::bigint`` says;
    #: null: changed nothing, or older than undoing.
    first_change = models.BigIntegerField(null=True)
    last_change = models.BigIntegerField(null=True)
    #: The day that the import took for today.
    day = models.DateField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="undone_imports"
    )

    class Meta:
        verbose_name = _("Import")
        verbose_name_plural = _("Importe")
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.profile})"

    @property
    def is_busy(self) -> bool:
        """Whether a worker has it or will have it without anybody's doing."""
        busy = {
            self.State.UPLOADED,
            self.State.CHECKING,
            self.State.WAITING,
            self.State.RUNNING,
            self.State.UNDOING,
        }
        return self.state in busy


class ImportProblem(models.Model):
    """One complaint about one cell of an imported file."""

    guard = REPORT

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


class ImportConflict(models.Model):
    """A value that was changed here and in the source since the last import; ours stays until settled.

    The engine adds one row per table, row and column, in the import's transaction; for a rehearsal
    the report carries the same and the job keeps it. Values are as ``to_jsonb`` writes the column
    (a geometry as GeoJSON with its ``crs``, a species as its id).
    """

    guard = REPORT

    class Decision(models.TextChoices):
        """What holds."""

        OPEN = "", _("offen")
        OURS = "ours", _("unser Wert bleibt")
        THEIRS = "theirs", _("Wert der Quelle übernommen")

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="conflicts")
    #: baumkataster_tree, baumkataster_site or baumkataster_treegroup.
    table_name = models.CharField(max_length=63)
    row_id = models.UUIDField()
    #: The tree to open; of a site the one that stands there. Undoing may take it away.
    tree = models.ForeignKey(Tree, models.DO_NOTHING, null=True, db_constraint=False)
    column_name = models.CharField(_("Spalte"), max_length=63)
    ours = models.JSONField(null=True)
    theirs = models.JSONField(null=True)
    #: What the last import of this source had written.
    imported_before = models.JSONField(null=True)
    line = models.PositiveIntegerField(_("Zeile"))
    decision = models.CharField(
        max_length=6, choices=Decision, blank=True, default="", db_default=""
    )
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)

    class Meta:
        verbose_name = _("Widerspruch eines Imports")
        verbose_name_plural = _("Widersprüche von Importen")
        ordering = ["line", "id"]
        indexes = [models.Index(fields=["run", "line"], name="conflict_of_run")]

    def __str__(self) -> str:
        return f"{self.line}: {self.column_name}"


class ImportVanished(models.Model):
    """A record of an earlier import that the file no longer holds; reported, never felled."""

    guard = REPORT

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="vanished")
    #: baumkataster_tree, baumkataster_site or baumkataster_treegroup.
    table_name = models.CharField(max_length=63)
    row_id = models.UUIDField()
    #: The tree to open, when it is one. Undoing may take it away.
    tree = models.ForeignKey(Tree, models.DO_NOTHING, null=True, db_constraint=False)
    source_key = models.CharField(_("Schlüssel der Quelle"), max_length=300)
    #: Place and number.
    words = models.CharField(_("Standort"), max_length=300)

    class Meta:
        verbose_name = _("verschwundener Eintrag")
        verbose_name_plural = _("verschwundene Einträge")
        ordering = ["words", "id"]
        indexes = [models.Index(fields=["run", "words"], name="vanished_of_run")]

    def __str__(self) -> str:
        return self.words
