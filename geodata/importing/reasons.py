"""The words under which imports stand in the history; the next import goes by them."""


def reason_of(source: str) -> str:
    """Of every import of this source."""
    return f"Import: {source}"


def undo_reason_of(source: str) -> str:
    """Of taking one back: the values are again what an earlier import wrote, and nobody's own."""
    return f"Rücknahme des Imports: {source}"
