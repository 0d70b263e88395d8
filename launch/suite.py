"""./baum test: every check of the project in turn; all failures are named at the end."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from launch import children, packages, people, python_env, steps
from launch.children import call
from launch.installation import Installation
from launch.words import say

PROSE = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
#: Pages for people of the city; the spelling check knows English only.
GERMAN = frozenset({"anmeldung.md", "betrieb.md", "datenschutz.md"})
DOCS = Path(__file__).resolve().parent.parent / "docs"
#: Four parts of the Python tests that run side by side. Each waits a good deal of its time for
#: servers, workers and browsers; fewer of them would leave processors idle.
QUICK = ("-m", "not browser and not qgis")
#: All tests with a browser; told by its folder, a part need not read thousands of others first.
BROWSERS = "tests/browser"
#: Pages of single modules in a browser, for which nobody needs a server: they go with the programs.
MODULES = "tests/browser/modules"
#: Clients of a desktop run with what starts and kills programs: both wait more than they compute.
CLIENTS = "tests/qgis"
PROGRAMS = ("tests/launch", "tests/faults")
#: What the second quick part takes from the first.
DOORS = ("tests/interfaces", "tests/attacks", "tests/rules")


@dataclass(frozen=True)
class Check:
    """One program whose exit code must be zero."""

    name: str
    command: tuple[str, ...]


def checks(python: str, deno: str) -> list[Check]:
    """All checks but pytest, quick ones first."""

    def module(name: str, *arguments: str) -> tuple[str, ...]:
        return (python, "-m", name, *arguments)

    english = [f"docs/{p.name}" for p in sorted(DOCS.glob("*.md")) if p.name not in GERMAN]
    contracts = (python, "-c", "from importlinter.cli import lint_imports_command as run; run()")
    return [
        Check("ruff check", module("ruff", "check", ".")),
        Check("ruff format", module("ruff", "format", "--check", ".")),
        # Only what is written in English: German words look like misspelt English ones.
        Check("codespell", module("codespell_lib", *PROSE, *english)),
        Check("djlint", module("djlint", "--lint", "--quiet", ".")),
        Check("Importverträge", contracts),
        Check("mypy", module("mypy")),
        Check("mypy (Starter)", module("mypy", "--strict", "--config-file", "", "launch")),
        Check("deno lint", (deno, "lint", "--quiet", "static/js", "tests/js")),
        Check("deno test", (deno, "test", "--quiet", "--no-prompt", "--allow-read", "tests/js")),
        Check("Migrationen", (python, "manage.py", "makemigrations", "--check", "--dry-run")),
    ]


def plan(arguments: Sequence[str], python: str, deno: str) -> tuple[list[Check], list[Check]]:
    """What to run, and what to run beside it: with arguments for pytest only that, otherwise all."""
    quick = "--quick" in arguments
    rest = [word for word in arguments if word != "--quick"]
    pytest = (python, "-m", "pytest")
    if rest:
        return [Check("pytest", (*pytest, *(QUICK if quick else ()), *rest))], []
    beside = [
        Check("pytest (Türen)", (*pytest, *QUICK, *DOORS)),
        Check("pytest (Programme)", (*pytest, *QUICK, *PROGRAMS)),
    ]
    if not quick:
        beside[1] = Check("pytest (Programme, QGIS)", (*pytest, *PROGRAMS, CLIENTS, MODULES))
        beside.append(Check("pytest (Browser)", (*pytest, BROWSERS, f"--ignore={MODULES}")))
    ignored = (f"--ignore={folder}" for folder in (*DOORS, *PROGRAMS, BROWSERS))
    return [*checks(python, deno), Check("pytest", (*pytest, *QUICK, *ignored))], beside


def test(installation: Installation, arguments: Sequence[str]) -> int:
    """Install what tests need, have the database up, run the plan; 0 only if all is green."""
    if "--quick" not in arguments:
        packages.ensure(packages.TEST)
    places = installation.places
    python_env.ensure(places, test=True)
    todo, beside = plan(arguments, str(places.python), str(places.venv / "bin" / "deno"))
    with installation.database():
        env = environment(installation)
        steps.compile_messages(places.clone)
        steps.collect_static(places, env, Path(env["BAUM_VAR"]) / "static")
        with ExitStack() as stack:
            waiting = [stack.enter_context(started(check, env, places.clone)) for check in beside]
            failed = [check.name for check in todo if not passes(check, env, places.clone)]
            failed += [each.check.name for each in waiting if not each.passes()]
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
    # The parts share one migrated database.
    env["BAUM_TEST_RUN"] = str(os.getpid())
    return env


@dataclass(frozen=True)
class Beside:
    """A check that runs in the background; what it says is kept until it is asked for."""

    check: Check
    begun: float
    output: IO[bytes]
    child: subprocess.Popen[bytes]

    def passes(self) -> bool:
        """Wait for its end, then say all that it said; whether its exit code was zero."""
        code = self.child.wait()
        self.output.seek(0)
        say(f"\n── {self.check.name}")
        sys.stdout.flush()
        sys.stdout.buffer.write(self.output.read())
        sys.stdout.flush()
        verdict = "in Ordnung" if code == 0 else f"FEHLER ({code})"
        say(f"── {self.check.name}: {verdict}, {time.monotonic() - self.begun:.1f} s")
        return code == 0


@contextmanager
def started(check: Check, env: dict[str, str], clone: Path) -> Iterator[Beside]:
    """Run a check in the background; leaving the block ends it, so that nothing is left behind."""
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(
            check.command, env=env, cwd=clone, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield Beside(check, time.monotonic(), output, child)
        finally:
            if child.poll() is None:
                children.end(child)


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
