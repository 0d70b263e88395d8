"""Who gets in at /wfs, and that no filter, sort or property name can probe a hidden column."""

import base64

import pytest
from django.core.cache import cache
from django.test import Client

from baumkataster.api.authentication import hash_secret
from baumkataster.models import ApplicationPassword, Tree
from geodata.fields import CONTROL, PUBLIC
from geodata.models import ControlTree
from tests.factories import load_reference_data, make_city, make_tree, make_user
from tests.interfaces.wfs_client import Refused, WfsClient, body, like, literal
from tests.kept_rows import kept_rows  # noqa: F401

pytestmark = pytest.mark.django_db
SECRET = "GEHEIM-4711"
RELATIONS = {"site__remarks", "site/remarks", "control_plan", "pk__x", "inspections", "measures"}
COLUMNS = {column.name for column in CONTROL} | {field.name for field in Tree._meta.fields}
HIDDEN = sorted((COLUMNS | RELATIONS) - {column.name for column in PUBLIC} - {"geom"})


@pytest.fixture(scope="module")
def trees(kept_rows: None) -> None:  # noqa: F811
    """One tree that everybody may see, and one that is hidden."""
    load_reference_data()
    make_city(public_wfs=True)
    make_tree(number="1", remarks=SECRET, tag=SECRET, owner=SECRET, species_as_given=SECRET)
    make_tree(number="2", duty="none", duty_reason="privat")


@pytest.fixture(autouse=True)
def _nobody_is_known_yet(trees: None) -> None:
    cache.clear()


def test_closed_by_default() -> None:
    make_city(public_wfs=False)
    answer = WfsClient().get(REQUEST="GetCapabilities")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Basic")
    for role, status in {"arborist": 403, "contractor": 403, "planner": 200}.items():
        client = Client()
        client.force_login(make_user(role))
        assert WfsClient(client).get(REQUEST="GetCapabilities").status_code == status


def test_strangers_get_public_columns_of_public_trees() -> None:
    (row,) = WfsClient().rows()
    assert set(row) == {column.name for column in PUBLIC}
    assert row["baumnummer"] == "1"


@pytest.mark.parametrize("output", ["geojson", "csv", "application/gml+xml; version=3.2"])
def test_nothing_hidden_leaves_in_any_format(output: str) -> None:
    query = {"REQUEST": "GetFeature", "TYPENAMES": "baeume", "OUTPUTFORMAT": output}
    content = body(WfsClient().get(**query)).decode()
    assert "Winter-Linde" in content
    assert SECRET not in content
    assert not any(
        f"{column.name}>" in content or f'"{column.name}"' in content for column in CONTROL
    )


@pytest.mark.parametrize("name", HIDDEN)
def test_hidden_columns_cannot_be_probed(name: str) -> None:
    wfs = WfsClient()
    conditions = [
        literal("PropertyIsEqualTo", name, SECRET),
        literal("PropertyIsEqualTo", name, SECRET, 'matchCase="false"'),
        like(name, "*", 'matchCase="false"'),
        f"<fes:PropertyIsNull><fes:ValueReference>{name}</fes:ValueReference></fes:PropertyIsNull>",
        "<fes:PropertyIsEqualTo><fes:ValueReference>baumnummer</fes:ValueReference>"
        f"<fes:ValueReference>{name}</fes:ValueReference></fes:PropertyIsEqualTo>",
        "<fes:PropertyIsEqualTo><fes:Function name='strToUpperCase'><fes:ValueReference>"
        f"{name}</fes:ValueReference></fes:Function><fes:Literal>X</fes:Literal>"
        "</fes:PropertyIsEqualTo>",
    ]
    questions = [{"where": where} for where in conditions]
    questions += [{"SORTBY": name}, {"PROPERTYNAME": name}, {"PROPERTYNAME": f"baumnummer,{name}"}]
    for question in questions:
        with pytest.raises(Refused, match="400") as refusal:
            wfs.rows(**question)
        assert SECRET not in str(refusal.value)
    answer = wfs.get(REQUEST="GetPropertyValue", TYPENAMES="baeume", VALUEREFERENCE=name)
    assert answer.status_code == 400


def test_the_hidden_tree_cannot_be_asked_for_by_its_key() -> None:
    hidden = Tree.objects.get(site__number="2")
    assert WfsClient().rows(RESOURCEID=f"baeume.{hidden.pk}") == []
    with pytest.raises(Refused, match="40"):
        WfsClient().rows(RESOURCEID=f"baeume_kontrolle.{hidden.pk}", TYPENAMES="")


def test_planners_see_due_dates_of_all_trees() -> None:
    client = Client()
    client.force_login(make_user("planner"))
    assert len(WfsClient(client).rows()) == 1
    rows = WfsClient(client, "baeume_kontrolle").rows()
    assert {row["baumnummer"] for row in rows} == {"1", "2"}
    assert set(rows[0]) == {column.name for column in (*PUBLIC, *CONTROL)}
    assert ControlTree._default_manager.count() == 2


@pytest.mark.parametrize("role", ["arborist", "contractor"])
def test_other_roles_see_what_everybody_sees(role: str) -> None:
    client = Client()
    client.force_login(make_user(role))
    assert len(WfsClient(client).rows()) == 1
    with pytest.raises(Refused, match="doesn't exist"):
        WfsClient(client, "baeume_kontrolle").rows()


def test_qgis_signs_in_with_an_application_password() -> None:
    planner = make_user("planner")
    ApplicationPassword.objects.create(user=planner, name="QGIS", secret_hash=hash_secret("abc"))
    token = base64.b64encode(f"{planner.username}:abc".encode()).decode()
    program = Client(headers={"Authorization": f"Basic {token}"})
    assert len(WfsClient(program, "baeume_kontrolle").rows()) == 2
    wrong = base64.b64encode(f"{planner.username}:falsch".encode()).decode()
    refused = Client(headers={"Authorization": f"Basic {wrong}"})
    assert WfsClient(refused).get(REQUEST="GetCapabilities").status_code == 401


def test_a_person_with_a_browser_finds_the_capabilities() -> None:
    answer = Client().get("/wfs")
    assert answer["Location"] == "/wfs?SERVICE=WFS&REQUEST=GetCapabilities"
