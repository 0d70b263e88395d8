"""One whole run of the benches: every target is measured by one, and judged in the largest city."""

import argparse
import re
from pathlib import Path

import pytest

from bench.__main__ import commands
from bench.targets import FILE, TARGETS, Figure, Target, summary, tell, told

BENCHES = Path(__file__).resolve().parent.parent / "bench"


def options(**chosen: object) -> argparse.Namespace:
    return argparse.Namespace(
        **{"trees": None, "rounds": None, "only": None, "python": "python", **chosen}
    )


def test_every_target_is_told_by_a_bench_of_the_whole_run() -> None:
    texts = "".join((BENCHES / f"{name}.py").read_text("utf-8") for name in commands(options()))
    for key in TARGETS:
        stem = key.removesuffix("_first").removesuffix("_busy")
        assert f'"{key}"' in texts or f'"{stem}"' in texts, key
    for key in re.findall(r'\btell\("(\w+)"', texts):
        assert key in TARGETS


def test_every_bench_of_the_whole_run_knows_its_options() -> None:
    for name, words in commands(options(trees=[10_000], rounds=1)).items():
        text = (BENCHES / f"{name}.py").read_text("utf-8")
        shared = {"--trees", "--rounds"} if "parser_of(" in text else set()
        for word in words:
            assert not word.startswith("--") or word in shared or f'"{word}"' in text, (name, word)


def test_other_servers_are_asked_for_a_million_trees_only_by_name() -> None:
    assert commands(options())["peers"][:3] == ["--trees", "10000", "100000"]
    assert "1000000" in commands(options())["tiles"]
    assert commands(options(trees=[1_000_000]))["peers"][:2] == ["--trees", "1000000"]


@pytest.mark.parametrize(
    ("target", "good", "bad"),
    [(Target("", "s", 1), 1.0, 1.01), (Target("", "/s", 250, least=True), 250, 249)],
)
def test_a_bound_is_kept_or_missed(target: Target, good: float, bad: float) -> None:
    assert target.reached(good) and not target.reached(bad)


def test_figures_arrive_and_the_largest_city_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FILE, str(tmp_path / "figures"))
    tell("page", 1_000_000, 3.0)
    tell("page", 1_000_000, 1.2, ratio=2.0)
    tell("page", 10_000, 0.1)
    tell("geojson", 10_000, 1.0)
    tell("geojson", 10_000, 2.5, who="MapServer")
    lines = list(summary(told(tmp_path / "figures")))
    page = next(line for line in lines if line.startswith("Bericht, erste Seite"))
    assert re.search(r"≤ 1 s +0\.10 s +1\.20 s \(2\.00 ×\)  verfehlt$", page)
    other = next(line for line in lines if "MapServer" in line)
    # It was not measured where it counts: the bench broke off, or smaller cities were asked for.
    assert lines[lines.index(other) - 1].endswith("erreicht bei 10,000 Bäumen")
    assert other.endswith("2.50 ×")
    assert lines[-1].endswith("nicht gemessen")


def test_a_miss_by_a_hair_does_not_read_like_the_bound() -> None:
    figures = [Figure("geojson", 1_000_000, 1.0501), Figure("csv", 1_000_000, 1.0499)]
    lines = list(summary(figures))
    assert any("1.0501 ×" in line and line.endswith("verfehlt") for line in lines)
    assert any("1.05 ×" in line and line.endswith("erreicht") for line in lines)


def test_a_bench_by_itself_hands_nothing_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(FILE, raising=False)
    tell("page", 10_000, 1.0)
    assert not any(tmp_path.iterdir())
