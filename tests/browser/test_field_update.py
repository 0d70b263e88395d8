"""A new version of the app is offered, and taken over only when it reads what lies on the tablet."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.field.hands import PATH, choose, inspection, record, screen
from tests.field.kept import kept
from tests.field.messages import Answer
from tests.field.net import Net
from tests.field.tablet import Tablet

pytestmark = pytest.mark.browser


def another_build(text: str, build: str, reads: list[int]) -> str:
    """The worker of another version: other name, other schemas that it reads."""
    head, rest = text.split("\n", 1)
    shell = json.loads(head.removeprefix("const SHELL = ").rstrip(";"))
    return f"const SHELL = {json.dumps(shell | {'build': build, 'reads': reads})};\n{rest}"


@contextmanager
def released(net: Net, build: str, reads: list[int]) -> Iterator[None]:
    """From now on the server gives out another build."""

    def change(path: str, answer: Answer) -> Answer:
        if path != "/feld/sw.js":
            return answer
        return Answer(
            answer.status,
            answer.reason,
            answer.headers,
            another_build(answer.body.decode(), build, reads).encode(),
        )

    net.change = change
    try:
        yield
    finally:
        net.change = None


def look_for_newer(tablet: Tablet) -> None:
    """What a page that stays open for days does by itself."""
    tablet.page.evaluate("import('baum/io/field/shell.js').then((shell) => shell.lookForNewer())")


def build_of(tablet: Tablet) -> list[str]:
    """Versions that the tablet keeps."""
    names: list[str] = tablet.page.evaluate("caches.keys()")
    return [name for name in names if name.startswith("feld-")]


def test_a_version_that_reads_the_outbox_is_taken_over(tablet, net: Net):
    one = tablet("kontrolle")
    one.start(PATH)
    (tree,) = choose(one, 1, skip=45)
    entry = record(one, **inspection(tree))
    with released(net, "ffffffffffff", [1, 2]):
        look_for_newer(one)
        expect(one.page.get_by_text("Eine neue Fassung ist da.")).to_be_visible()
        assert "feld-ffffffffffff" in build_of(one)
        settings = screen(one, "settings")
        with one.page.expect_navigation():
            one.tap(settings.get_by_role("button", name="Neue Fassung übernehmen"))
        expect(one.page.locator("html[data-ready=true]")).to_be_attached()
    assert [row["id"] for row in kept(one.page).entries] == [entry["id"]]


def test_a_version_that_does_not_read_the_outbox_is_not_even_installed(tablet, net: Net):
    one = tablet("kontrolle")
    one.start(PATH)
    before = build_of(one)
    with released(net, "eeeeeeeeeeee", [2]):
        one.expect("schema 1|sw.js")
        look_for_newer(one)
        one.page.wait_for_timeout(300)
        expect(one.page.get_by_text("Eine neue Fassung ist da.")).to_have_count(0)
        assert build_of(one) == before
        one.page.reload()
        expect(one.page.locator("html[data-ready=true]")).to_be_attached()
    assert build_of(one) == before
