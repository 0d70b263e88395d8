"""A full disk costs no acknowledged inspection and no photo, and all goes on when there is room."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT
from tests.dumps import dump_of_template

#: Root mounts the small disk as it is, everybody else in a user namespace of their own.
UNSHARE = ["unshare", "--mount", "--propagation", "private"]
if os.geteuid():
    UNSHARE += ["--user", "--map-current-user", "--keep-caps"]


def run(dump: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The trial; one that hangs is told to end, so that it takes its cluster along."""
    process = subprocess.Popen(
        [*UNSHARE, sys.executable, "-m", "tests.faults.full_disk", str(dump)],
        cwd=ROOT, env=os.environ | environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        said, problem = process.communicate(timeout=180)
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=60)
    return subprocess.CompletedProcess(process.args, process.returncode, said, problem)


def test_a_full_disk_loses_nothing(template_database: str, tmp_path: Path) -> None:
    dump_of_template(template_database, migrated := tmp_path / "dump")
    done = run(migrated)
    assert done.returncode == 0, done.stderr[-3000:]
    seen = json.loads(done.stdout.strip().splitlines()[-1])
    assert seen["photo_on_full"] >= 500
    assert seen["photo_after"] == 204
    assert seen["broken"] > 0 and seen["acknowledged"] >= 10


def test_a_trial_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    done = run(tmp_path / "no dump", TMPDIR=str(tmp_path))
    assert done.returncode != 0 and "baum-full-" in done.stderr
    assert list(tmp_path.iterdir()) == []
