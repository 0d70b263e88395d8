"""Photos of tablets by the tus protocol 1.0.0 (core, creation, checksum): resumed at any byte."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound, ParseError, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from baumkataster.services.photos import MAX_BYTES
from inspections.api.field.senders import SenderView
from inspections.api.field.tus import PIECE, VERSION, checksum_of, metadata_of, whole_number
from inspections.models import FieldDevice, PhotoUpload
from inspections.sync.uploads import (
    MAX_PIECE,
    OtherPhoto,
    TooLarge,
    WrongChecksum,
    WrongOffset,
    append_piece,
    create_upload,
    finish_upload,
    received_sha256,
)

CHECKSUM_MISMATCH = 460
READ_AT_ONCE = 64 * 1024


class Answer(APIException):
    """An answer that ends the request: status and sentence."""

    def __init__(self, code: int, sentence: str = "") -> None:
        self.status_code = code
        super().__init__(sentence or _("Das Foto kann so nicht empfangen werden."))


class TusView(SenderView):
    """What every tus address has."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Only clients that speak our version may change anything."""
        super().initial(request, *args, **kwargs)
        spoken = request.headers.get("Tus-Resumable")
        if request.method in {"POST", "HEAD", "PATCH"} and spoken != VERSION:
            raise Answer(status.HTTP_412_PRECONDITION_FAILED)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Say which version we speak, whatever the answer is."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Tus-Resumable"] = answer["Tus-Version"] = VERSION
        answer["Cache-Control"] = "no-store"
        return answer


class PhotosView(TusView):
    """Where photos are announced."""

    @extend_schema(exclude=True)
    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What this server can do."""
        answer = Response(status=status.HTTP_204_NO_CONTENT)
        answer["Tus-Extension"] = "creation,checksum"
        answer["Tus-Checksum-Algorithm"] = "sha256"
        answer["Tus-Max-Size"] = str(MAX_BYTES)
        return answer

    @extend_schema(exclude=True)
    def post(self, request: Request) -> Response:
        """Expect a photo; the same announcement again leads to the same place."""
        meta = metadata_of(request.headers.get("Upload-Metadata", ""))
        if meta.person != self.person.pk:
            raise PermissionDenied(_("Dieses Foto gehört einer anderen Person."))
        length = whole_number(request.headers.get("Upload-Length"))
        if not length:
            raise ParseError(_("Das Foto ist leer."))
        device = self.key.device if self.key else _device(meta.device)
        try:
            upload = create_upload(
                person=self.person, meta=meta.photo, length=length, device=device
            )
        except TooLarge as error:
            raise Answer(
                status.HTTP_413_REQUEST_ENTITY_TOO_LARGE,
                _("Das Foto ist größer als 15 MB. Bitte kleiner aufnehmen."),
            ) from error
        except OtherPhoto as error:
            raise Answer(
                status.HTTP_409_CONFLICT,
                _("Unter dieser Kennung ist schon ein anderes Foto gespeichert."),
            ) from error
        answer = Response(status=status.HTTP_201_CREATED)
        answer["Location"] = reverse("field_photo", args=[upload.pk])
        answer["Upload-Offset"] = str(upload.offset)
        return answer


class PhotoView(TusView):
    """One photo on its way."""

    @extend_schema(exclude=True)
    def head(self, request: Request, pk: UUID) -> Response:
        """How many bytes are here."""
        upload = self._upload(pk)
        answer = Response(status=status.HTTP_200_OK)
        answer["Upload-Offset"] = str(upload.offset)
        answer["Upload-Length"] = str(upload.length)
        return answer

    @extend_schema(exclude=True)
    def get(self, request: Request, pk: UUID) -> Response:
        """The receipt."""
        upload = self._upload(pk)
        return Response(
            {
                "id": str(upload.pk),
                "length": upload.length,
                "offset": upload.offset,
                "sha256": received_sha256(upload),
                "status": upload.status,
                "sentence": upload.sentence,
                "photo": str(upload.photo_id) if upload.photo_id else None,
            }
        )

    @extend_schema(exclude=True)
    def patch(self, request: Request, pk: UUID) -> Response:
        """The next bytes; with the last one the photo is checked and kept."""
        if request.headers.get("Content-Type", "").partition(";")[0].strip() != PIECE:
            raise Answer(status.HTTP_415_UNSUPPORTED_MEDIA_TYPE)
        offset = whole_number(request.headers.get("Upload-Offset"))
        checksum = checksum_of(request.headers.get("Upload-Checksum"))
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_PIECE:
            raise Answer(status.HTTP_413_REQUEST_ENTITY_TOO_LARGE)
        content = _bytes_of(request._request)
        try:
            upload = append_piece(
                upload_id=pk,
                person=self.person,
                offset=offset,
                content=content,
                checksum=checksum,
            )
            if upload.offset == upload.length:
                upload = self._finished(pk)
        except PhotoUpload.DoesNotExist as error:
            raise NotFound from error
        except WrongOffset as error:
            raise Answer(status.HTTP_409_CONFLICT) from error
        except TooLarge as error:
            raise Answer(status.HTTP_413_REQUEST_ENTITY_TOO_LARGE) from error
        except WrongChecksum as error:
            raise Answer(CHECKSUM_MISMATCH) from error
        answer = Response(status=status.HTTP_204_NO_CONTENT)
        answer["Upload-Offset"] = str(upload.offset)
        return answer

    def _upload(self, pk: UUID) -> PhotoUpload:
        """The person's upload; one whose last request broke off after the last byte is finished now."""
        try:
            return self._finished(pk)
        except PhotoUpload.DoesNotExist as error:
            raise NotFound from error
        except WrongChecksum:
            return PhotoUpload.objects.get(pk=pk)

    def _finished(self, pk: UUID) -> PhotoUpload:
        """Keep it if it is whole."""
        return finish_upload(
            upload_id=pk, person=self.person, at=timezone.now(), may_bind=self.key is None
        )


def _device(key: UUID | None) -> FieldDevice | None:
    """The registered device."""
    return FieldDevice.objects.filter(pk=key).first() if key else None


def _bytes_of(request: HttpRequest) -> bytes:
    """The body as far as it came; where the line broke, the checksum tells."""
    parts: list[bytes] = []
    left = MAX_PIECE + 1
    try:
        while left and (part := request.read(min(left, READ_AT_ONCE))):
            parts.append(part)
            left -= len(part)
    except OSError:
        return b"".join(parts)
    return b"".join(parts)
