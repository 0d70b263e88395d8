"""All that a tablet keeps of a tree, written as JSON by PostgreSQL in one statement; for api/field.

Where many rows go out, Python only passes the text on; ``sql/field_trees.sql`` is its one author.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from baumkataster.errors import Refused
from baumkataster.models import Tree
from baumkataster.permissions import Visitor
from baumkataster.prepared import named, prepared
from inspections.services.entry_facts import TOPPING

#: Trees of one request: some 500 kB, so that a broken line costs little.
MAX_IDS = 250
ROWS_SQL: Final = (Path(__file__).parent.parent / "sql" / "field_trees.sql").read_text("utf-8")


def tree_rows(ids: Iterable[UUID], *, visitor: Visitor) -> list[dict[str, Any]]:
    """The rows of those of the trees that are there for ``visitor``, by id; unknown ids are left out.

    Raises:
        Refused: more than 250.
    """
    return [json.loads(text) for text in _texts(_asked(list(ids)), visitor)]


def tree_rows_json(ids: Iterable[UUID], *, visitor: Visitor) -> bytes:
    """The same as ``{"trees":[…]}``, passed on as PostgreSQL wrote it.

    Raises:
        Refused: more than 250.
    """
    return f'{{"trees":[{",".join(_texts(_asked(list(ids)), visitor))}]}}'.encode()


def row_sizes(ids: Sequence[UUID], *, visitor: Visitor) -> list[int]:
    """Bytes of each row as it goes out, to say beforehand what an area weighs."""
    return [len(text.encode()) for text in _texts(_asked(list(ids)), visitor)]


def _asked(ids: list[UUID]) -> list[UUID]:
    """The ids, if they are not too many for one answer."""
    if len(ids) > MAX_IDS:
        sentence = _("Auf einmal gehen höchstens %(most)s Bäume.") % {"most": MAX_IDS}
        raise Refused({"ids": [sentence]})
    return ids


def _texts(ids: list[UUID], visitor: Visitor) -> list[str]:
    """One JSON object per tree."""
    rows: QuerySet[Any] = Tree.objects.visible_to(visitor)
    try:
        seen, values = named(rows.order_by().values("id"))
    except EmptyResultSet:
        return []
    # With a list the server plans anew for each; one alone is what a receipt asks for.
    chosen = "= %(ids)s" if len(ids) == 1 else "= ANY (%(ids)s)"
    statement = ROWS_SQL.format(asked=f"SELECT id FROM ({seen}) seen WHERE id {chosen}")
    asked = ids[0] if len(ids) == 1 else ids
    parameters = {"topping": list(TOPPING), "ids": asked, **values}
    return [row["text"] for row in prepared(statement, parameters)]
