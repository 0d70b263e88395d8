"""Photos in an S3-compatible bucket: a real server on loopback, private, behind our door, and down."""

import io
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from moto.server import ThreadedMotoServer
from PIL import Image

from baumkataster.files import StorageDown
from baumkataster.models import Photo
from inspections.models import PhotoPiece, PhotoUpload
from tests.factories import load_reference_data, make_city, make_tree, make_user
from tests.interfaces.test_field_api import announce, metadata, patch
from tests.server import free_port

pytestmark = pytest.mark.django_db
BUCKET = "baumfotos"
KEYS = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    boto3.client("s3", endpoint_url=address, **KEYS).create_bucket(Bucket=BUCKET)
    yield address
    server.stop()


def storage(address: str) -> dict[str, Any]:
    options = {
        "bucket_name": BUCKET,
        "endpoint_url": address,
        "access_key": "a",
        "secret_key": "b",
        "region_name": "us-east-1",
        "file_overwrite": False,
        "default_acl": None,
        "client_config": Config(
            connect_timeout=1, retries={"max_attempts": 0}, s3={"addressing_style": "path"}
        ),
    }
    return {"BACKEND": "baumkataster.files.Bucket", "OPTIONS": options}


@pytest.fixture(autouse=True)
def city(settings: Any, s3: str) -> None:
    cache.clear()
    settings.STORAGES = settings.STORAGES | {"default": storage(s3)}
    load_reference_data()
    make_city()


def take_away(settings: Any) -> None:
    """The bucket's server does not answer any more."""
    away = storage(f"http://127.0.0.1:{free_port()}")
    settings.STORAGES = settings.STORAGES | {"default": away}


def jpeg(side: int = 400) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), "green").save(buffer, "JPEG")
    return buffer.getvalue()


def uploaded(client: Client, tree: Any) -> Any:
    file = ContentFile(jpeg(), name="a.jpg")
    return client.post("/api/v1/photos/", {"tree": str(tree.pk), "file": file})


def test_a_photo_goes_into_the_bucket_and_comes_out_at_our_door_only(s3: str) -> None:
    tree, client = make_tree(), Client()
    client.force_login(make_user("arborist"))
    assert uploaded(client, tree).status_code == 201
    photo = Photo.objects.get()
    names = [
        o["Key"]
        for o in boto3.client("s3", endpoint_url=s3, **KEYS).list_objects_v2(Bucket=BUCKET)[
            "Contents"
        ]
    ]
    assert {photo.file.name, photo.thumbnail.name} <= set(names)
    for size in ("", "vorschau/"):
        answer = client.get(f"/fotos/{photo.pk}/{size}")
        body = b"".join(answer.streaming_content)
        assert answer.status_code == 200 and body[:2] == b"\xff\xd8"
        assert Client().get(f"/fotos/{photo.pk}/{size}").status_code == 302
    with pytest.raises(ValueError, match="no address"):
        _ = photo.file.url
    grants = boto3.client("s3", endpoint_url=s3, **KEYS).get_object_acl(
        Bucket=BUCKET, Key=photo.file.name
    )["Grants"]
    assert all("URI" not in grant["Grantee"] for grant in grants)


def test_a_lost_file_is_not_found(s3: str) -> None:
    tree, client = make_tree(), Client()
    client.force_login(make_user("arborist"))
    uploaded(client, tree)
    photo = Photo.objects.get()
    default_storage.delete(photo.file.name)
    assert client.get(f"/fotos/{photo.pk}/").status_code == 404


def test_while_the_bucket_is_down_pages_say_so(settings: Any) -> None:
    tree, client = make_tree(), Client()
    client.force_login(make_user("arborist"))
    uploaded(client, tree)
    photo = Photo.objects.get()
    take_away(settings)
    with pytest.raises(StorageDown):
        default_storage.exists("x")
    answer = client.get(f"/fotos/{photo.pk}/")
    assert answer.status_code == 503 and "nichts verloren" in answer.content.decode()
    api = uploaded(client, tree)
    assert api.status_code == 503 and "nichts verloren" in api.json()["detail"]
    assert api["Retry-After"] == "30" and Photo.objects.count() == 1


def test_a_tablets_photo_waits_until_the_bucket_is_back(settings: Any, s3: str) -> None:
    person, tree, api = make_user("arborist"), make_tree(), Client()
    api.force_login(person)
    content = jpeg()
    begun = announce(api, metadata(person, tree, content), len(content))
    take_away(settings)
    where = begun["Location"]
    answer = patch(api, where, 0, content)
    assert answer.status_code == 503 and answer["Retry-After"] == "30"
    kept = b"".join(bytes(piece.bytes) for piece in PhotoPiece.objects.order_by("offset"))
    assert kept == content and not Photo.objects.exists()
    settings.STORAGES = settings.STORAGES | {"default": storage(s3)}
    head = api.head(where, headers={"Tus-Resumable": "1.0.0"})
    assert head.status_code == 200 and head["Upload-Offset"] == str(len(content))
    assert PhotoUpload.objects.get().photo == Photo.objects.get()
    assert not PhotoPiece.objects.exists()
