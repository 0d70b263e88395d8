"""Runs programs in front of the person and gives each a fair chance to end."""

import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

#: Seconds for a program to end after it was asked to.
PATIENCE = 45.0


def call(command: Sequence[str], env: Mapping[str, str], cwd: Path | None = None) -> int:
    """Run a program to its end, its exit code (128+n: signal); Ctrl-C is its own to answer.

    Raises:
        KeyboardInterrupt: there was a Ctrl-C, and the program did not end well.
    """
    heard: list[int] = []
    # A handler, unlike SIG_IGN, is not passed on: the program still hears Ctrl-C.
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        child = subprocess.Popen(command, env=env, cwd=cwd)
        try:
            code = child.wait()
        except BaseException:
            end(child)
            raise
    finally:
        signal.signal(signal.SIGINT, before)
    if heard and code:
        raise KeyboardInterrupt
    return code if code >= 0 else 128 - code


def end(child: subprocess.Popen[bytes]) -> None:
    """Ask a child to end, wait, and kill it if it does not listen."""
    child.terminate()
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
