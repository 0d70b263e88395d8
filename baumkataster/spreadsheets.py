"""What a spreadsheet would run as a formula, and how a cell of a CSV file is kept from it.

Source: OWASP, "CSV Injection". Full-width signs count, because some programs read them as the plain ones.
"""

from typing import Final

#: A cell that begins with one of these may be run.
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def never_a_formula(text: str) -> str:
    """The text, behind an apostrophe if a spreadsheet would run it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
