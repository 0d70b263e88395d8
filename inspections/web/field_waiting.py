"""What of the tablets' entries waits for the office, and what it settled; for review page and navigation."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from inspections.models import FieldConflict, FieldEntry, FieldVerdict, PhotoUpload

Verdict = FieldVerdict.Verdict


def _standing(verdict: str) -> QuerySet[FieldVerdict]:
    """Verdicts of a kind after which nothing else was said of their entry."""
    later = FieldVerdict.objects.filter(entry=OuterRef("entry"), pk__gt=OuterRef("pk"))
    return FieldVerdict.objects.filter(~Exists(later), verdict=verdict)


def unsettled_entries() -> QuerySet[FieldEntry]:
    """Entries that the server could not take in, and any that it never got to; longest waiting first."""
    never = ~Exists(FieldVerdict.objects.filter(entry=OuterRef("pk")))
    waiting = Q(pk__in=_standing(Verdict.UNSETTLED).values("entry"))
    return FieldEntry.objects.filter(waiting | never).order_by("received_at", "id")


def deposited_entries() -> QuerySet[FieldEntry]:
    """Entries that wait for their person to sign in on the tablet once more."""
    return FieldEntry.objects.filter(pk__in=_standing(Verdict.DEPOSITED).values("entry")).order_by(
        "received_at", "id"
    )


def open_conflicts() -> QuerySet[FieldConflict]:
    """Fields that tablet and office changed differently."""
    return FieldConflict.objects.filter(state=FieldConflict.State.OPEN).select_related(
        "tree__site__place", "person", "entry__device"
    )


def with_verdict(entries: QuerySet[FieldEntry]) -> QuerySet[FieldEntry]:
    """Each with the newest verdict on it, and with person and device in the same query."""
    newest = FieldVerdict.objects.filter(entry=OuterRef("pk")).order_by("-id")
    return entries.select_related("person", "device", "submitted_by").annotate(
        state=Subquery(newest.values("verdict")[:1]),
        sentences=Subquery(newest.values("sentences")[:1]),
        reason_code=Subquery(newest.values("reason_code")[:1]),
    )


def waiting_photos() -> QuerySet[PhotoUpload]:
    """Photos whose tree or finding is not here, and those that were no usable picture."""
    return (
        PhotoUpload.objects.filter(
            status__in=[PhotoUpload.Status.UNSETTLED, PhotoUpload.Status.REFUSED]
        )
        .select_related("person", "device")
        .order_by("-created_at")
    )


def settled_since(moment: datetime) -> tuple[QuerySet[FieldVerdict], QuerySet[FieldConflict]]:
    """What people decided since ``moment``: verdicts on entries, and conflicts."""
    verdicts = FieldVerdict.objects.filter(at__gte=moment, by__isnull=False).select_related(
        "by", "entry__person"
    )
    conflicts = FieldConflict.objects.filter(settled_at__gte=moment).select_related(
        "settled_by", "person", "tree__site__place"
    )
    return verdicts.order_by("-at", "-id"), conflicts.order_by("-settled_at")


def open_count() -> int:
    """How many entries and conflicts wait, in one question."""
    conflicts = FieldConflict.objects.filter(state=FieldConflict.State.OPEN).values("pk")
    return unsettled_entries().order_by().values("pk").union(conflicts, all=True).count()
