"""The WFS 2.0 at /wfs: who may open it, and errors as sentences; routed by urls.py."""

import logging
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import FieldError, ValidationError
from django.db import DatabaseError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from gisserver.exceptions import (
    ExternalParsingError,
    ExternalValueError,
    InvalidParameterValue,
    OperationParsingFailed,
)
from gisserver.features import FeatureType, ServiceDescription
from gisserver.views import WFSView

from baumkataster.api.authentication import accepts_application_password, ask_for_password
from baumkataster.models import CitySettings
from baumkataster.permissions import Door, may
from geodata.ogc import limits, mending
from geodata.ogc.capabilities import GetCapabilities
from geodata.ogc.feature_types import types_for
from geodata.web.answers import refusal
from geodata.web.old_dates import OldDates, old_dates

mending.apply()
logger = logging.getLogger(__name__)

#: What a filter can break; the sentence of the first two is for the client, the rest is not.
SENTENCES = (ExternalParsingError, ExternalValueError)
BREAKAGES = (
    ArithmeticError,
    AttributeError,
    DatabaseError,
    FieldError,
    LookupError,
    NotImplementedError,
    TypeError,
    ValidationError,
    ValueError,
)


class TreeService(WFSView):
    """WFS on the views of trees; which of them exists depends on the visitor."""

    xml_namespace = "urn:baumkataster:wfs"
    xml_namespace_aliases = {"baum": xml_namespace}
    use_html_templates = False
    #: Of visitors who get due dates.
    old: OldDates | None = None
    accept_operations = {
        "WFS": {**WFSView.accept_operations["WFS"], "GetCapabilities": GetCapabilities}
    }

    def get_feature_types(self) -> list[FeatureType]:
        """Types that the visitor may know of."""
        return types_for(self.request.user)

    def get_service_description(self, service: str | None = None) -> ServiceDescription:
        """The city speaks for its trees, and says where due dates are old."""
        about = _("Bäume der Stadt; mit Anmeldung auch Kontrolltermine.")
        city = CitySettings.objects.first()
        return ServiceDescription(
            title=_("Baumkataster %(city)s") % {"city": city.name if city else ""},
            abstract=" ".join(filter(None, (about, self.old.words if self.old else ""))),
            keywords=["Baumkataster", "Bäume"],
            provider_name=city.name if city else "",
        )

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer; the first rows are fetched here, so that a broken filter is answered in words."""
        if may(request.user, Door.EXPORT):
            self.old = old_dates()
        try:
            answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
            if isinstance(answer, StreamingHttpResponse):
                rows = iter(answer.streaming_content)  # type: ignore[arg-type]
                answer.streaming_content = _after(next(rows, b""), rows)
        except BREAKAGES as problem:
            return _explained(problem)
        if self.old:
            self.old.tell(answer)
        return answer

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """GET; a filter language that we do not speak is refused instead of ignored."""
        names = {name.upper() for name in request.GET}
        if "CQL_FILTER" in names:
            raise InvalidParameterValue(
                _(
                    "CQL_FILTER wird nicht unterstützt; bitte FILTER (OGC Filter Encoding 2.0) nutzen."
                ),
                locator="CQL_FILTER",
            )
        answer: HttpResponseBase = super().get(request, *args, **kwargs)
        return answer


def _after(first: Any, rows: Iterator[Any]) -> Iterator[Any]:
    """The part already fetched, then the rest."""
    yield first
    yield from rows


def _explained(problem: Exception) -> HttpResponse:
    """An exception report for what a request broke; details go to the log only."""
    logger.info("WFS request refused: %r", problem)
    if isinstance(problem, SENTENCES):
        sentence = str(problem)
    else:
        sentence = _("Die Anfrage ist so nicht möglich. Bitte Filter, Felder und Werte prüfen.")
    answer: HttpResponse = OperationParsingFailed(sentence, locator="filter").as_response()
    return answer


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@accepts_application_password
def wfs(request: HttpRequest) -> HttpResponseBase:
    """Open for everybody while the city's setting is on, for planners with due dates besides."""
    if not may(request.user, Door.EXPORT) and not _is_public():
        if request.user.is_authenticated:
            return refusal(_("Ihre Rolle darf keine Daten ausgeben."), status=403)
        return ask_for_password(_("Diese Daten gibt es nur nach Anmeldung."))
    if request.method == "GET" and not request.GET:
        return HttpResponseRedirect(f"{request.path}?SERVICE=WFS&REQUEST=GetCapabilities")
    answer: HttpResponseBase = limits.too_large(request) or TreeService.as_view()(request)
    answer["Cache-Control"] = "private, no-store"
    patch_vary_headers(answer, ["Cookie", "Authorization"])
    return answer


wfs.door = Door.PUBLIC  # type: ignore[attr-defined]


def _is_public() -> bool:
    city = CitySettings.objects.first()
    return bool(city and city.public_wfs)
