"""Bytes that stand for no character in Windows-1252: made visible and told; called by the row rules.

The readers keep such a byte as the control character of its number. In the cadastre nobody would
see that, so a replacement sign stands there instead, and the row says which byte it was.
"""

from __future__ import annotations

import re
from typing import Final

from geodata.rules.problems import gettext_noop
from geodata.rules.source_rows import SourceRow

#: What stands where a byte has no character.
REPLACEMENT: Final = "\ufffd"
_STRAY: Final = re.compile("[\x80-\x9f]")
_TOLD: Final = gettext_noop(
    "Das Byte 0x%(byte)s steht in der Zeichenkodierung der Datei für kein Zeichen. An seiner "
    "Stelle steht jetzt „%(sign)s“, bitte berichtigen."
)


def replace_strays(row: SourceRow) -> None:
    """Put the replacement sign for every stray byte and tell each cell that had one."""
    if _STRAY.search("".join(row.cells)) is None:
        return
    cells = list(row.cells)
    for index, text in enumerate(cells):
        stray = _STRAY.search(text)
        if stray is not None:
            cells[index] = _STRAY.sub(REPLACEMENT, text)
            byte = f"{ord(stray[0]):02x}"
            column = row.header.names[index]
            row.warn(column, cells[index], "stray_byte", _TOLD, byte=byte, sign=REPLACEMENT)
            row.has_strays = True
    row.cells = cells
