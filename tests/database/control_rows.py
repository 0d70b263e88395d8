"""A small city for tests of the scheduled control: two units with their people, trees due on a day."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from baumkataster.models import Tree
from inspections.models import ControlFlag, ControlMail, InheritedControl
from inspections.services.control_runs import run_controls
from inspections.services.replanning import replan
from tests.factories import load_reference_data, make_place, make_tree, make_unit, make_user

#: Day of the regular control of trees that make_due makes; tolerance until 10 August.
DUE = date(2026, 5, 10)


def make_people() -> SimpleNamespace:
    """Units north (arborist, supervisor, deputy) and south (arborist, planner), one administrator."""
    load_reference_data()
    people = SimpleNamespace(
        north_arborist=make_user("arborist", first_name="Nora"),
        south_arborist=make_user("arborist"),
        planner=make_user("planner"),
        supervisor=make_user("supervisor"),
        deputy=make_user("supervisor"),
        administrator=make_user("administrator"),
    )
    people.north = make_unit(
        code="N", name="Nord", supervisor=people.supervisor, deputy=people.deputy
    )
    people.north.members.add(people.north_arborist, people.planner)
    people.south = make_unit(code="S", name="Süd")
    people.south.members.add(people.south_arborist)
    people.avenue = make_place(unit=people.north, name="Nordallee")
    people.park = make_place(unit=people.south, name="Südpark", kind="park")
    return people


def make_due(place: Any, due_on: date = DUE, **values: Any) -> Tree:
    """A tree that an earlier system last looked at, with its next control on ``due_on``."""
    tree = make_tree(place=place, **values)
    InheritedControl.objects.create(tree=tree, source="Altsystem", next_on=due_on)
    return tree


def run(day: date, *, planned: bool = True) -> Any:
    """A run at 05:30 in Berlin (winter).

    Rows of these tests are made past the deeds that plan them at once; ``planned`` stands in for that.
    """
    if planned:
        replan(day=day)
    return run_controls(day=day, now=datetime(day.year, day.month, day.day, 4, 30, tzinfo=UTC))


def open_flags() -> dict[Any, tuple[int, date]]:
    """Tree -> level and the day since when, of open flags."""
    flags = ControlFlag.objects.filter(resolved_on__isnull=True)
    return {flag.tree_id: (flag.level, flag.level_since) for flag in flags}


def mailed(day: date) -> set[Any]:
    """Who got a digest on that day."""
    return {mail.recipient for mail in ControlMail.objects.filter(day=day, measure=None)}
