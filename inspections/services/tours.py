"""Deeds on tours: planned in a short order, renamed, closed; and which tours concern a person."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import BooleanField, Case, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from baumkataster.authorship import authored
from baumkataster.errors import Refused
from baumkataster.models import Role, Tree, User
from baumkataster.permissions import Door, may
from baumkataster.services.checking import locked, save_checked
from inspections.models import Inspection, Tour, TourStop
from inspections.rules.routes import MAX_STOPS, walk


def plan_tour(
    *,
    by: User,
    name: str,
    planned_on: date | None = None,
    assignee: User | None = None,
    tree_ids: Sequence[UUID],
) -> Tour:
    """Make a tour of standing or planned trees, in the order of a short walk.

    Raises:
        Refused: no name, no tree or over 500, a tree that is not there (any more), or an assignee
            who may not work in the field.
    """
    problems: dict[str, list[str]] = {}
    if not name.strip():
        problems["name"] = [_("Bitte geben Sie der Tour einen Namen.")]
    if assignee is not None and not may(assignee, Door.FIELD):
        problems["assignee"] = [_("Diese Person arbeitet nicht im Außendienst.")]
    trees = _trees(list(dict.fromkeys(tree_ids)), problems)
    if problems:
        raise Refused(problems)
    order = walk([(tree.geom.x, tree.geom.y) for tree in trees])
    with authored(by=by):
        tour = Tour(name=name.strip(), planned_on=planned_on, assignee=assignee, made_by=by)
        save_checked(tour)
        TourStop.objects.bulk_create(
            TourStop(tour=tour, tree=trees[index], position=position)
            for position, index in enumerate(order, start=1)
        )
    tour.refresh_from_db()
    return tour


def rename_tour(
    *,
    by: User,
    tour_id: UUID,
    name: str,
    planned_on: date | None = None,
    assignee: User | None = None,
) -> Tour:
    """Give a tour another name, day and person; its trees stay.

    Raises:
        Refused: unknown or closed tour, no name, or an assignee who may not work in the field.
    """
    if not name.strip():
        raise Refused({"name": [_("Bitte geben Sie der Tour einen Namen.")]})
    if assignee is not None and not may(assignee, Door.FIELD):
        raise Refused({"assignee": [_("Diese Person arbeitet nicht im Außendienst.")]})
    with authored(by=by):
        tour = _open_tour(tour_id)
        tour.name, tour.planned_on, tour.assignee = name.strip(), planned_on, assignee
        save_checked(tour, fields=["name", "planned_on", "assignee"])
    return tour


def close_tour(*, by: User, tour_id: UUID, at: datetime) -> Tour:
    """Take a tour off the lists; tablets that hold it keep its trees. A closed one stays as it is."""
    with authored(by=by):
        tour = locked(Tour, tour_id)
        if tour.closed_at is None:
            tour.closed_at = at
            save_checked(tour, fields=["closed_at"])
    return tour


def tours_of(person: User) -> QuerySet[Tour]:
    """Open tours for ``person``: their own and nobody's; those who lead see all.

    Annotates ``mine``, ``trees`` (stops), and ``open``: trees that stand and have had no inspection
    since the tour was planned. First what is theirs, then by day.
    """
    tours = Tour.objects.filter(closed_at__isnull=True)
    if person.role not in (Role.SUPERVISOR, Role.ADMINISTRATOR):
        tours = tours.filter(Q(assignee=person) | Q(assignee__isnull=True) | Q(made_by=person))
    seen = Inspection.objects.filter(
        tree=OuterRef("stops__tree"), inspected_at__gte=OuterRef("created_at")
    )
    there = Q(stops__tree__status__in=["planned", "planted", "standing", "unverified"])
    return (
        tours.select_related("assignee")
        .annotate(
            mine=Case(
                When(assignee=person, then=Value(True)),
                default=Value(False),
                output_field=BooleanField(),
            ),
            trees=Count("stops"),
            open=Count("stops", filter=Q(there, ~Q(Exists(seen)))),
        )
        .order_by("-mine", "planned_on", "name", "id")
    )


def _trees(keys: list[UUID], problems: dict[str, list[str]]) -> list[Tree]:
    """The trees in the order of their keys; what is wrong with them goes into ``problems``."""
    if not keys or len(keys) > MAX_STOPS:
        sentence = _("Eine Tour hat einen bis %(most)s Bäume.") % {"most": MAX_STOPS}
        problems["trees"] = [sentence]
        return []
    there = Tree.objects.filter(status__in=["planned", "planted", "standing", "unverified"])
    found = there.in_bulk(keys)
    if missing := len(keys) - len(found):
        sentence = _("Nicht mehr da, gefällt oder unbekannt: %(count)s der Bäume.")
        problems["trees"] = [sentence % {"count": missing}]
    return [found[key] for key in keys if key in found]


def _open_tour(tour_id: UUID) -> Tour:
    """The tour, locked, if it is still open."""
    tour = locked(Tour, tour_id)
    if tour.closed_at is not None:
        raise Refused(_("Diese Tour ist schon abgeschlossen."))
    return tour
