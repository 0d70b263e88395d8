"""Photos of tablets: resumed at any byte, checked whole, byte-equal, bound when their place is here."""

import base64
import hashlib
import io
import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from baumkataster.errors import Refused
from baumkataster.models import Photo
from baumkataster.rules.jpeg import is_plain_jpeg
from inspections.models import (
    FieldEntry,
    Finding,
    FindingPhoto,
    Inspection,
    Measure,
    PhotoPiece,
    PhotoUpload,
)
from inspections.services import order_measure
from inspections.sync.outbox_files import read_outbox
from inspections.sync.uploads import (
    OtherPhoto,
    PhotoMeta,
    TooLarge,
    WrongChecksum,
    WrongOffset,
    append_piece,
    create_upload,
    finish_upload,
    received_sha256,
)
from tests import factories as make
from tests.database import field_rows as field

pytestmark = pytest.mark.django_db
TAKEN = datetime(2026, 11, 27, 8, 31, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _reference(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make.load_reference_data()


@pytest.fixture
def arborist():
    return make.make_user("arborist")


@pytest.fixture
def tree():
    return make.make_tree()


def picture(width=320, height=200, form="JPEG", **values) -> bytes:
    """A picture with something to see."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    buffer = io.BytesIO()
    image.save(buffer, form, **values)
    return buffer.getvalue()


def with_exif(**values) -> bytes:
    """A JPEG as a camera writes it: place, time, lying on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0x9003] = "2026:11:20 10:00:00"
    exif.get_ifd(0x8825)[1] = "N"
    return picture(exif=exif.tobytes(), **values)


def meta(tree, content: bytes, **values) -> PhotoMeta:
    """What a tablet says of a photo."""
    defaults = {"id": uuid4(), "tree": getattr(tree, "pk", tree), "taken_at": TAKEN}
    defaults["sha256"] = hashlib.sha256(content).hexdigest()
    return PhotoMeta(**(defaults | values))


def upload(person, what: PhotoMeta, content: bytes, pieces=(), may_bind=True) -> PhotoUpload:
    """Send a photo in pieces that end at these bytes."""
    row = create_upload(person=person, meta=what, length=len(content))
    for end in [*pieces, len(content)]:
        part = content[row.offset : end]
        row = append_piece(
            upload_id=row.pk,
            person=person,
            offset=row.offset,
            content=part,
            checksum=hashlib.sha256(part).digest(),
        )
    return finish_upload(upload_id=row.pk, person=person, at=field.NOW, may_bind=may_bind)


def stored(photo: Photo) -> bytes:
    """The bytes of a photo's file."""
    with photo.file.open("rb") as handle:
        return handle.read()


@pytest.mark.parametrize("pieces", [(), (1,), (1, 2, 3), (4096,), (500, 501, 4000)])
def test_what_the_tablet_made_is_stored_byte_for_byte(arborist, tree, pieces):
    content = picture(1600, 1200)
    what = meta(tree, content, caption="Stammfuß")
    row = upload(arborist, what, content, pieces)
    assert (row.status, row.sentence) == ("received", "")
    photo = Photo.objects.get()
    assert photo.pk == what.id
    assert stored(photo) == content
    assert photo.sha256 == what.sha256 == received_sha256(row)
    assert (photo.tree, photo.uploaded_by, photo.caption) == (tree, arborist, "Stammfuß")
    assert (photo.width, photo.height, photo.taken_at) == (1600, 1200, TAKEN)
    with Image.open(photo.thumbnail) as small:
        assert max(small.size) == 320
    assert not PhotoPiece.objects.exists()


def test_any_byte_is_a_place_to_go_on_from(arborist, tree):
    content = picture(16, 16)
    last = len(content)
    cuts = {*range(1, 12), *range(12, last, 23), *range(last - 11, last)}
    for cut in cuts:
        row = upload(arborist, meta(tree, content), content, (cut,))
        assert row.status == "received"
    assert {photo.sha256 for photo in Photo.objects.all()} == {hashlib.sha256(content).hexdigest()}
    assert Photo.objects.count() == len(cuts)


def test_a_broken_or_misplaced_piece_changes_nothing(arborist, tree):
    content = picture()
    what = meta(tree, content)
    create_upload(person=arborist, meta=what, length=len(content))
    common = {"upload_id": what.id, "person": arborist}
    half = content[:100]
    with pytest.raises(WrongChecksum):  # the line broke inside the piece
        append_piece(offset=0, content=half[:50], checksum=hashlib.sha256(half).digest(), **common)
    append_piece(offset=0, content=half, checksum=hashlib.sha256(half).digest(), **common)
    for offset in (0, 50, 101, 10_000):
        with pytest.raises(WrongOffset):
            append_piece(offset=offset, content=half, checksum=None, **common)
    with pytest.raises(TooLarge):
        append_piece(offset=100, content=content, checksum=None, **common)
    with pytest.raises(TooLarge):
        append_piece(offset=100, content=b"x" * (1024 * 1024 + 1), checksum=None, **common)
    with pytest.raises(PhotoUpload.DoesNotExist):
        append_piece(
            upload_id=what.id,
            person=make.make_user("arborist"),
            offset=100,
            content=b"x",
            checksum=None,
        )
    assert PhotoUpload.objects.get().offset == 100
    row = upload(arborist, what, content)
    assert row.status == "received"
    assert stored(Photo.objects.get()) == content


def test_announcing_again_is_the_same_and_another_photo_is_not(arborist, tree):
    content = picture()
    what = meta(tree, content)
    for _ in range(2):
        upload_row = create_upload(person=arborist, meta=what, length=len(content))
    upload(arborist, what, content)
    upload(arborist, what, content)
    assert Photo.objects.count() == PhotoUpload.objects.count() == 1
    assert upload_row.pk == what.id
    other = picture(10, 10)
    with pytest.raises(OtherPhoto):
        create_upload(person=arborist, meta=meta(tree, other, id=what.id), length=len(other))
    with pytest.raises(OtherPhoto):
        create_upload(person=make.make_user("arborist"), meta=what, length=len(content))
    with pytest.raises(TooLarge):
        create_upload(person=arborist, meta=meta(tree, other), length=15 * 1024 * 1024 + 1)


def test_a_photo_that_comes_changed_is_asked_for_once_more_and_then_kept(arborist, tree):
    content = picture()
    what = meta(tree, content, sha256=hashlib.sha256(b"anderes").hexdigest())
    with pytest.raises(WrongChecksum):
        upload(arborist, what, content)
    row = PhotoUpload.objects.get()
    assert (row.status, row.offset) == ("receiving", 0)
    assert not PhotoPiece.objects.exists()
    # Asking for it meanwhile is no new attempt.
    finish_upload(upload_id=row.pk, person=arborist, at=field.NOW, may_bind=True)
    row = upload(arborist, what, content)
    assert row.status == "unsettled"
    assert "Prüfsumme" in row.sentence
    assert received_sha256(row) == hashlib.sha256(content).hexdigest()
    assert not Photo.objects.exists()
    field.send(arborist, field.inspection(arborist, tree))
    assert not Photo.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"kein Bild", "JPEG"),
        (b"%PDF-1.7 " + b"x" * 200, "JPEG"),
        (picture()[:400], "JPEG"),
        (picture(form="GIF"), "JPEG"),
        (b"\xff\xd8\xff\xe0" + bytes(200), "JPEG"),
    ],
)
@pytest.mark.parametrize("may_bind", [True, False])
def test_what_is_no_photo_is_refused_with_a_reason(arborist, tree, content, words, may_bind):
    row = upload(arborist, meta(tree, content), content, may_bind=may_bind)
    assert row.status == "refused"
    assert words in row.sentence
    assert not PhotoPiece.objects.exists()
    assert not Photo.objects.exists()
    assert default_storage.listdir("") == ([], [])


def test_a_decompression_bomb_is_refused_before_it_is_unpacked(arborist, tree, monkeypatch):
    buffer = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(buffer, "PNG")
    content = buffer.getvalue()
    assert len(content) < 100_000
    row = upload(arborist, meta(tree, content), content)
    assert row.status == "refused"
    assert "Bildpunkte" in row.sentence


@pytest.mark.parametrize(
    ("content", "plain"),
    [
        (picture(), True),
        (picture(progressive=True), True),
        (picture(quality=95, subsampling=0), True),
        (picture(icc_profile=b"x" * 300), True),
        (picture(comment=b"Kim Muster"), False),
        (with_exif(), False),
        (picture() + b"Anhang", False),
        (picture()[:-2], False),
        (picture(form="PNG"), False),
        (b"", False),
        (b"\xff\xd8", False),
        (b"\xff\xd8\xff\xda", False),
    ],
)
def test_only_a_jpeg_without_anything_beside_its_picture_is_plain(content, plain):
    assert is_plain_jpeg(content) is plain


@pytest.mark.parametrize(
    "content",
    [with_exif(), picture(form="PNG"), picture(form="WEBP"), picture(2000, 1000), picture() + b"x"],
)
def test_anything_else_is_encoded_anew_without_what_hides_in_it(arborist, tree, content):
    row = upload(arborist, meta(tree, content), content)
    assert row.status == "received"
    photo = Photo.objects.get()
    kept = stored(photo)
    assert kept != content
    assert is_plain_jpeg(kept)
    assert max(photo.width, photo.height) <= 1600
    # The receipt is of the bytes that the tablet has.
    assert received_sha256(row) == hashlib.sha256(content).hexdigest()


def test_the_camera_counts_when_the_tablet_says_no_time(arborist, tree):
    content = with_exif()
    upload(arborist, meta(tree, content, taken_at=None), content)
    photo = Photo.objects.get()
    assert photo.taken_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert (photo.width, photo.height) == (200, 320)


def test_a_time_to_come_is_the_time_of_receipt(arborist, tree):
    content = picture()
    ahead = datetime(2030, 1, 1, tzinfo=UTC)
    upload(arborist, meta(tree, content, taken_at=ahead), content)
    assert Photo.objects.get().taken_at == field.NOW


def test_photo_before_tree_and_finding(arborist):
    """The tree and its finding come after the photo: nothing is lost, everything is bound."""
    key, place, seen = uuid4(), make.make_place(), field.finding()
    content = picture()
    what = meta(key, content, finding=seen["id"])
    seen["photos"] = [str(what.id)]
    row = upload(arborist, what, content)
    assert row.status == "unsettled"
    assert "Baum" in row.sentence
    assert "gesichert" in row.sentence
    with row.file.open("rb") as handle:
        assert handle.read() == content
    field.send(arborist, field.new_tree(arborist, place, key, make.point(4, 4)))
    row.refresh_from_db()
    assert (row.status, row.photo_id) == ("unsettled", what.id)
    assert "Befund" in row.sentence
    found = field.inspection(arborist, key, {"findings": [seen], "result": "limited"})
    assert field.statuses(field.send(arborist, found)) == ["accepted"]
    row.refresh_from_db()
    assert (row.status, row.sentence) == ("received", "")
    assert stored(Photo.objects.get()) == content
    link = FindingPhoto.objects.get()
    assert (str(link.finding_id), link.photo_id) == (seen["id"], what.id)


def test_photo_after_its_finding_by_upload_or_by_entry(arborist, tree):
    seen = field.finding()
    one, two = picture(), picture(100, 100)
    first, second = meta(tree, one, finding=seen["id"]), None
    text = field.inspection(
        arborist, tree, {"findings": [seen | {"photos": [str(first.id)]}], "result": "limited"}
    )
    second = meta(tree, two, entry=field.id_of(text))
    body = json.loads(text)
    body["body"]["findings"][0]["photos"].append(str(second.id))
    assert field.statuses(field.send(arborist, json.dumps(body))) == ["accepted"]
    for what, content in ((first, one), (second, two), (first, one)):
        assert upload(arborist, what, content).status == "received"
    assert {link.photo_id for link in FindingPhoto.objects.all()} == {first.id, second.id}
    assert str(Finding.objects.get().pk) == seen["id"]


def test_photo_of_a_measure_that_was_done(arborist, tree):
    measure = order_measure(
        by=arborist, day=TAKEN.date(), tree_id=tree.pk, kind="deadwood", urgency="3"
    )
    content = picture()
    what = meta(tree, content, measure=measure.pk)
    assert upload(arborist, what, content).status == "unsettled"
    done = field.entry(
        "measure_done",
        arborist,
        tree,
        {"measure": str(measure.pk), "done_on": "2026-11-27", "done_by": "Kolonne"},
    )
    field.send(arborist, done)
    assert Measure.objects.get().done_photo_id == what.id
    assert PhotoUpload.objects.get().status == "received"


def test_a_photo_of_another_tree_is_never_bound_to_the_finding(arborist, tree):
    seen, other = field.finding(), make.make_tree()
    field.send(
        arborist, field.inspection(arborist, tree, {"findings": [seen], "result": "limited"})
    )
    content = picture()
    row = upload(arborist, meta(other, content, finding=seen["id"]), content)
    assert row.status == "unsettled"
    assert Photo.objects.get().tree == other
    assert not FindingPhoto.objects.exists()


def test_by_key_a_photo_waits_for_its_person(arborist, tree):
    content = picture()
    what = meta(tree, content)
    row = upload(arborist, what, content, may_bind=False)
    assert (row.status, row.photo) == ("received", None)
    assert not Photo.objects.exists()
    field.send(arborist)
    assert stored(Photo.objects.get()) == content
    row.refresh_from_db()
    assert (row.status, row.photo_id, row.file.name) == ("received", what.id, "")


def test_an_outgoing_file_is_read_in_once(arborist, tree):
    supervisor = make.make_user("supervisor")
    other = make.make_user("arborist")
    content, broken = picture(), picture(30, 30)
    seen = field.finding()
    text = field.inspection(arborist, tree, {"findings": [seen], "result": "limited"})
    what = meta(tree, content, finding=seen["id"])
    photo = {
        "id": str(what.id), "tree": str(tree.pk), "person": str(arborist.pk),
        "sha256": what.sha256, "taken_at": "2026-11-27T08:31:00Z", "type": "image/jpeg",
        "caption": "", "finding": seen["id"],
    }  # fmt: skip
    data = {
        "format": "baumkataster-ausgang",
        "version": 1,
        "device": str(uuid4()),
        "person": str(arborist.pk),
        "entries": [text, "{", field.inspection(other, tree)],
        "photos": [
            {"meta": photo, "base64": base64.b64encode(content).decode()},
            {"meta": photo | {"id": str(uuid4())}, "base64": base64.b64encode(broken).decode()},
            {"meta": photo | {"person": str(uuid4())}, "base64": ""},
            {"meta": photo, "base64": "%%%"},
            "Unsinn",
        ],
    }
    content_of_file = json.dumps(data).encode()
    for known in (0, 3):
        report = read_outbox(by=supervisor, content=content_of_file, received_at=field.NOW)
        assert field.statuses(report.entries) == ["accepted", "unsettled", "accepted"]
        assert (report.count("accepted"), report.count("known")) == (2, known)
        assert [each.status for each in report.photos] == ["received", *["refused"] * 4]
        assert all(each.sentence for each in report.photos[1:])
    row = Inspection.objects.get(inspected_by=arborist)
    assert row.recorded_by == supervisor
    assert FieldEntry.objects.get(entry_id=row.pk).via == "file"
    assert Inspection.objects.count() == 2
    assert stored(Photo.objects.get()) == content
    assert FindingPhoto.objects.count() == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"format": "x"}',
        b'{"format": "baumkataster-ausgang", "version": 2}',
        b'{"format": "baumkataster-ausgang", "version": 1, "entries": {}}',
        b'{"format": "baumkataster-ausgang", "version": 1, "entries": [1]}',
    ],
)
def test_other_files_are_refused_with_a_reason(content):
    with pytest.raises(Refused):
        read_outbox(by=make.make_user("supervisor"), content=content, received_at=field.NOW)
    assert not FieldEntry.objects.exists()
