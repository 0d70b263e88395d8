"""Photos in the API: taken in as multipart, listed by tree; files are served by web/photos.py."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from baumkataster.api.entries import Entry
from baumkataster.api.features import ListView
from baumkataster.api.parameters import uuids
from baumkataster.models import Photo, Tree
from baumkataster.permissions import Door
from baumkataster.services import add_photo


class PhotoSerializer(serializers.ModelSerializer[Photo]):
    """A photo with the addresses of its two sizes."""

    url = serializers.SerializerMethodField()
    thumb_url = serializers.SerializerMethodField()

    class Meta:
        """Without the name of who took it: that stands in the history."""

        model = Photo
        fields = ["id", "tree", "url", "thumb_url", "width", "height", "taken_at", "caption"]

    def get_url(self, photo: Photo) -> str:
        """The photo."""
        return reverse("photo", args=[photo.pk])

    def get_thumb_url(self, photo: Photo) -> str:
        """The preview."""
        return reverse("photo_thumbnail", args=[photo.pk])


class PhotoEntry(Entry):
    """One photo of one tree."""

    id = serializers.UUIDField(required=False)
    tree = serializers.UUIDField()
    file = serializers.FileField()
    caption = serializers.CharField(required=False, allow_blank=True, max_length=200)


class PhotoView(ListView):
    """Photos of trees that the person may see."""

    queryset = Photo.objects.none()
    serializer_class = PhotoSerializer
    parser_classes = [MultiPartParser]
    doors: ClassVar[dict[str, Door]] = {"create": Door.UPLOAD_PHOTO, "*": Door.VIEW_TREE}

    def get_queryset(self) -> QuerySet[Any]:
        """Newest first; filter ``tree``."""
        trees = Tree.objects.visible_to(self.request.user)
        rows = Photo.objects.filter(tree__in=trees).order_by("-taken_at", "id")
        if keys := uuids(self.request.query_params, "tree"):
            rows = rows.filter(tree_id__in=keys)
        return rows

    @extend_schema(
        request={"multipart/form-data": PhotoEntry},
        responses={200: PhotoSerializer, 201: PhotoSerializer},
    )
    def create(self, request: Request) -> Response:
        """Keep a photo; the same id again answers 200 with what is there."""
        entry = PhotoEntry.read(request)
        tree = Tree.objects.visible_to(request.user).filter(pk=entry["tree"]).first()
        if tree is None:
            raise NotFound
        known = "id" in entry and Photo.objects.filter(pk=entry["id"]).first()
        if known and known.tree_id != tree.pk:
            raise NotFound
        photo = add_photo(
            by=request.user,
            tree=tree,
            upload=entry["file"],
            received_at=timezone.now(),
            caption=entry.get("caption", ""),
            id=entry.get("id"),
        )
        code = status.HTTP_200_OK if known else status.HTTP_201_CREATED
        return Response(self.get_serializer(photo).data, status=code)
