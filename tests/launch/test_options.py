"""What ./baum understands, what it answers to nonsense, and which checks `test` runs."""

import subprocess
from pathlib import Path

import pytest

from launch import children, holders, network, stack, suite, up
from launch.holders import Holders
from launch.people import Account
from launch.words import LaunchError
from tests.launch.conftest import ROOT


def test_defaults_of_up() -> None:
    found = up.options([])
    assert (found.port, found.host, found.detach, found.no_demo, found.demo_trees) == (
        8000, "127.0.0.1", False, False, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [["--port", "x"], ["--port", "0"], ["--port", "70000"], ["--demo-trees", "0"], ["--nonsense"],
     ["--no-demo", "--demo-trees", "5"], ["rest"]],
)  # fmt: skip
def test_nonsense_is_answered_with_a_sentence(words: list[str]) -> None:
    with pytest.raises(LaunchError):
        up.options(words)


def test_unprivileged_account_gets_no_low_port(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = tmp_path / "first"
    first.write_text("1024\n")
    monkeypatch.setattr(network, "FIRST_FREE_PORT", first)
    service = Account("baumkataster", 999, 999, "/")
    network.check_privilege(service, 1024)
    network.check_privilege(Account("root", 0, 0, "/root"), 80)
    with pytest.raises(LaunchError, match="1024"):
        network.check_privilege(service, 80)


def test_names_that_browsers_may_use() -> None:
    assert network.allowed_hosts("127.0.0.1") == "localhost,127.0.0.1,[::1]"
    assert network.allowed_hosts("trees.example").endswith(",trees.example")
    assert "*" not in network.allowed_hosts("0.0.0.0")


@pytest.mark.parametrize(
    ("host", "shown"), [("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("fe80::1", "[fe80::1]")]
)
def test_address_to_show(host: str, shown: str) -> None:
    assert stack.url_host(host) == shown


def test_supervisor_file_holds_no_path_and_no_secret() -> None:
    text = stack.configuration(Account("somebody", 4711, 4711, "/"))
    assert "user = somebody" in text
    assert str(ROOT) not in text and "postgresql://" not in text


def test_quick_leaves_only_browser_and_qgis_out() -> None:
    everything, (doors, programs, browsers) = suite.plan([], "python", "deno")
    quick, (quick_doors, quick_programs) = suite.plan(["--quick"], "python", "deno")
    assert (quick, quick_doors) == (everything, doors)
    for part in (everything[-1], doors, quick_programs):
        assert part.command[3:5] == ("-m", "not browser and not qgis")
    assert quick_programs.command[5:] == suite.PROGRAMS
    assert programs.command[3:] == (*suite.PROGRAMS, suite.CLIENTS, suite.MODULES)
    assert browsers.command[3:] == (suite.BROWSERS, f"--ignore={suite.MODULES}")


def test_the_parts_leave_nothing_out() -> None:
    """What a part leaves to another by its folder, the other names."""
    everything, (doors, programs, browsers) = suite.plan([], "python", "deno")
    *started, clients, modules = programs.command[3:]
    pages, left = browsers.command[3:]
    assert left == f"--ignore={modules}" and modules.startswith(f"{pages}/")
    folders = (*doors.command[5:], *started, pages)
    assert everything[-1].command[5:] == tuple(f"--ignore={folder}" for folder in folders)
    assert all((ROOT / folder).is_dir() for folder in (*folders, clients, modules))
    # Marked as a whole: the first part leaves them out without naming their folder.
    for path in (ROOT / clients).glob("test_*.py"):
        assert "\npytestmark = pytest.mark.qgis\n" in path.read_text(encoding="utf-8")
    for path in (ROOT / "tests").rglob("*.py"):
        text, part = path.read_text(encoding="utf-8"), path.relative_to(ROOT)
        if part.name not in {"test_options.py", "test_house.py"}:
            assert "mark.qgis" not in text or part.is_relative_to(clients), part
            assert "mark.browser" not in text or part.is_relative_to(pages), part


def test_arguments_go_to_pytest_alone() -> None:
    (only,), beside = suite.plan(["tests/rules", "-k", "due", "--quick"], "python", "deno")
    assert only.command[-3:] == ("tests/rules", "-k", "due") and not beside


def test_a_check_beside_is_heard_and_counted(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    env = {"PATH": "/usr/bin:/bin"}
    with (
        suite.started(suite.Check("bad", ("sh", "-c", "echo said; exit 3")), env, tmp_path) as bad,
        suite.started(suite.Check("endless", ("sleep", "600")), env, tmp_path) as endless,
    ):
        assert not bad.passes()
    assert b"said" in capfdbinary.readouterr().out
    assert endless.child.poll() is not None, "an interrupted run leaves nothing behind"


def test_failing_check_is_counted(tmp_path: Path) -> None:
    env = {"PATH": "/usr/bin:/bin"}
    assert suite.passes(suite.Check("good", ("true",)), env, tmp_path)
    assert not suite.passes(suite.Check("bad", ("false",)), env, tmp_path)
    assert not suite.passes(suite.Check("absent", ("no-such-program",)), env, tmp_path)


def test_the_dead_hold_nothing(tmp_path: Path) -> None:
    list_of = Holders(tmp_path / "holders")
    child = subprocess.Popen(["sleep", "60"])
    with list_of.lock():
        list_of.enter(child.pid)
        assert list_of.others()
        child.kill()
        child.wait()
        assert not list_of.others()
        list_of.keep(True)
        assert list_of.others()


def test_a_reused_process_number_is_not_the_same_process() -> None:
    child = subprocess.Popen(["sleep", "60"])
    begun = holders.started_at(child.pid)
    assert begun and holders.started_at(child.pid) == begun
    child.kill()
    child.wait()
    assert holders.started_at(child.pid) == ""


def test_ctrl_c_in_a_check_ends_the_whole_run(tmp_path: Path) -> None:
    """The program hears it too and fails; nobody wants the next nine checks then."""
    script = "kill -INT $PPID; exit 3"
    with pytest.raises(KeyboardInterrupt):
        children.call(["sh", "-c", script], {"PATH": "/usr/bin:/bin"}, tmp_path)
    assert children.call(["sh", "-c", "kill -INT $PPID; exit 0"], {"PATH": "/usr/bin:/bin"}) == 0
