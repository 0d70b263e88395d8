"""Takes a whole import back while nobody has built on it, and says what stands in the way.

The work and the proof that it touches nothing else are the database's (baumkataster/sql/undo_import.sql).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from baumkataster.authorship import authored
from baumkataster.models import User
from geodata.models import ImportRun
from geodata.rules.problems import gettext_noop
from inspections.services.replanning import replan

#: What can be built on an import, as the database's function calls it, in the words of the page.
KINDS: Final = {
    "inspection": gettext_noop("Kontrolle erfasst"),
    "measure": gettext_noop("Maßnahme angeordnet"),
    "photo": gettext_noop("Foto hochgeladen"),
    "entry": gettext_noop("Eintrag vom Tablet"),
    "tour": gettext_noop("Baum steht in einer Tour"),
    "replacement": gettext_noop("Ersatz gepflanzt"),
    "site": gettext_noop("Standort im neuen Objekt angelegt"),
    "group": gettext_noop("Baumgruppe ergänzt"),
    "later_import": gettext_noop("späterer Import"),
    "settled": gettext_noop("Widerspruch entschieden"),
    "change": gettext_noop("seitdem geändert"),
}
_GONE_ON: Final = gettext_noop(
    "Auf diesem Import wurde inzwischen aufgebaut; er wurde nicht zurückgenommen."
)
_UNPROVED: Final = gettext_noop(
    "Dieser Import lässt sich nicht zurücknehmen: Welche Einträge er gemacht hat, ist nicht "
    "vollständig belegt. Das ist bei Importen aus früheren Programmversionen so."
)
_OBSTACLES: Final = """
SELECT o.kind, coalesce(o.tree_id, t.id), concat_ws(' ', p.name, s.number), o.at,
    coalesce(nullif(concat_ws(' ', u.first_name, u.last_name), ''), u.username, '')
FROM baum_import_obstacles(%s) o
LEFT JOIN baumkataster_tree own ON own.id = o.tree_id
LEFT JOIN baumkataster_site s ON s.id = coalesce(own.site_id, o.site_id)
LEFT JOIN baumkataster_tree t ON o.tree_id IS NULL AND t.site_id = s.id
    AND t.status IN ('planted', 'standing', 'unverified')
LEFT JOIN baumkataster_place p ON p.id = s.place_id
LEFT JOIN baumkataster_user u ON u.id = o.by_id
ORDER BY o.at DESC NULLS LAST, o.kind LIMIT %s
"""


class UndoRefusedError(Exception):
    """The import stays; the text says why, for the person who asked."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that somebody built on an import."""

    kind: str
    tree_id: UUID | None
    #: Place and number of the tree or site.
    words: str
    at: datetime | None
    by: str

    @property
    def label(self) -> str:
        """What it is, in the reader's language."""
        return _(KINDS[self.kind])


def obstacles_to_undo(run: ImportRun, *, limit: int = 200) -> list[Obstacle]:
    """What was built on the import, newest first, at most ``limit``; empty: it can be undone.

    Raises UndoRefusedError where history does not prove what the import wrote.
    """
    if run.first_change is None:
        raise UndoRefusedError(_(_UNPROVED))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_OBSTACLES, [run.pk, limit])
            return [Obstacle(*row) for row in cursor.fetchall()]
    except DatabaseError as error:
        raise _refusal(error) from error


def undo_import(*, run: ImportRun, by: User, day: date, now: datetime) -> None:
    """Remove what the import entered and set back what it changed, in one transaction.

    Raises UndoRefusedError: nothing was done.
    """
    try:
        with authored(by=by, reason=_("Import zurückgenommen")):
            locked = ImportRun.objects.select_for_update().get(pk=run.pk)
            if locked.state not in {ImportRun.State.DONE, ImportRun.State.UNDOING}:
                raise UndoRefusedError(_(_GONE_ON))
            with connection.cursor() as cursor:
                cursor.execute("SELECT baum_undo_import(%s)", [run.pk])
                staying = [tree_id for (tree_id,) in cursor.fetchall()]
            if staying:
                replan(day=day, tree_ids=staying)
            ImportRun.objects.filter(pk=run.pk).update(
                state=ImportRun.State.UNDONE,
                undone_at=now,
                undone_by=by,
                step="",
                share=1,
                error="",
            )
    except DatabaseError as error:
        raise _refusal(error) from error


def _refusal(error: DatabaseError) -> UndoRefusedError:
    """The sentence for a refusal of the database; other errors of it go on as they are."""
    code = getattr(error.__cause__, "sqlstate", None)
    if code == "42501":
        return UndoRefusedError(_(_UNPROVED))
    # Restricted by the function, or by a foreign key of something that came meanwhile.
    if code in {"23001", "23503"}:
        return UndoRefusedError(_(_GONE_ON))
    raise error
