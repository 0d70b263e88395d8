"""What belongs to others: every address with a key of somebody else's is a 404, and nothing changes.

The table of roles and doors (interfaces/test_matrix.py) says who may open an address at all; here
the door is open, and the row behind it is not theirs.
"""

import io
import json
import math
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from baumkataster.models import ApplicationPassword, Photo, Tree, User
from baumkataster.services.people import create_application_password
from baumkataster.services.photos import add_photo
from inspections.models import Inspection, Measure, Tour
from inspections.services import order_measure
from inspections.services.tours import plan_tour
from tests.factories import (
    load_reference_data,
    make_city,
    make_identity,
    make_tree,
    make_user,
    record,
    replan_all,
)
from tests.interfaces.api_client import lonlat
from tests.mvt import read

pytestmark = pytest.mark.django_db


@dataclass
class Street:
    """Two firms with a tree each, and people of the office who did something."""

    mine: Tree
    other: Tree
    firm: User
    rival: User
    measure: Measure
    inspection: Inspection
    photo: Photo
    arborist: User
    colleague: User
    tour: Tour


def client_of(user: User) -> Client:
    """Signed in."""
    client = Client()
    client.force_login(user)
    return client


def jpeg() -> SimpleUploadedFile:
    """A small picture."""
    content = io.BytesIO()
    Image.new("RGB", (60, 40), (10, 90, 30)).save(content, "JPEG")
    return SimpleUploadedFile("baum.jpg", content.getvalue(), "image/jpeg")


@pytest.fixture
def street(settings: Any, tmp_path: Any) -> Street:
    settings.MEDIA_ROOT = tmp_path
    load_reference_data()
    make_city()
    day = timezone.localdate()
    mine, other = make_tree(), make_tree()
    firm, rival = make_user("contractor"), make_user("contractor")
    arborist, colleague = make_user("arborist"), make_user("arborist")
    for person in (arborist, colleague):
        make_identity(person)
    inspection = record(other, arborist).inspection
    replan_all(day)
    order = {"by": arborist, "day": day, "kind": "deadwood", "urgency": "3"}
    order_measure(tree_id=mine.pk, contractor_id=firm.pk, **order)
    measure = order_measure(tree_id=other.pk, contractor_id=rival.pk, **order)
    photo = add_photo(by=arborist, tree=other, upload=jpeg(), received_at=timezone.now())
    tour = plan_tour(by=colleague, name="Tour", tree_ids=[other.pk], assignee=colleague)
    return Street(mine, other, firm, rival, measure, inspection, photo, arborist, colleague, tour)


def reads(street: Street) -> list[str]:
    """Addresses of one row that a firm may open for its own trees."""
    other = street.other
    return [
        f"/api/v1/trees/{other.pk}/", f"/api/v1/trees/{other.pk}/card/",
        f"/api/v1/measures/{street.measure.pk}/", f"/api/v1/sites/{other.site_id}/",
        f"/api/v1/places/{other.site.place_id}/", f"/fotos/{street.photo.pk}/",
        f"/fotos/{street.photo.pk}/vorschau/",
    ]  # fmt: skip


def test_a_firm_reads_nothing_of_another_firms_tree(street: Street) -> None:
    client = client_of(street.firm)
    for address in reads(street):
        assert client.get(address).status_code == 404, address
    own = street.mine
    assert client.get(f"/api/v1/trees/{own.pk}/card/").status_code == 200
    words = (str(street.other.pk), str(street.measure.pk), str(street.photo.pk))
    lists = [
        "trees/", "measures/", "sites/", "places/", "photos/", f"photos/?tree={street.other.pk}",
        f"measures/?tree={street.other.pk}", f"search/?q={street.other.site.number}",
    ]  # fmt: skip
    for path in lists:
        text = client.get(f"/api/v1/{path}").content.decode()
        assert not [word for word in words if word in text], path


def test_a_firms_map_shows_its_own_trees_only(street: Street) -> None:
    lon, lat = lonlat(street.other.geom)["coordinates"]
    tile = client_of(street.firm).get(tile_address(lon, lat)).content
    seen = {feature.properties["id"] for feature in read(tile).get("trees", [])}
    assert seen <= {str(street.mine.pk)}
    office = client_of(street.arborist).get(tile_address(lon, lat)).content
    assert str(street.other.pk) in {f.properties["id"] for f in read(office)["trees"]}


def tile_address(lon: float, lat: float) -> str:
    """The tile of zoom 16 around a point (textbook formula)."""
    n = 2**16
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n
    return f"/tiles/trees/16/{int((lon + 180) / 360 * n)}/{int(y)}.mvt"


def test_a_firm_changes_nothing_of_another_firm(street: Street) -> None:
    client = client_of(street.firm)
    day = str(timezone.localdate())
    done = {"done_on": day, "done_by": "x", "note": "", "photo": None}
    before = Measure.objects.filter(pk=street.measure.pk).values().get()
    answer = client.post(
        f"/api/v1/measures/{street.measure.pk}/complete/",
        json.dumps(done),
        "application/json",
        headers={"If-Match": '"1"'},
    )
    assert answer.status_code == 404
    photo = client.post("/api/v1/photos/", {"tree": str(street.other.pk), "file": jpeg()})
    assert photo.status_code in (400, 404)
    # A photo of somebody else as proof of one's own work.
    own = Measure.objects.get(tree=street.mine)
    proof = client.post(
        f"/api/v1/measures/{own.pk}/complete/",
        json.dumps(done | {"photo": str(street.photo.pk)}),
        "application/json",
        headers={"If-Match": f'"{own.version}"'},
    )
    assert proof.status_code in (400, 404)
    assert Measure.objects.filter(pk=street.measure.pk).values().get() == before
    assert Photo.objects.count() == 1


def test_nobody_revokes_or_sees_another_persons_password(street: Street) -> None:
    password, _secret = made_password(street.colleague)
    client = client_of(street.arborist)
    answer = client.post(f"/accounts/anwendungspasswoerter/{password.pk}/widerrufen/")
    assert answer.status_code in (302, 403, 404)  # back to the list, with a refusal in words
    password.refresh_from_db()
    assert password.revoked_at is None
    page = client.get("/accounts/anwendungspasswoerter/").content.decode()
    assert str(password.pk) not in page and password.name not in page


def made_password(user: User) -> tuple[ApplicationPassword, str]:
    """An application password with a name of its own."""
    return create_application_password(by=user, name="QGIS der Kollegin")


def test_nobody_changes_another_arborists_tour(street: Street) -> None:
    client = client_of(street.arborist)
    address = f"/touren/{street.tour.pk}/"
    assert client.get(address).status_code == 404
    assert client.post(address, {"name": "meine"}).status_code == 404
    assert client.post(f"{address}abschliessen/").status_code == 404
    street.tour.refresh_from_db()
    assert street.tour.name == "Tour" and street.tour.closed_at is None
    assert client_of(street.colleague).get(address).status_code == 200


def test_a_correction_names_an_inspection_of_the_same_tree(street: Street) -> None:
    """A body may name foreign rows as well as an address does."""
    body = {
        "id": str(uuid4()), "tree": str(street.mine.pk), "kind": "regular", "vitality": "1",
        "inspected_at": timezone.now().isoformat(), "leaf_state": "leafy", "limits": [],
        "condition": "sound", "phase": "mature", "result": "safe", "note": "", "weather": "",
        "set_months": None, "interval_reason": "", "findings": [], "measures": [],
        "corrects": str(street.inspection.pk), "correction_reason": "x", "also_regular": False,
    }  # fmt: skip
    answer = client_of(street.arborist).post(
        "/api/v1/inspections/", json.dumps(body), "application/json"
    )
    assert answer.status_code in (400, 404), answer.content
    assert Inspection.objects.count() == 1
