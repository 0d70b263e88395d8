"""Rows of tree, site, place and measure as they were at the end of a past day; for past_plans.py.

What a transaction sees under the name of such a table becomes a view of its own (pg_temp comes
first in the search path), so that the queries of report, tiles and card show the past unchanged.
Only rows that changed since the day are rebuilt from the history; the others are read as they are.
"""

from pathlib import Path
from typing import Any, Final

from django.db import connection
from django.db.models import Model

from baumkataster.models import Place, Site, Tree
from inspections.models import InheritedControl, Measure
from inspections.past_day import AskedDay
from inspections.rules.past import Reading, end_of

#: So many trees are looked up one by one; more are cheaper all at once.
FEW: Final = 50_000
#: Known better today than then, and no matter of time: a correction is meant for the past, too.
TIMELESS: Final[dict[type[Model], tuple[str, ...]]] = {
    Tree: (
        "geom",
        "district_id",
        "position_accuracy_m",
        "position_source",
        "species_id",
        "species_as_given",
        "planted_on",
        "planted_year",
        "planted_year_source",
        "created_at",
    ),
    Site: ("geom", "district_id"),
    Place: ("area",),
    Measure: (),
    InheritedControl: (),
}


def named(file: Path) -> dict[str, str]:
    """Statements by name; each stands under a line "-- name: …" of the file."""
    parts = (part.partition("\n") for part in file.read_text("utf-8").split("-- name: ")[1:])
    return {name.strip(): text for name, _, text in parts}


STATEMENTS: Final = named(Path(__file__).parent.parent / "sql" / "then_rows.sql")
#: Measures that had not ended on the day lose what their end wrote.
MEASURE_END: Final = {
    "state": "'open'",
    "done_on": "NULL",
    "done_by": "''",
    "done_note": "''",
    "done_photo_id": "NULL",
    "ended_by_id": "NULL",
    "ended_at": "NULL",
    "end_reason": "''",
    "replaced_by_id": "NULL",
}
#: Rows of a table that belong to the trees of past_among.
AMONG: Final[dict[type[Model], str]] = {
    Tree: "SELECT id FROM past_among",
    Site: "SELECT site_id FROM public.baumkataster_tree JOIN past_among USING (id)",
    Place: """SELECT s.place_id FROM public.baumkataster_tree t JOIN past_among USING (id)
        JOIN public.baumkataster_site s ON s.id = t.site_id""",
    Measure: """SELECT m.id FROM public.inspections_measure m
        JOIN past_among a ON a.id = m.tree_id""",
    InheritedControl: """SELECT h.id FROM public.inspections_inheritedcontrol h
        JOIN past_among a ON a.id = h.tree_id""",
}
#: Words of trees that are gone.
ENDED: Final = "('felled', 'stump', 'vanished')"
#: As known today a tree was felled on its felling day and planted on its planting day; said of rows
#: that did not change since (then_rows.sql says it of the others).
ENDS: Final = {
    "status": f"""CASE WHEN {{t}}.felled_on <= %(day)s THEN {{t}}.status
        WHEN {{t}}.felled_on IS NOT NULL AND {{t}}.status IN {ENDED} THEN 'standing'
        WHEN {{t}}.planted_on > %(day)s AND {{t}}.status NOT IN {ENDED} THEN 'planned'
        ELSE {{t}}.status END""",
    "felled_on": "CASE WHEN {t}.felled_on <= %(day)s THEN {t}.felled_on END",
    "felling_reason": """CASE WHEN {t}.felled_on > %(day)s THEN '' ELSE {t}.felling_reason END""",
}
PLANTED: Final = """(CASE WHEN {t}.planted_on IS NOT NULL THEN {t}.planted_on <= %(day)s
    ELSE coalesce({t}.planted_year, 9999) < extract(year FROM %(day)s::date) END)"""


def past(model: type[Model]) -> str:
    """Name of the temporary table with the rebuilt rows of a table."""
    return f"past_{model._meta.model_name}"


class PastRows:
    """Makes the views of one past day inside the running transaction."""

    def __init__(self, asked: AskedDay, *, among: bool = False) -> None:
        self.then = asked.reading is Reading.THEN
        self.among = among
        self.values: dict[str, Any] = {
            "day": asked.day,
            "end": end_of(asked.day),
            "then": self.then,
        }
        #: Tables whose changed rows stand in a temporary table past_….
        self.rebuilt: set[type[Model]] = set()
        #: Temporary views that were made, by name.
        self.views: set[str] = set()
        #: A table of all trees with what tells whether they stood.
        self.all_trees = "public.baumkataster_tree"
        #: Whether past_proved names trees.
        self.proved = False

    def run(self, sql: str) -> int:
        """One statement with the day's values; how many rows it touched."""
        with connection.cursor() as cursor:
            cursor.execute(sql, self.values)
            return int(cursor.rowcount)

    def make_rows(self) -> None:
        """The rows that were others on the day, in temporary tables past_…."""
        for model in (Tree, Site, Place, *((Measure, InheritedControl) if self.then else ())):
            self._rebuild(model)
        if not self.then:
            of = {
                name: f"AND {name} IN (SELECT id FROM past_among)" if self.among else ""
                for name in ("t.id", "i.tree_id")
            }
            self.run(STATEMENTS["proved"].format(trees=self.all_trees, among=of["t.id"]))
            self.proved = True
            learned = self._learn(of["i.tree_id"])
            if learned or Tree in self.rebuilt:
                self.run(STATEMENTS["ends"])
                self.run(f"ANALYZE {past(Tree)}")
                self.rebuilt.add(Tree)

    def make_views(self, *, only_among: bool) -> None:
        """The views that report, tiles and card read; made again, they take the place of the first.

        ``only_among``: nobody sees other trees than those that were asked for (a contractor's own).
        """
        only = " AND t.id IN (SELECT id FROM past_among)" if only_among else ""
        self._view(Tree, self.existed("t") + only)
        for model in (Site, Place):
            if model in self.rebuilt:
                self._view(model, "true")
        self._view(Measure, "t.created_at < %(end)s" if self.then else "t.ordered_on <= %(day)s")
        self._view(InheritedControl, self.inherited("t"))

    def inherited(self, alias: str) -> str:
        """SQL condition: a control of an earlier system counts."""
        if self.then:
            return f"{alias}.recorded_at < %(end)s"
        return f"({alias}.last_on IS NULL OR {alias}.last_on <= %(day)s)"

    def existed(self, alias: str, *, proved: bool = True) -> str:
        """SQL condition: the tree was there (as known today) or recorded (as known then).

        Without ``proved``, no temporary table is read: other connections see none.
        """
        recorded = f"{alias}.created_at < %(end)s"
        if self.then:
            return recorded
        either = f"{recorded} OR {PLANTED.format(t=alias)}"
        if not (proved and self.proved):
            return f"({either})"
        return f"({either} OR {alias}.id IN (SELECT id FROM past_proved))"

    def make_evidence(self, *, only_among: bool) -> None:
        """Inspections and photos too, which only card and paper look at; after the plans."""
        # A correction is about the same tree, so that no other one's inspections are looked through.
        among = "AND i.tree_id IN (SELECT id FROM past_among)" if only_among else ""
        text = STATEMENTS["evidence_then" if self.then else "evidence_today"]
        self.run(text.format(among=among))

    def _rebuild(self, model: type[Model]) -> None:
        table = model._meta.db_table
        among = f"AND c.row_id IN (SELECT a.id::text FROM ({AMONG[model]}) a(id))"
        text = STATEMENTS["rebuild"].format(
            past=past(model),
            table=table,
            forget="" if self.then else "".join(f" - '{name}'" for name in TIMELESS[model]),
            among=among if self.among else "",
            then="true" if self.then else "false",
        )
        if self.run(text) > 0:
            self.run(f"CREATE INDEX ON {past(model)} (id)")
            self.run(f"ANALYZE {past(model)}")
            self.rebuilt.add(model)

    def _learn(self, among: str) -> int:
        """Let trees know what records told of them that came late; how many it were."""
        late = self.run(STATEMENTS["late"].format(among=among))
        each = "OFFSET 0" if late <= FEW else ""
        learned = self.run(STATEMENTS["learned"].format(each=each)) if late else 0
        if learned:
            self.run(STATEMENTS["learn"])
        return learned

    def _view(self, model: type[Model], where: str) -> None:
        """Let the table's name mean its rows of the day; ``where`` speaks of t."""
        table = model._meta.db_table
        names = [str(f.column) for f in model._meta.concrete_fields]
        plain = ", ".join(self._column(model, name) for name in names)
        rows = f"SELECT {plain} FROM public.{table} t WHERE {where}"
        if model in self.rebuilt:
            same = f"NOT EXISTS (SELECT FROM {past(model)} p WHERE p.id = t.id)"
            columns = ", ".join(self._column(model, name, rebuilt=True) for name in names)
            rows += f" AND {same} UNION ALL SELECT {columns} FROM {past(model)} t WHERE {where}"
        self.run(f"CREATE OR REPLACE TEMP VIEW {table} AS {rows}")
        self.views.add(table)

    def _column(self, model: type[Model], column: str, *, rebuilt: bool = False) -> str:
        """A column of the view; an end that came after the day is taken away."""
        if model is Tree and column in ENDS and not (rebuilt or self.then):
            return f"{ENDS[column].format(t='t')} AS {column}"
        if model is not Measure or column not in MEASURE_END:
            return f"t.{column}"
        ended = """CASE t.state WHEN 'open' THEN false WHEN 'done' THEN t.done_on > %(day)s
            ELSE t.ended_at >= %(end)s END"""
        later = "t.ended_at >= %(end)s" if self.then else ended
        return f"CASE WHEN {later} THEN {MEASURE_END[column]} ELSE t.{column} END AS {column}"
