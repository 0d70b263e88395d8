"""python -m bench (./baum bench without a name): the main benches one after another, and all targets.

About fifty minutes on two cores with cities that are there already. Each bench prints its own tables;
at the end one table puts every target beside what was measured. A missed target is a figure like any
other: only a bench that fails makes the whole fail, because another machine has other figures.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.city import SIZES
from bench.targets import FILE, summary, told

#: Other servers need minutes for larger cities; they are asked for those only by name.
PEER_SIZES = SIZES[:2]


#: Exit code of a bench that somebody ended (Ctrl-C); what is known by then is printed.
ENDED = 130


def main() -> int:
    """Run all; the number of those that failed."""
    options = _options()
    done: dict[str, tuple[float, int]] = {}
    with tempfile.TemporaryDirectory() as folder:
        figures = options.figures or Path(folder) / "figures.jsonl"
        figures.unlink(missing_ok=True)
        for name, words in commands(options).items():
            if name in (options.only or [name]):
                print(f"\n=== {name} {' '.join(words)}", flush=True)
                done[name] = _run(name, words, figures)
                if done[name][1] == ENDED:
                    break
        print(f"\n{'Messung':12} {'Dauer s':>8}")
        for name, (seconds, code) in done.items():
            print(f"{name:12} {seconds:8.0f}{'' if code == 0 else f'  gescheitert ({code})'}")
        print(f"{'alle':12} {sum(seconds for seconds, _ in done.values()):8.0f}\n")
        print(*summary(told(figures)), sep="\n")
        print("\nUrteil über die größte gemessene Stadt; × = Vielfaches der schlichten Anweisung.")
    return sum(code != 0 for _seconds, code in done.values())


def commands(options: argparse.Namespace) -> dict[str, list[str]]:
    """The benches in their order, each with the options that it knows."""
    sizes = [str(size) for size in options.trees or SIZES]
    trees = ["--trees", *sizes]
    peers = sizes if options.trees else [str(size) for size in PEER_SIZES]
    known = {
        "tiles": trees,
        "panning": ["--trees", str(max(options.trees or SIZES))],
        "report": trees,
        # Yesterday, for which nearly all is as it was, and a day of half of the evidence.
        "stichtag": [*trees, "--ages", "1", "700"],
        "controls": trees,
        "exports": trees,
        "writes": trees,
        "imports": ["--rows", *sizes],
        "peers": ["--trees", *peers, "--python", options.python],
    }
    if options.rounds:
        for name in known.keys() - {"panning"}:
            known[name] = [*known[name], "--rounds", str(options.rounds)]
    return known


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./baum bench", description=__doc__)
    parser.add_argument("--trees", type=int, nargs="+", help=f"Städte (sonst {SIZES})")
    parser.add_argument("--rounds", type=int, help="Runden jeder Messung")
    parser.add_argument("--only", nargs="+", metavar="MESSUNG", help="nur diese")
    parser.add_argument("--python", default=sys.executable, help="Python mit tipg und pygeoapi")
    parser.add_argument("--figures", type=Path, help="Zahlen hier behalten, JSON je Zeile")
    options = parser.parse_args()
    if unknown := set(options.only or ()) - commands(options).keys():
        parser.error(f"Es gibt {', '.join(commands(options))}, nicht {', '.join(unknown)}.")
    return options


def _run(name: str, words: list[str], figures: Path) -> tuple[float, int]:
    begun = time.perf_counter()
    command = [sys.executable, "-m", f"bench.{name}", *words]
    with subprocess.Popen(command, env=os.environ | {FILE: str(figures)}) as bench:
        try:
            code = bench.wait()
        except KeyboardInterrupt:
            # It was told, too, and drops its city.
            bench.wait()
            code = ENDED
    return time.perf_counter() - begun, code


if __name__ == "__main__":
    sys.exit(main())
