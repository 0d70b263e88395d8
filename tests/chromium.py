"""Which Chromium the tests start."""

from pathlib import Path
from typing import Final

WHOLE: Final = "/usr/bin/chromium"
#: The same engine without the parts of a window that nobody sees: a start costs a third.
SHELL: Final = "/usr/bin/chromium-headless-shell"
CHROMIUM: Final = SHELL if Path(SHELL).exists() else WHOLE
