"""/feld/: the frame that shared tablets keep, the worker with everything it needs, and the manifest."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client
from PIL import Image

from baumkataster.models import BaseMap
from geodata.web import field_app, field_files
from tests.factories import make_city, make_user

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(autouse=True)
def looked_up_anew() -> Iterator[None]:
    """Addresses are kept for the life of a server; each test has its own storage."""
    field_files._kept_look.cache_clear()
    yield
    field_files._kept_look.cache_clear()


@pytest.fixture
def client() -> Client:
    make_city(name="Musterstadt")
    client = Client()
    client.force_login(make_user("arborist", first_name="Erika", last_name="Beispielfrau"))
    return client


def shell(answer: Any) -> dict[str, Any]:
    """What stands above the worker's own text."""
    first = answer.content.decode().split("\n", 1)[0]
    found = re.fullmatch(r"const SHELL = (.*);", first)
    assert found
    values: dict[str, Any] = json.loads(found[1])
    return values


def config(html: str) -> dict[str, Any]:
    found = re.search(r'<script id="field-config" type="application/json">(.*?)</script>', html)
    assert found
    values: dict[str, Any] = json.loads(found[1])
    return values


def without_nonce(html: str) -> str:
    return re.sub(r'nonce="[^"]*"', "", html)


@pytest.mark.parametrize(
    ("accepts", "address"), [("de", "/feld/de/"), ("en-GB,en", "/feld/en/"), ("fr", "/feld/de/")]
)
def test_the_app_starts_in_the_readers_language(client: Client, accepts: str, address: str) -> None:
    answer = client.get("/feld/", headers={"accept-language": accepts})
    assert answer["Location"] == address


def test_only_the_first_load_needs_somebody_who_is_signed_in(client: Client) -> None:
    stranger = Client()
    for path in ("/feld/", "/feld/de/"):
        assert stranger.get(path)["Location"] == f"/accounts/login/?next={path}"
    for path in ("/feld/sw.js", "/feld/manifest.webmanifest"):
        assert stranger.get(path).status_code == 200
    firm = Client()
    firm.force_login(make_user("contractor"))
    assert firm.get("/feld/de/").status_code == 403
    assert client.get("/feld/fr/").status_code == 404


def test_the_kept_page_says_nothing_about_who_loaded_it(client: Client) -> None:
    other = Client()
    other.force_login(make_user("administrator", first_name="Anton", last_name="Anders"))
    first = client.get("/feld/de/").content.decode()
    assert without_nonce(first) == without_nonce(other.get("/feld/de/").content.decode())
    assert not [word for word in ("Beispielfrau", "csrfmiddlewaretoken") if word in first]


@pytest.mark.parametrize("language", ["de", "en"])
def test_each_language_has_its_page(client: Client, language: str) -> None:
    answer = client.get(f"/feld/{language}/", headers={"accept-language": "de"})
    html = answer.content.decode()
    assert f'<html lang="{language}">' in html
    assert config(html)["language"] == language
    words = json.loads(re.search(r'<script id="words"[^>]*>(.*?)</script>', html)[1])  # type: ignore[index]
    assert words["language"] == language and bool(words["words"]) is (language == "en")


def test_the_page_knows_the_city_and_where_to_ask(client: Client) -> None:
    BaseMap.objects.create(name="Luftbild", kind="xyz", url="https://x.example/{z}/{x}/{y}")
    html = client.get("/feld/de/").content.decode()
    values = config(html)
    assert [row["name"] for row in values["basemaps"]] == ["Luftbild", "ohne"]
    assert values["city"] == {"name": "Musterstadt", "is_demo": False}
    assert values["schema"] == field_app.OUTBOX_SCHEMA
    assert values["addresses"]["entries"] == "/api/v1/field/entries/"
    assert json.loads(re.search(r'<script id="states"[^>]*>(.*?)</script>', html)[1])["states"]  # type: ignore[index]
    assert '<div id="field"></div>' in html and "baum-header" not in html
    assert '<script type="module" src="/static/js/pages/field.js"></script>' in html


def test_headers_let_the_app_keep_tiles_and_nobody_else_keep_the_page(
    client: Client, settings: Any
) -> None:
    answer = client.get("/feld/de/")
    rules = {
        words[0]: words[1:]
        for rule in answer["Content-Security-Policy"].split(";")
        if (words := rule.split())
    }
    assert rules["connect-src"] == ["'self'", *settings.BASE_MAP_HOSTS]
    assert rules["worker-src"] == rules["manifest-src"] == ["'self'"]
    assert "'unsafe-eval'" not in rules["script-src"]
    assert "'wasm-unsafe-eval'" not in rules["script-src"]
    nonce = re.search(r'<script type="importmap" nonce="([^"]+)"', answer.content.decode())
    assert nonce and f"'nonce-{nonce[1]}'" in rules["script-src"]
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer.cookies["csrftoken"].value


def test_the_worker_knows_its_build_and_its_pages(client: Client) -> None:
    answer = Client().get("/feld/sw.js")
    values = shell(answer)
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cache-Control"] == "no-cache"
    assert (values["schema"], values["reads"]) == (field_app.OUTBOX_SCHEMA, list(field_app.READS))
    assert field_app.OUTBOX_SCHEMA in field_app.READS
    assert values["pages"] == ["/feld/de/", "/feld/en/"]
    assert values["build"] == config(client.get("/feld/en/").content.decode())["build"]
    worker = (ROOT / "static/js/service_worker.js").read_text(encoding="utf-8")
    assert answer.content.decode().split("\n", 1)[1] == worker


def test_a_build_changes_with_what_the_pages_say() -> None:
    make_city(name="Musterstadt")
    before = shell(Client().get("/feld/sw.js"))["build"]
    assert shell(Client().get("/feld/sw.js"))["build"] == before
    make_city(name="Neustadt")
    assert shell(Client().get("/feld/sw.js"))["build"] != before


def test_a_build_changes_with_a_byte_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(field_files, "STATIC", tmp_path)
    monkeypatch.setattr(field_files, "names", lambda: ["a.css"])
    (tmp_path / "js").mkdir()
    (tmp_path / field_files.WORKER).write_text("1")
    seen = set()
    for content in ("a", "b", "a"):
        (tmp_path / "a.css").write_text(content)
        seen.add(field_files._look()[1])
    (tmp_path / field_files.WORKER).write_text("2")
    assert len({*seen, field_files._look()[1]}) == 3


def test_the_server_and_the_tablet_agree_on_the_form_of_what_is_kept() -> None:
    text = (ROOT / "static/js/io/field/database.js").read_text(encoding="utf-8")
    found = re.search(r"export const SCHEMA = (\d+);", text)
    assert found and int(found[1]) == field_app.OUTBOX_SCHEMA


def test_everything_that_a_module_names_is_kept() -> None:
    kept = set(field_files.names())
    for path in (name for name in kept if name.startswith("js/")):
        text = (ROOT / "static" / path).read_text(encoding="utf-8")
        named = re.findall(r'"baum/([\w/.]+\.js)"', text)
        assert not {f"js/{name}" for name in named} - kept, path
    assert {"js/pages/field.js", "vendor/leaflet/leaflet-src.esm.js"} <= kept
    assert "vendor/kern/fonts/FiraSans-Regular.woff2" in kept
    assert not [name for name in kept if finders.find(name) is None]


def test_modules_are_found_however_they_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "js/pages").mkdir(parents=True)
    (tmp_path / "js/pages/field.js").write_text(
        'import {\n  a,\n} from "baum/a.js";\nimport "baum/b.js";\nawait import("baum/c.js");\n'
        'export { d } from "baum/d.js";\n// taken from "anywhere"\nconst kind = "image/*";\n'
        'const e = () => import(\n  "baum/e.js"\n); /* */\n'
    )
    for name in "abcde":
        (tmp_path / f"js/{name}.js").write_text('import "baum/pages/field.js";')
    monkeypatch.setattr(field_files, "STATIC", tmp_path)
    assert set(field_files.modules()) == {"js/pages/field.js", *(f"js/{n}.js" for n in "abcde")}
    (tmp_path / "js/c.js").unlink()
    with pytest.raises(FileNotFoundError):
        field_files.modules()


def test_a_tablet_keeps_the_very_addresses_that_the_page_asks_for(
    client: Client, settings: Any, tmp_path: Path
) -> None:
    """With hashed names: what the page links and what stylesheets load is on the list."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "baumkataster.web.static_files.HashedStaticFiles"}
    }
    call_command("collectstatic", "--noinput", "--verbosity=0")
    files = shell(Client().get("/feld/sw.js"))["files"]
    assert not [f for f in files if not (tmp_path / f.removeprefix("/static/")).is_file()]
    assert all(re.search(r"\.[0-9a-f]{12}\.\w+$", name) for name in files)
    html = client.get("/feld/de/").content.decode()
    linked = re.findall(r'<(?:link|script)[^>]*(?:href|src)="(/static/[^"]+)"', html)
    assert len(linked) > 10 and set(linked) <= set(files)
    for sheet in (name for name in files if name.endswith(".css")):
        text = (tmp_path / sheet.removeprefix("/static/")).read_text(encoding="utf-8")
        loaded = re.findall(r"""url\(["']?(?!data:|#)([^"')]+)""", text)
        assert {urljoin(sheet, name) for name in loaded} <= set(files), sheet


def test_the_manifest_makes_an_app_of_it() -> None:
    make_city(name="Musterstadt")
    answer = Client().get("/feld/manifest.webmanifest", headers={"accept-language": "de"})
    values = json.loads(answer.content)
    assert answer["Content-Type"] == "application/manifest+json"
    assert (values["name"], values["lang"]) == ("Baumkataster Musterstadt", "de")
    assert values["start_url"] == values["scope"] == "/feld/"
    assert values["display"] == "standalone"
    assert {icon["purpose"] for icon in values["icons"]} == {"any", "maskable"}
    for icon in values["icons"]:
        path = ROOT / "static" / icon["src"].removeprefix("/static/")
        with Image.open(path) as picture:
            assert f"{picture.width}x{picture.height}" == icon["sizes"]
            if icon["purpose"] == "maskable":
                assert picture.convert("RGBA").getpixel((1, 1))[3] == 255  # type: ignore[index]
