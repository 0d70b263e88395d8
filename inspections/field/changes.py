"""Which trees of an area a tablet must fetch again: told by the database's own transaction numbers.

A time is no cursor: a long transaction writes early and commits late, and whoever asked in between
would never hear of it. So the cursor is the lowest transaction that was still running when it was
taken (``pg_snapshot_xmin``). Whatever that moment could not see yet was written by this transaction
or a later one; a subtransaction's number is always higher than its parent's, so savepoints are safe
too. A tree has changed when a row that its JSON is made of carries (``xmin``) such a number. Some
trees may come twice, none is missed.

Numbers mean something in one life of one database only. The cursor names it by the cluster's
identifier, the database's oid and the timeline, which a recovery to a point in time changes. Under
another name, with a number that lies ahead, or more than 2³¹ transactions behind (``age`` cannot
tell further), everything is sent anew. A cluster whose files were copied cold and put back is the
one case that has the old name: there the tablets have to take their areas along again.

After a crash PostgreSQL may give a number a second time that no record on the disk names. So a
cursor only goes out when a record of a later transaction is on the disk (``pg_logical_emit_message``
and its commit): no number below the cursor can come again.

Rows of trees, evidence, measures and photos are never deleted; findings and ends of findings are
written in the transaction of their inspection. The names of firms and inspectors stand in rows
that every sign-in rewrites, or that never change: they are not asked.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Value
from django.utils.translation import gettext as _

from baumkataster.errors import Refused
from baumkataster.permissions import Visitor
from inspections.field.areas import Area, trees_of

#: Trees that a tablet holds; a city that is larger is taken along in parts.
MAX_TREES: Final = 30_000
#: How far back ``age`` can tell the order of two transactions.
_REACH: Final = 2**31 - 1
NOW_SQL: Final = """
    SELECT concat_ws('-', system_identifier, (SELECT oid FROM pg_database
            WHERE datname = current_database()),
            substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)),
        pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
        pg_snapshot_xmax(pg_current_snapshot())::text::bigint
    FROM pg_control_system()"""
#: Writes and flushes a record under a new transaction number, and nothing else.
SETTLE_SQL: Final = "SELECT pg_logical_emit_message(true, 'baumkataster', 'cursor')"
IDS_SQL: Final = """
    WITH area AS MATERIALIZED ({area})
    SELECT count(*), string_agg(uuid_send(id), '' ORDER BY rank, id) FROM area"""
#: Places, in this order: the cursor's number, then those of {area}.
CHANGED_SQL: Final = """
    WITH since AS MATERIALIZED (SELECT age(%s::text::xid) AS age),
    area AS MATERIALIZED ({area}),
    changed AS (
        SELECT a.id FROM area a JOIN baumkataster_tree t USING (id), since
        WHERE age(t.xmin) <= since.age
        UNION
        SELECT a.id FROM area a
        JOIN baumkataster_site s ON s.id = a.site_id
        JOIN baumkataster_place p ON p.id = s.place_id, since
        WHERE age(s.xmin) <= since.age OR age(p.xmin) <= since.age
        UNION
        SELECT a.id FROM area a JOIN inspections_controlplan c ON c.tree_id = a.id, since
        WHERE age(c.xmin) <= since.age
        UNION
        SELECT a.id FROM area a JOIN inspections_inspection i ON i.tree_id = a.id, since
        WHERE age(i.xmin) <= since.age
        UNION
        SELECT a.id FROM area a JOIN inspections_measure m ON m.tree_id = a.id, since
        WHERE age(m.xmin) <= since.age
        UNION
        SELECT a.id FROM area a JOIN baumkataster_photo f ON f.tree_id = a.id
        LEFT JOIN inspections_findingphoto l ON l.photo_id = f.id, since
        WHERE age(f.xmin) <= since.age OR age(l.xmin) <= since.age
    )
    SELECT (SELECT count(*) FROM area),
        (SELECT string_agg(uuid_send(id), '' ORDER BY rank, id) FROM area),
        (SELECT string_agg(uuid_send(id), '' ORDER BY id) FROM changed)"""


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What is in an area now, and what of it changed; ids are 16 bytes each.

    ``ids`` stand in the order of the walk where the area is a tour.
    """

    cursor: str
    #: The cursor was none, or of another life of the database: everything is new.
    reset: bool
    count: int
    ids: bytes
    changed: bytes


@dataclass(frozen=True, kw_only=True)
class _Moment:
    """Name of the database's life, lowest running and first unused transaction."""

    life: str
    running: int
    unused: int

    @property
    def cursor(self) -> str:
        return f"{self.life}.{self.running}"

    def since(self, cursor: str | None) -> int | None:
        """The transaction that a cursor of this life names; None: send everything anew."""
        life, _dot, number = (cursor or "").rpartition(".")
        if life != self.life or not (number.isascii() and number.isdigit() and len(number) < 20):
            return None
        behind = self.unused - int(number)
        return int(number) if 0 <= behind < _REACH else None


def changes(area: Area, *, visitor: Visitor, day: date, cursor: str | None) -> Changes:
    """The trees of ``area`` for ``visitor`` on ``day``, and those that changed since ``cursor``.

    Raises:
        Refused: more trees than a tablet holds.
    """
    # Before the trees are looked at: what is written in between is reported now and once more later.
    moment = _moment()
    since = moment.since(cursor)
    count, ids, changed = _read(area, visitor, day, since)
    if count > MAX_TREES:
        raise Refused(
            {
                "area": [
                    _("%(count)s Bäume sind zu viele auf einmal; höchstens %(most)s gehen mit.")
                    % {"count": count, "most": MAX_TREES}
                ]
            }
        )
    return Changes(cursor=moment.cursor, reset=since is None, count=count, ids=ids, changed=changed)


def database_life() -> str:
    """Name of this life of the database: another one after a backup was put back."""
    with connection.cursor() as cursor:
        cursor.execute(NOW_SQL)
        return str(cursor.fetchone()[0])


def _moment() -> _Moment:
    """Where the database stands, such that it cannot fall behind it again."""
    with connection.cursor() as cursor:
        cursor.execute(NOW_SQL)
        life, running, unused = cursor.fetchone()
        cursor.execute(SETTLE_SQL)
    return _Moment(life=life, running=running, unused=unused)


def _read(area: Area, visitor: Visitor, day: date, since: int | None) -> tuple[int, bytes, bytes]:
    """Number and ids of the area's trees, and the changed ones among them."""
    rank = F("tour_stops__position") if area.kind == "tour" else Value(0)
    trees = trees_of(area, visitor=visitor, day=day).order_by().annotate(rank=rank)
    trees = trees.values("id", "site_id", "rank")
    try:
        text, values = trees.query.sql_with_params()
    except EmptyResultSet:
        return 0, b"", b""
    parameters: list[Any] = list(values)
    with connection.cursor() as cursor:
        if since is None:
            cursor.execute(IDS_SQL.format(area=text), parameters)
            count, ids = cursor.fetchone()
            return count, bytes(ids or b""), bytes(ids or b"")
        cursor.execute(CHANGED_SQL.format(area=text), [str(since % 2**32), *parameters])
        count, ids, changed = cursor.fetchone()
        return count, bytes(ids or b""), bytes(changed or b"")
