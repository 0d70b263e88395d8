"""Plans a tree as if a deed that is done late had been done when it arrived; for recording and sync."""

from datetime import date, datetime
from uuid import UUID

from inspections.models import RuleSet
from inspections.services.replanning import write_plans


def replan_late(*, tree_id: UUID, received_at: datetime, day: date) -> None:
    """Plan by each version that was in force from the receipt to ``day``, in their order.

    The job that brought the city under them has not met what arrived with the entry: phase,
    expectation, inspection. Where the tree was inspected meanwhile earlier versions are left out, as
    they are there. Asked when the tree is planned by the version of ``day``: the plan must name the
    inspection that it rests on now, and where no other version was in force nothing is left to do.
    """
    versions = list(RuleSet.objects.in_force_since(received_at, day=day))
    if len(versions) < 2:
        return
    for rule_set in versions:
        write_plans(rule=rule_set, ids=[tree_id], given={})
