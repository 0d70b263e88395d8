"""The OpenAPI document and its page, for signed-in people; scripts by nonce and file, never inline."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from baumkataster.api.doors import DoorIsOpen
from baumkataster.permissions import Door


class ApiSchema(SpectacularAPIView):
    """The document itself."""

    permission_classes = [DoorIsOpen]
    doors: ClassVar[dict[str, Door]] = {"*": Door.VIEW_MAP}


class ApiPage(SpectacularSwaggerSplitView):
    """Swagger UI from our own server; its start script comes from this address (``?script=``)."""

    permission_classes = [DoorIsOpen]
    doors: ClassVar[dict[str, Door]] = {"*": Door.VIEW_MAP}
    template_name = "api/docs.html"

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Page or script."""
        return super().get(request, *args, **kwargs)
