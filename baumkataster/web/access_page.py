"""Administrators' page about the log of access: filtered, page by page, and as CSV."""

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from baumkataster.models import AccessEvent, AccessRecord, User
from baumkataster.permissions import Door
from baumkataster.spreadsheets import never_a_formula
from baumkataster.web.doors import door
from baumkataster.web.forms import day_field

PAGE = 100


class AccessFilter(forms.Form):
    """What is looked for."""

    ereignis = forms.ChoiceField(
        label=gettext_lazy("Ereignis"),
        choices=[("", gettext_lazy("alle")), *AccessEvent.choices],
        required=False,
    )
    person = forms.ModelChoiceField(
        User.objects.all(),
        label=gettext_lazy("Person"),
        required=False,
        empty_label=gettext_lazy("alle"),
    )
    von = day_field(gettext_lazy("Von"), required=False)
    bis = day_field(gettext_lazy("Bis"), required=False)


@require_safe
@door(Door.MANAGE_USERS)
def access_records(request: HttpRequest) -> HttpResponseBase:
    """Newest first; ``vor`` is the key of the last line of the page before: no page is slower."""
    form = AccessFilter(request.GET)
    rows = _rows(form)
    before = request.GET.get("vor", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.select_related("person")[: PAGE + 1])
    query = request.GET.copy()
    query.pop("vor", None)
    context: dict[str, Any] = {
        "form": form,
        "rows": found[:PAGE],
        "older": found[PAGE - 1].pk if len(found) > PAGE else None,
        "query": query.urlencode(),
        "days": settings.ACCESS_RECORD_DAYS,
    }
    return render(request, "people/access.html", context)


@require_safe
@door(Door.MANAGE_USERS)
def access_csv(request: HttpRequest) -> HttpResponseBase:
    """The same as a file."""
    rows = _rows(AccessFilter(request.GET)).select_related("person")
    answer = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    name = f"zugriffe-{timezone.localdate()}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _rows(form: AccessFilter) -> QuerySet[AccessRecord]:
    """What the filter leaves; a filter that cannot be read leaves nothing."""
    rows = AccessRecord.objects.order_by("-id")
    if not form.is_valid():
        return rows.none()
    values = form.cleaned_data
    if values["ereignis"]:
        rows = rows.filter(event=values["ereignis"])
    if values["person"]:
        rows = rows.filter(person=values["person"])
    if values["von"]:
        rows = rows.filter(at__gte=_midnight(values["von"]))
    if values["bis"]:
        rows = rows.filter(at__lt=_midnight(values["bis"] + timedelta(days=1)))
    return rows


def _midnight(day: Any) -> datetime:
    """The first moment of a day in the city."""
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


class _Echo:
    """Gives back what csv writes."""

    def write(self, text: str) -> str:
        """As it is."""
        return text


def _lines(rows: QuerySet[AccessRecord]) -> Iterator[str]:
    """Lines of the file, with semicolons for the spreadsheets of German offices."""
    writer = csv.writer(_Echo(), delimiter=";")
    yield "\ufeff" + writer.writerow(
        [_("Zeitpunkt"), _("Ereignis"), _("Person"), _("Weg"), _("Adresse"), _("Von"), _("Angaben")]
    )
    for row in rows.iterator(2000):
        at = timezone.localtime(row.at).strftime("%d.%m.%Y %H:%M:%S")
        person = row.person.username if row.person_id and row.person else ""
        values = [at, row.get_event_display(), person, row.way, row.route, row.address or ""]
        details = ", ".join(f"{key}: {value}" for key, value in row.details.items())
        yield writer.writerow([never_a_formula(str(value)) for value in (*values, details)])
