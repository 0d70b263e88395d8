"""Every dependency's licence is known and none is AGPL; tests/js/vendor.test.js looks at vendored builds."""

import re
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: What the licences allow together with EUPL-1.2: permissive, weak copyleft, and GPL for tools only.
ALLOWED = re.compile(
    r"MIT|BSD|Apache|PSF|Python Software Foundation|MPL|Mozilla Public|ISC|LGPL|HPND|0BSD|Zlib|CC0"
    r"|CNRI|repoze",
    re.IGNORECASE,
)
FORBIDDEN = re.compile(r"AGPL|Affero|SSPL|Commons Clause", re.IGNORECASE)
#: Tools that check the code and are no part of what is distributed.
GPL_TOOLS = {"codespell", "djlint"}


def pinned(lock: str) -> set[str]:
    """Names in a lock file, normalised."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {normal(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE)}


def normal(name: str) -> str:
    """PyPI's normal form of a name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence_of(distribution: Distribution) -> str:
    """All that a package says about its licence."""
    meta = distribution.metadata
    said = [meta.get("License-Expression"), (meta.get("License") or "")[:100]]
    said += [c for c in meta.get_all("Classifier") or [] if c.startswith("License ::")]
    return " | ".join(text for text in said if text)


INSTALLED = {normal(d.metadata["Name"]): d for d in distributions()}


@pytest.mark.parametrize("name", sorted(pinned("requirements-test.lock")))
def test_licence_is_known_and_allowed(name):
    if name not in INSTALLED:
        pytest.fail(f"{name} steht in requirements-test.lock, ist aber nicht installiert")
    licence = licence_of(INSTALLED[name])
    assert not FORBIDDEN.search(licence), f"{name}: {licence}"
    if name in GPL_TOOLS:
        assert name not in pinned("requirements.lock")
    else:
        assert ALLOWED.search(licence), f"{name}: {licence or 'no licence stated'}"


def test_locks_are_hashed_and_name_no_host():
    for lock in ("requirements.lock", "requirements-test.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        blocks = re.findall(r"^[A-Za-z0-9._-]+==[^\n]*\n(?:[ \t]+[^\n]*\n)*", text, re.MULTILINE)
        assert len(blocks) == len(pinned(lock))
        assert all("--hash=sha256:" in block for block in blocks)
        assert not re.search(r"https?://|--(?:extra-)?index-url \S|--find-links \S", text)


def test_product_lock_is_part_of_test_lock():
    def pins(lock: str) -> set[str]:
        text = (ROOT / lock).read_text(encoding="utf-8")
        return set(re.findall(r"^[A-Za-z0-9._-]+==\S+", text, re.MULTILINE))

    assert pins("requirements.lock") <= pins("requirements-test.lock")
