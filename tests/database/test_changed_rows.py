"""Triggers that compare old and new rows of an UPDATE stay fast, whatever the session did before."""

import re

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

#: A join of the one with the other; a UNION of both is none.
JOINED = re.compile(
    r"(\w+)\s+JOIN\s+(?:\(SELECT [^()]*(?:\([^()]*\))?[^()]* FROM\s+)?(?:old|new)_rows"
)


def test_old_and_new_rows_are_joined_in_full():
    """Only a full join is never planned as a loop in a loop, which one row asks for and a city pays."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT proname, prosrc FROM pg_proc
               WHERE pronamespace = 'public'::regnamespace
                 AND prosrc LIKE '%old_rows%' AND prosrc LIKE '%new_rows%'"""
        )
        sources = dict(cursor.fetchall())
    joins = {name: JOINED.findall(source) for name, source in sources.items()}
    assert {name for name, found in joins.items() if found} >= {
        "baum_mark_plans",
        "baum_mark_trees",
        "baum_mark_sites",
        "baum_mark_measures",
        "baum_past_controlplan_update",
        "baum_record_change",
    }
    assert {name: found for name, found in joins.items() if set(found) - {"FULL"}} == {}
    # A plan for many rows that reads all trees would be taken for one tree, too.
    marks = [source for name, source in sources.items() if name.startswith("baum_mark")]
    assert [source for source in marks if "JOIN public.baumkataster_tree" in source] == []
