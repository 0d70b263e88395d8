"""Hostile input at every API address: seeded, so that a failure comes back; never a crash."""

import copy
import json
import random
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from baumkataster.models import Tree
from inspections.models import MeasureKind, Symptom, Urgency
from inspections.services import order_measure
from tests.factories import (
    load_reference_data,
    make_city,
    make_identity,
    make_tree,
    make_user,
    replan_all,
)
from tests.interfaces.api_client import lonlat
from tests.interfaces.nasty import NASTY, PAGES, PARAMETERS, READS

pytestmark = pytest.mark.django_db

SEED = 20261123
ROUNDS_PER_BODY = 40
ROUNDS_PER_ADDRESS = 8


class RolledBack(Exception):
    """Leaves no trace of one request."""


class World:
    """One tree and one measure, and a client of somebody who may do everything."""

    def __init__(self) -> None:
        admin = make_user("administrator")
        make_identity(admin)
        self.tree: Tree = make_tree()
        self.today = timezone.localdate()
        self.measure = order_measure(
            by=admin,
            day=self.today,
            tree_id=self.tree.pk,
            kind=MeasureKind.objects.filter(active=True).first().pk,
            urgency=Urgency.objects.filter(immediate=False).first().pk,
        )
        replan_all(self.today)
        self.client = Client(raise_request_exception=False)
        self.client.force_login(admin)

    def ask(self, method: str, address: str, *args: Any, **kwargs: Any) -> Any:
        """One request whose traces are rolled back, so that a thousand fit one test."""
        answer = None
        try:
            with transaction.atomic():
                answer = getattr(self.client, method)(address, *args, **kwargs)
                if answer.streaming:
                    b"".join(answer.streaming_content)
                raise RolledBack
        except RolledBack:
            return answer

    def bodies(self) -> dict[str, tuple[str, dict[str, Any], int | None]]:
        """A good body for each address that writes: method, body, version."""
        tree, point, day = f"trees/{self.tree.pk}", lonlat(self.tree.geom), str(self.today)
        measure = f"measures/{self.measure.pk}"
        symptom = Symptom.objects.filter(active=True).first()
        order = {"kind": self.measure.kind_id, "urgency": self.measure.urgency_id, "note": ""}
        finding = {"zone": symptom.zone_id, "symptom": symptom.pk, "severity": 1, "note": ""}
        inspection = {
            "id": str(uuid4()), "tree": str(self.tree.pk), "kind": "regular", "vitality": "1",
            "inspected_at": timezone.now().isoformat(), "leaf_state": "leafy", "limits": [],
            "condition": "sound", "phase": "mature", "result": "safe", "note": "", "weather": "",
            "set_months": None, "interval_reason": "", "findings": [finding | {"id": str(uuid4())}],
            "measures": [order], "corrects": None, "correction_reason": "", "also_regular": False,
        }  # fmt: skip
        data = {
            "number": "9", "house_number": "", "open_soil_m2": 4, "species": None, "status": "standing",
            "planted_on": None, "planted_year": 1990, "height_m": 12.5, "girth_cm": 80,
            "girth_height_cm": 100, "stems": [], "phase": "mature", "expectation": "", "unit": None,
            "duty": "city", "duty_reason": "", "protection": [], "remarks": "", "tag": "",
        }  # fmt: skip
        return {
            f"{tree}/": ("patch", data, self.tree.version),
            "trees/": ("post", data | {"geom": point, "place": str(self.tree.site.place_id)}, None),
            f"{tree}/move/": ("post", {"geom": point, "accuracy_m": 1, "source": "map"}, 1),
            f"{tree}/fell/": ("post", {"felled_on": day, "reason": "x", "stump": True}, 1),
            f"{tree}/vanish/": ("post", {"on": day, "reason": "x"}, 1),
            f"{tree}/replace/": ("post", {"species": None, "planted_on": day, "geom": point}, 1),
            f"{tree}/care/": (
                "post", {"id": str(uuid4()), "kind": "x", "done_on": day, "done_by": "x"}, None,
            ),
            "inspections/": ("post", inspection, None),
            "inspections/proposal/": (
                "post", {"tree": str(self.tree.pk), "phase": "", "condition": ""}, None,
            ),
            "measures/": ("post", order | {"tree": str(self.tree.pk), "contractor": None}, None),
            f"{measure}/complete/": (
                "post", {"done_on": day, "done_by": "x", "note": "", "photo": None}, 1,
            ),
            f"{measure}/cancel/": ("post", {"reason": "x"}, 1),
            f"{measure}/replace/": ("post", order | {"reason": "x"}, 1),
            f"places/{self.tree.site.place_id}/": ("patch", {"expectation": "higher"}, 1),
        }  # fmt: skip


@pytest.fixture
def world(settings: Any, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    load_reference_data()
    make_city()
    return World()


def spoilt(body: Any, dice: random.Random) -> Any:
    """The body with one or two places, however deep, replaced by something nasty."""
    body = json.loads(json.dumps(body))
    for _again in range(dice.choice((1, 1, 2))):
        inner = body
        while True:
            key = dice.choice(list(inner) if isinstance(inner, dict) else range(len(inner)))
            if isinstance(inner[key], dict | list) and inner[key] and dice.random() < 0.7:
                inner = inner[key]
                continue
            inner[key] = copy.deepcopy(dice.choice(NASTY))
            break
    return body


def crash(answer: Any) -> bool:
    """Whether the server broke instead of answering."""
    return answer.status_code >= 500


def test_good_bodies_are_good(world: World) -> None:
    """Else the fuzzer below would test nothing but the first check."""
    wanted = ("trees/", "inspections/", "measures/", "move/", "fell/", "complete/", "cancel/")
    for path, (method, body, version) in world.bodies().items():
        if path.endswith(wanted):
            headers = {"If-Match": f'"{version}"'} if version else {}
            answer = world.ask(
                method, f"/api/v1/{path}", json.dumps(body), "application/json", headers=headers
            )
            assert answer.status_code in (200, 201), (path, answer.content)


def test_no_body_breaks_an_address_that_writes(world: World) -> None:
    dice, broken = random.Random(SEED), []
    for path, (method, body, version) in world.bodies().items():
        headers = {"If-Match": f'"{version}"'} if version else {}
        for _round in range(ROUNDS_PER_BODY):
            text = json.dumps(spoilt(body, dice))
            answer = world.ask(method, f"/api/v1/{path}", text, "application/json", headers=headers)
            if crash(answer):
                broken.append((path, text[:300]))
            elif answer.status_code == 400:
                assert answer.json()["errors"], (path, text[:300])
    assert not broken, broken[:12]


#: Bodies that are no JSON object at all, by content type.
BODIES = (
    ("application/json", b""), ("application/json", b"{"), ("application/json", b"\xff\xfe"),
    ("application/json", b"[]"), ("application/json", b"null"), ("application/json", b'"x"'),
    ("application/json", b"[" * 100_000), ("application/json", b'{"a":' * 50_000),
    ("application/json", b"1" * 10_000),
    ("application/json", b'{"note":"' + b"x" * 10_000_000 + b'"}'), ("text/xml", b"<a/>"),
    ("multipart/form-data", b"x"), ("multipart/form-data; boundary=x", b"--x\r\n\r\n"),
    ("application/x-www-form-urlencoded", b"a=%00&b=%ff"), ("", b"{}"), ("x/y; q=\0", b"{}"),
)  # fmt: skip


@pytest.mark.parametrize("number", range(len(BODIES)))
def test_no_shape_of_body_breaks_an_address(world: World, number: int) -> None:
    kind, content = BODIES[number]
    paths = {path: method for path, (method, _body, _version) in world.bodies().items()}
    for path, method in {**paths, "photos/": "post"}.items():
        headers = {"If-Match": '"1"'}
        answer = world.ask(method, f"/api/v1/{path}", content, kind, headers=headers)
        assert not crash(answer), (path, kind, content[:40])
        assert answer.content, path


@pytest.mark.parametrize("version", ["x", '"', "-1", "9" * 400, "*", '"1", "2"', "\u0661", "W/"])
def test_no_if_match_breaks_an_address(world: World, version: str) -> None:
    for path, (method, body, _version) in world.bodies().items():
        answer = world.ask(
            method,
            f"/api/v1/{path}",
            json.dumps(body),
            "application/json",
            HTTP_IF_MATCH=version,
        )
        assert not crash(answer), path


def test_no_parameter_breaks_an_address(world: World) -> None:
    dice, broken = random.Random(SEED), []
    texts = [value for value in NASTY if isinstance(value, str) and len(value) < 10_000]
    texts += ["8.1,53.1,8.3,53.2", "nan,nan,nan,nan", "1e999,0,1,1", "-180,-90,180,90", "1" * 300]
    texts += ["-1", "99999999999999999999", "overdue", "json", "api", "xml"]
    addresses = [f"/api/v1/{path.format(tree=world.tree.pk)}" for path in READS] + list(PAGES)
    for address in addresses:
        for _round in range(ROUNDS_PER_ADDRESS):
            names = dice.sample(PARAMETERS, dice.choice((1, 2, 3)))
            pairs = [(name, dice.choice(texts)) for name in names]
            if "wfs" in address:
                pairs = [("SERVICE", "WFS"), ("REQUEST", "GetFeature"), *pairs]
            query = urlencode(pairs, errors="surrogatepass")
            if crash(world.ask("get", f"{address}?{query}")):
                broken.append(f"{address}?{query}"[:300])
    for address in addresses:
        for text in ("\0", "9999-12-31", "0001-01-01", "99999999999999999999"):
            name = dice.choice(PARAMETERS)
            if crash(world.ask("get", f"{address}?{urlencode([(name, text)])}")):
                broken.append(f"{address}?{name}={text}"[:300])
    assert not broken, broken[:12]
