"""python -m bench (./baum bench without a name): the main benches one after another, with their time."""

import subprocess
import sys
import time

#: In this order; each prints its own table.
MAIN = ("tiles", "report", "controls", "exports", "writes", "imports", "peers")


def main() -> int:
    """Run all with the same options; the number of those that failed."""
    done: dict[str, tuple[float, int]] = {}
    for name in MAIN:
        print(f"\n=== {name} ===", flush=True)
        begun = time.perf_counter()
        run = subprocess.run([sys.executable, "-m", f"bench.{name}", *sys.argv[1:]], check=False)
        done[name] = time.perf_counter() - begun, run.returncode
    print(f"\n{'Messung':12} {'Dauer s':>8}")
    for name, (seconds, code) in done.items():
        print(f"{name:12} {seconds:8.0f}{'' if code == 0 else f'  gescheitert ({code})'}")
    return sum(code != 0 for _seconds, code in done.values())


if __name__ == "__main__":
    sys.exit(main())
