"""/klaerung/ausgang/: reads the file in which a tablet saved what it could not send, and reports."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from baumkataster.errors import Refused
from baumkataster.models import Tree
from baumkataster.permissions import Door, signed_in
from baumkataster.web.doors import door
from baumkataster.web.forms import show_problems
from inspections.models import FieldEntry, PhotoUpload
from inspections.sync.outbox_files import OutboxReport, PhotoReceipt, read_outbox
from inspections.sync.receiving import Receipt
from inspections.web.field_facts import kind_label

#: A working week with 600 photos has 250 MB; the file is read as a whole.
MOST_BYTES = 500 * 1024 * 1024


class OutboxForm(forms.Form):
    """One file."""

    file = forms.FileField(
        label=gettext_lazy("Datei vom Tablet"),
        help_text=gettext_lazy("Der Dateiname beginnt mit „ausgang“ und endet mit „.json“."),
        widget=forms.ClearableFileInput(attrs={"accept": ".json,application/json"}),
    )

    def clean_file(self) -> UploadedFile:
        """No file that would not fit into memory."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("Die Datei ist größer als 500 MB."))
        return file


@require_http_methods(["GET", "HEAD", "POST"])
@door(Door.REVIEW_FIELD)
def outbox_file(request: HttpRequest) -> HttpResponseBase:
    """The form; after a file also the report on each of its entries and photos."""
    form = OutboxForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            report = read_outbox(
                by=signed_in(request.user),
                content=form.cleaned_data["file"].read(),
                received_at=timezone.now(),
            )
        except Refused as refused:
            show_problems(form, refused)
        else:
            context |= {"form": OutboxForm(), "report": _shown(report)}
    return render(request, "field/outbox_file.html", context)


def _shown(report: OutboxReport) -> dict[str, Any]:
    """Counts first, then every entry and photo in a row."""
    return {
        "entries": _entry_rows(report.entries),
        "photos": [_photo_row(receipt) for receipt in report.photos],
        "counts": [
            (_("übernommen"), report.count("accepted")),
            (_("ungeklärt"), report.count("unsettled")),
            (_("schon bekannt"), report.count("known")),
            (_("Fotos eingegangen"), sum(p.status == "received" for p in report.photos)),
        ],
    }


def _entry_rows(receipts: Sequence[Receipt]) -> list[dict[str, Any]]:
    """What each entry is, with the page on which it is settled."""
    hashes = {receipt.sha256 for receipt in receipts}
    rows = FieldEntry.objects.filter(sha256__in=hashes).select_related("person")
    kept = {(row.entry_id, row.sha256): row for row in rows}
    trees = Tree.objects.select_related("site__place").in_bulk(
        {row.tree for row in kept.values() if row.tree}
    )
    words = {
        "accepted": _("übernommen"),
        "unsettled": _("ungeklärt"),
        "deposited": _("hinterlegt"),
        "rejected": _("nicht übernommen"),
        "foreign": _("nicht angenommen"),
    }
    shown = []
    for receipt in receipts:
        entry = kept.get((receipt.id, receipt.sha256))
        shown.append(
            {
                "number": receipt.index + 1,
                "entry": entry,
                "kind": kind_label(entry.kind) if entry else _("nicht lesbar"),
                "tree": trees.get(entry.tree) if entry and entry.tree else None,
                "status": words.get(receipt.status, receipt.status),
                "is_open": receipt.status == "unsettled",
                "known": receipt.known,
                "sentence": receipt.sentence,
            }
        )
    return shown


def _photo_row(receipt: PhotoReceipt) -> dict[str, Any]:
    """What became of one photo."""
    return {
        "number": receipt.index + 1,
        "status": PhotoUpload.Status(receipt.status).label,
        "sentence": receipt.sentence,
    }
