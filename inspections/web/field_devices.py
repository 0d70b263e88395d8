"""/verwaltung/geraete/: the tablets that people work with; renamed, blocked and opened again."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from baumkataster.errors import Refused
from baumkataster.permissions import Door, signed_in
from baumkataster.web.doors import door
from inspections.models import FieldDevice
from inspections.sync.devices import block_device, rename_device, unblock_device


@require_safe
@door(Door.MANAGE_DEVICES)
def devices(request: HttpRequest) -> HttpResponseBase:
    """All devices, those last seen first; what they still hold."""
    rows = FieldDevice.objects.select_related("last_user", "registered_by", "blocked_by")
    free_first = F("blocked_at").asc(nulls_first=True)
    newest = rows.order_by(free_first, F("last_seen_at").desc(nulls_last=True), "name")
    return render(request, "field/devices.html", {"devices": newest})


@require_safe
@door(Door.MANAGE_DEVICES)
def device(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """One device: its name, what it said last, and its block."""
    rows = FieldDevice.objects.select_related("last_user", "registered_by", "blocked_by")
    row = get_object_or_404(rows, pk=pk)
    people = row.keys.filter(revoked_at__isnull=True).values_list(
        "user__first_name", "user__last_name", "user__username"
    )
    names = {f"{first} {last}".strip() or login for first, last, login in people}
    return render(request, "field/device.html", {"device": row, "people": sorted(names)})


@require_POST
@door(Door.MANAGE_DEVICES)
def rename(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Give a device another name."""
    get_object_or_404(FieldDevice, pk=pk)
    name = request.POST.get("name", "").replace("\0", "")
    try:
        rename_device(by=signed_in(request.user), device_id=pk, name=name)
    except Refused as refused:
        messages.error(request, _words(refused))
    else:
        messages.success(request, _("Gespeichert."))
    return redirect("field_device", pk)


@require_POST
@door(Door.MANAGE_DEVICES)
def block(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Block a device."""
    row = get_object_or_404(FieldDevice, pk=pk)
    block_device(by=signed_in(request.user), device_id=pk, at=timezone.now())
    messages.success(request, _("„%(name)s“ ist gesperrt.") % {"name": row.name})
    return redirect("field_device", pk)


@require_POST
@door(Door.MANAGE_DEVICES)
def unblock(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Open a device again."""
    row = get_object_or_404(FieldDevice, pk=pk)
    unblock_device(by=signed_in(request.user), device_id=pk)
    messages.success(request, _("„%(name)s“ ist wieder frei.") % {"name": row.name})
    return redirect("field_device", pk)


def _words(refused: Refused) -> str:
    texts: Any = refused.problems.values()
    return " ".join(sentence for each in texts for sentence in each)
