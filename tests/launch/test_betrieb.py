"""docs/betrieb.md tells the truth: its commands exist, its options are known, its settings are read."""

import argparse
import inspect
import re
import shlex
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from launch import backup, main, restore, serving, settings_file, units, up
from tests.launch.conftest import ROOT

PAGE = (ROOT / "docs" / "betrieb.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
#: Where each of our commands reads its options.
READERS = {
    "backup": backup.backup, "restore": restore._options, "up": up.options, "web": serving.web,
    "update": serving.update, "install-units": units.install_units,
}  # fmt: skip


def ours() -> list[list[str]]:
    """Every ./baum command of the page, in blocks and in sentences."""
    lines = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]
    lines += re.findall(r"`(\./baum [^`]+)`", PAGE)
    found = [shlex.split(line)[1:] for line in lines if line.startswith("./baum ")]
    assert len(found) > 25
    return found


@pytest.mark.parametrize("words", ours(), ids=" ".join)
def test_every_command_exists_with_its_options(words: list[str]) -> None:
    name, *rest = words
    assert name in main.COMMANDS
    options = [word for word in rest if word.startswith("--")]
    if name == "manage":
        app = get_commands()[rest[0]]
        command = app if not isinstance(app, str) else load_command_class(app, rest[0])
        parser: argparse.ArgumentParser = command.create_parser("manage.py", rest[0])
        known = {text for action in parser._actions for text in action.option_strings}
        assert set(options) <= known
    elif name == "bench":
        source = (ROOT / "bench" / f"{rest[0]}.py").read_text(encoding="utf-8")
        assert [option for option in options if f'"{option}"' not in source] == []
    elif name in READERS:
        source = inspect.getsource(READERS[name])
        assert [option for option in options if f'"{option}"' not in source] == []
    else:
        assert not options


def test_every_setting_is_one_and_the_example_file_is_read() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\b(BAUM_[A-Z0-9_]+)\b", PAGE))
    code = "".join(p.read_text("utf-8") for p in (ROOT / "baumkataster").glob("*.py"))
    code += "".join(p.read_text("utf-8") for p in (ROOT / "launch").glob("*.py"))
    assert {name for name in named if name not in code} == set()
    assert {name for name in named - {"BAUM_SECRET_KEY"} if name not in readme} == set()
    examples = [text for kind, text in BLOCKS if kind == "ini" and "BAUM_" in text]
    assert len(examples) == 2
    for text in examples:
        assert settings_file.parse(text, "betrieb.md")


def test_every_unit_and_file_is_there() -> None:
    for name in re.findall(r"baumkataster[\w-]*\.(?:service|timer)", PAGE):
        assert (ROOT / "deploy" / "systemd" / name).exists(), name
    for name in re.findall(r"(?:docs|deploy)/[\w./-]+", PAGE):
        assert (ROOT / name.rstrip(".")).exists(), name


def test_sentences_that_are_quoted_are_said() -> None:
    code = "".join(Path(p).read_text("utf-8") for p in sorted((ROOT / "launch").glob("*.py")))
    for words in ("Geprüft: ", "kein Platz", "wird noch benutzt", ".aus-sicherung"):
        assert words in PAGE and words in code, words
