"""Serves photos to signed-in people who may see the tree; media files have no public address."""

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from baumkataster.models import Photo, Tree
from baumkataster.permissions import Door
from baumkataster.web.doors import door

#: A photo never changes under its key; browsers may keep it, shared caches may not.
KEEP = "private, max-age=31536000, immutable"


@require_safe
@door(Door.VIEW_TREE)
def photo(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The photo."""
    return _serve(request, pk, "file")


@require_safe
@door(Door.VIEW_TREE)
def thumbnail(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Its preview."""
    return _serve(request, pk, "thumbnail")


def _serve(request: HttpRequest, pk: UUID, which: str) -> HttpResponseBase:
    """One of the two files, if the tree is visible to this person and the file is there."""
    trees = Tree.objects.visible_to(request.user)
    row = Photo.objects.filter(pk=pk, tree__in=trees).first()
    if row is None:
        raise Http404
    try:
        handle = getattr(row, which).open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    answer = FileResponse(handle, content_type="image/jpeg")
    answer["Cache-Control"] = KEEP
    return answer
