"""The OpenAPI document and its page, for signed-in people; scripts by nonce and file, never inline."""

from typing import Any, ClassVar

from django.contrib.auth.views import redirect_to_login
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import NotAuthenticated
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

    def handle_exception(self, exc: Exception) -> Any:
        """People who came here without signing in are asked to; it is a page, not data."""
        if isinstance(exc, NotAuthenticated):
            return redirect_to_login(self.request.get_full_path())
        return super().handle_exception(exc)

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Page or script."""
        return super().get(request, *args, **kwargs)
