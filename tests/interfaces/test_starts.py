"""How processes begin: reading their modules without looking for garbage, and then with it again."""

import subprocess
import sys

from tests.conftest import ROOT

SCRIPT = """
import gc, sys
import manage
sys.argv = ["manage.py", "version"]
manage.main()
print(gc.isenabled(), gc.get_freeze_count() > 50_000)
gc.unfreeze()
import baumkataster.wsgi
print(gc.isenabled(), gc.get_freeze_count() > 50_000, "baumkataster.urls" in sys.modules)
"""


def test_garbage_is_collected_once_the_modules_are_read() -> None:
    said = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert said.stdout.splitlines()[-2:] == ["True True", "True True True"]
