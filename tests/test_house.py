"""The house keeps its order: every module says its place, nothing grows too large, imports stand on top."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("baumkataster", "inspections", "geodata")
MODULES = [
    path
    for app in APPS
    for path in sorted((ROOT / app).rglob("*.py"))
    if "migrations" not in path.parts and path.read_text(encoding="utf-8").strip()
]
LONGEST_FILE = 300
LONGEST_FUNCTION = 50


def name(path: Path) -> str:
    """Path inside the project."""
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_module_keeps_the_order(path):
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    assert ast.get_docstring(tree), "opens with a sentence that says its place"
    assert source.count("\n") <= LONGEST_FILE, "cut along a word of the domain"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert_function(node)


def assert_function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    """Annotated, not too long, without imports inside."""
    assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, f"{node.name} is too long"
    inner = [n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)]
    assert not inner, f"{node.name} imports inside"
    arguments = [
        a for a in [*node.args.args, *node.args.kwonlyargs] if a.arg not in {"self", "cls"}
    ]
    assert node.returns is not None, f"{node.name} says no result type"
    assert all(a.annotation for a in arguments), f"{node.name} has an argument without type"


def test_nothing_is_called_utils_or_helpers():
    assert not [
        name(p) for p in MODULES if p.stem in {"utils", "util", "helpers", "misc", "common"}
    ]


def test_services_take_keywords_only():
    for app in APPS:
        for path in (
            (ROOT / app / "services").glob("*.py") if (ROOT / app / "services").is_dir() else []
        ):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if (
                    isinstance(node, ast.FunctionDef)
                    and path.stem
                    in {
                        "trees",
                        "recording",
                        "measures",
                    }
                    and not node.name.startswith("_")
                ):
                    assert not node.args.args, f"{name(path)}: {node.name}"


def test_only_interfaces_ask_for_the_clock():
    """``day`` is handed in; a rule, queryset, read or report that asks the clock cannot be tested."""
    asking = ("date.today(", "datetime.now(", "timezone.now(", "timezone.localdate(", "localtime()")
    low = ("rules", "querysets.py", "reports", "models", "filters.py", "sql_state.py")
    for path in MODULES:
        if any(part in low for part in path.relative_to(ROOT).parts):
            text = path.read_text(encoding="utf-8")
            assert not any(word in text for word in asking), name(path)


def test_one_module_imports_the_map_library():
    importers = [
        name(path)
        for path in (ROOT / "static/js").rglob("*.js")
        if 'from "leaflet"' in path.read_text(encoding="utf-8")
    ]
    assert importers == ["static/js/map/port.js"]


def test_core_javascript_knows_neither_page_nor_net():
    for path in (ROOT / "static/js/core").rglob("*.js"):
        text = path.read_text(encoding="utf-8")
        for word in ("document.", "window.", "fetch(", "localStorage", "indexedDB", "leaflet"):
            assert word not in text, f"{name(path)} uses {word}"


def test_no_test_is_skipped_but_for_real_data():
    for path in (ROOT / "tests").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path == Path(__file__):
            continue
        for line in text.splitlines():
            if "skipif(" in line or "pytest.skip(" in line or ".xfail" in line:
                assert "BAUM_REAL_DATA" in text, f"{name(path)}: {line.strip()}"


def test_browser_tests_say_so():
    """Without the mark ./baum test --quick would ask for a browser."""
    for path in (ROOT / "tests/browser").rglob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        assert "pytestmark = pytest.mark.browser" in text or "pytest.mark.browser," in text, (
            path.name
        )
