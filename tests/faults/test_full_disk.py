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


def test_a_full_disk_loses_nothing(template_database: str, tmp_path: Path) -> None:
    dump_of_template(template_database, migrated := tmp_path / "dump")
    done = subprocess.run(
        [*UNSHARE, sys.executable, "-m", "tests.faults.full_disk", str(migrated)],
        cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    seen = json.loads(done.stdout.strip().splitlines()[-1])
    assert seen["photo_on_full"] >= 500
    assert seen["photo_after"] == 204
    assert seen["broken"] > 0 and seen["acknowledged"] >= 10
