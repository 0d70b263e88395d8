"""/import/neu/: takes a file in; the worker looks into it. Too large a file is refused unread."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from baumkataster.models import Unit
from baumkataster.permissions import Door, signed_in
from baumkataster.web.doors import door
from geodata.importing.uploads import keep_upload
from geodata.models import ImportRun
from geodata.readers import profile_names, read_profile
from geodata.web.import_jobs import start

#: What surrounds the file in a form.
_FRAME = 64 * 1024


class UploadForm(forms.Form):
    """A file, what it is, and whose trees these are."""

    file = forms.FileField(
        label=gettext_lazy("Datei"),
        max_length=255,
        error_messages={"empty": gettext_lazy("Die Datei ist leer.")},
    )
    profile = forms.ChoiceField(label=gettext_lazy("Profil"), required=False)
    unit = forms.ModelChoiceField(
        Unit.objects.order_by("code"), label=gettext_lazy("Revier neuer Objekte"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["profile"].choices = profile_choices(_("an den Spalten erkennen"))  # type: ignore[attr-defined]
        self.fields["unit"].empty_label = _("ohne Zuordnung")  # type: ignore[attr-defined]
        self.fields["file"].help_text = _(
            "CSV oder GeoJSON, auch gepackt (zip, gz, tar.gz), höchstens %(size)s."
        ) % {"size": filesizeformat(settings.IMPORT_MAX_BYTES)}

    def clean_file(self) -> Any:
        """Refuse what is too large, should no header have said so."""
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_MAX_BYTES:
            raise forms.ValidationError(too_large())
        return file


def profile_choices(first: str) -> list[tuple[str, str]]:
    """All profiles with the words of their source."""
    named = [(name, f"{read_profile(name).source} ({name})") for name in profile_names()]
    return [("", first), *sorted(named, key=lambda row: row[1].casefold())]


def too_large() -> str:
    """A sentence with a way out."""
    return _(
        "Die Datei ist größer als %(size)s. Bitte packen (zip oder gz), oder die IT bitten, sie "
        "mit dem Befehl import_trees einzulesen."
    ) % {"size": filesizeformat(settings.IMPORT_MAX_BYTES)}


def runs_page(request: HttpRequest, form: UploadForm, status: int = 200) -> HttpResponse:
    """The list with the form above it, when the form has something to say."""
    context = {"form": form, "page": None, "query": "", "max_bytes": settings.IMPORT_MAX_BYTES}
    return render(request, "imports/runs.html", context, status=status)


@require_POST
@door(Door.IMPORT_DATA)
@csrf_exempt
def import_upload(request: HttpRequest) -> HttpResponseBase:
    """Look at the length before the body is read; the token is in the body and comes after."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > settings.IMPORT_MAX_BYTES + _FRAME:
        form = UploadForm()
        form.full_clean()
        form.cleaned_data = {}
        context = {"form": form, "page": None, "query": "", "refused": too_large()}
        response = render(request, "imports/runs.html", context, status=413)
        response["Connection"] = "close"
        return response
    return _upload(request)


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponseBase:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return runs_page(request, form, status=422)
    values = form.cleaned_data
    run = keep_upload(
        file=values["file"],
        name=values["file"].name,
        profile=values["profile"],
        unit=values["unit"],
        by=signed_in(request.user),
        now=timezone.now(),
    )
    start("check_import", run, state=ImportRun.State.UPLOADED)
    return redirect("import_run", run.pk)
