"""./baum test: every check of the project in turn; all failures are named at the end."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from launch import packages, people, python_env, steps
from launch.children import call
from launch.installation import Installation
from launch.words import say

PROSE = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs")
QUICK = ("-m", "not browser and not qgis")


@dataclass(frozen=True)
class Check:
    """One program whose exit code must be zero."""

    name: str
    command: tuple[str, ...]


def checks(python: str, deno: str) -> list[Check]:
    """All checks but pytest, quick ones first."""

    def module(name: str, *arguments: str) -> tuple[str, ...]:
        return (python, "-m", name, *arguments)

    contracts = (python, "-c", "from importlinter.cli import lint_imports_command as run; run()")
    return [
        Check("ruff check", module("ruff", "check", ".")),
        Check("ruff format", module("ruff", "format", "--check", ".")),
        # Only what is written in English: German words look like misspelt English ones.
        Check("codespell", module("codespell_lib", *PROSE)),
        Check("djlint", module("djlint", "--lint", "--quiet", ".")),
        Check("Importverträge", contracts),
        Check("mypy", module("mypy")),
        Check("mypy (Starter)", module("mypy", "--strict", "--config-file", "", "launch")),
        Check("deno lint", (deno, "lint", "--quiet", "static/js", "tests/js")),
        Check("deno test", (deno, "test", "--quiet", "--no-prompt", "--allow-read", "tests/js")),
        Check("Migrationen", (python, "manage.py", "makemigrations", "--check", "--dry-run")),
    ]


def pytest(python: str, arguments: Sequence[str], *, quick: bool) -> Check:
    """The Python tests; ``quick`` leaves browser and QGIS out."""
    return Check("pytest", (python, "-m", "pytest", *(QUICK if quick else ()), *arguments))


def plan(arguments: Sequence[str], python: str, deno: str) -> list[Check]:
    """What to run: with arguments for pytest only pytest, otherwise all."""
    quick = "--quick" in arguments
    rest = [word for word in arguments if word != "--quick"]
    last = pytest(python, rest, quick=quick)
    return [last] if rest else [*checks(python, deno), last]


def test(installation: Installation, arguments: Sequence[str]) -> int:
    """Install what tests need, have the database up, run the plan; 0 only if all is green."""
    if "--quick" not in arguments:
        packages.ensure(packages.TEST)
    places = installation.places
    python_env.ensure(places, test=True)
    todo = plan(arguments, str(places.python), str(places.venv / "bin" / "deno"))
    with installation.database():
        env = environment(installation)
        steps.compile_messages(places.clone)
        steps.collect_static(places, env, Path(env["BAUM_VAR"]) / "static")
        failed = [check.name for check in todo if not passes(check, env, places.clone)]
    if failed:
        say(f"\nNICHT in Ordnung: {', '.join(failed)}.")
        return 1
    left_out = " (ohne Browser und QGIS)" if "--quick" in arguments else ""
    say(f"\nAlles in Ordnung{left_out}.")
    return 0


def environment(installation: Installation) -> dict[str, str]:
    """The environment of the tests: the same database server, but files and keys of their own."""
    folder = installation.places.state / "test"
    people.own(folder, people.me(), 0o755)
    env = installation.environment(owner=True)
    env.update(BAUM_VAR=str(folder), BAUM_SECRET_KEY_FILE=str(folder / "django-secret-key"))
    return env


def passes(check: Check, env: dict[str, str], clone: Path) -> bool:
    """Run one check in the clone, with its name before and its time after."""
    say(f"\n── {check.name}")
    begun = time.monotonic()
    try:
        code = call(check.command, env, cwd=clone)
    except OSError as error:
        say(str(error))
        code = 127
    verdict = "in Ordnung" if code == 0 else f"FEHLER ({code})"
    say(f"── {check.name}: {verdict}, {time.monotonic() - begun:.1f} s")
    return code == 0
