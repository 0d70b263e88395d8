"""Photos made small on the tablet: upright, light enough to send, nothing in them but the picture."""

import base64
import io
from random import Random
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.browser.module_page import Site

pytestmark = pytest.mark.browser

SHRINK = """async (base64) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const { shrink } = await import("baum/io/field/pictures.js");
  try {
    const made = await shrink(new Blob([bytes], { type: "image/jpeg" }));
    const { base64Of } = await import("baum/io/field/digest.js");
    return { ...made, blob: base64Of(new Uint8Array(await made.blob.arrayBuffer())), type: made.blob.type };
  } catch (error) {
    return { error: error.name, sentence: error.sentence };
  }
}"""


@pytest.fixture
def page(site: Site) -> Page:
    """A page."""
    return site.open()


def photo(width: int, height: int, *, grain: int, orientation: int = 1) -> bytes:
    """A JPEG with a red left half; ``grain``: pixels of the noise, which make it heavy."""
    dots = Random(grain).randbytes(grain * grain * 3)
    noise = Image.frombytes("RGB", (grain, grain), dots).resize((width, height))
    noise.paste((220, 0, 0), (0, 0, width // 2, height))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(0x8769)[0x9003] = "2026:11:27 10:15:00"
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=95, exif=exif)
    return out.getvalue()


def shrink(page: Page, content: bytes) -> dict[str, Any]:
    """As the app makes it small."""
    made: dict[str, Any] = page.evaluate(SHRINK, base64.b64encode(content).decode())
    if "blob" in made:
        made["bytes"] = base64.b64decode(made.pop("blob"))
        made["image"] = Image.open(io.BytesIO(made["bytes"]))
    return made


def test_a_large_photo_becomes_small_upright_and_bare(page):
    """Orientation 6: the camera was turned, what was left is on top."""
    made = shrink(page, photo(2400, 1800, grain=900, orientation=6))
    assert (made["width"], made["height"], made["type"]) == (1200, 1600, "image/jpeg")
    assert made["image"].size == (1200, 1600)
    assert 100_000 <= len(made["bytes"]) <= 300_000
    assert not made["image"].getexif()
    assert b"Exif" not in made["bytes"]
    assert made["taken_at"] == "2026-11-27T09:15:00.000Z"
    halves = made["image"].resize((1, 2), Image.Resampling.BOX)
    top, bottom = halves.getpixel((0, 0)), halves.getpixel((0, 1))
    assert top[0] > 180 and top[1] < 60
    assert bottom[1] > 60


def test_a_small_photo_is_not_made_larger(page):
    made = shrink(page, photo(800, 600, grain=100))
    assert made["image"].size == (800, 600)
    assert len(made["bytes"]) <= 300_000


def test_what_is_no_picture_is_refused_with_a_sentence(page):
    made = shrink(page, b"kein Bild")
    assert made["error"] == "StoreBroken"
    assert "nicht lesen" in made["sentence"]
