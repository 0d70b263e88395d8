"""Whether a JPEG holds nothing but its picture, told from its bytes; asked by services/photos.py.

Such a file can be kept byte for byte: neither place, device nor person hide in it.
"""

from typing import Final

START, END, SCAN = 0xD8, 0xD9, 0xDA
#: Segments that a picture needs: tables, frames, restart interval, JFIF (APP0), Adobe (APP14).
NEEDED: Final = frozenset({0xC4, 0xDB, 0xDD, 0xC0, 0xC1, 0xC2, 0xE0, 0xEE, SCAN})
#: APP2 is harmless only as a colour profile; other pictures hide in it, too.
COLOUR, COLOUR_NAME = 0xE2, b"ICC_PROFILE\0"
#: Inside a scan: a stuffed byte and restart marks.
INSIDE_SCAN: Final = frozenset({0x00, *range(0xD0, 0xD8)})


def is_plain_jpeg(content: bytes) -> bool:
    """Only the segments that a picture needs, and not a byte after its end."""
    if content[:2] != bytes([0xFF, START]):
        return False
    place = 2
    while (marker := _marker(content, place)) is not None:
        if marker == END:
            return place + 2 == len(content)
        length = int.from_bytes(content[place + 2 : place + 4], "big")
        if length < 2 or not _harmless(marker, content[place + 4 : place + 2 + length]):
            return False
        place += 2 + length
        if marker == SCAN:
            place = _end_of_scan(content, place)
    return False


def _marker(content: bytes, place: int) -> int | None:
    """The mark that stands at a place, if one does."""
    pair = content[place : place + 2]
    return pair[1] if len(pair) == 2 and pair[0] == 0xFF else None


def _harmless(marker: int, segment: bytes) -> bool:
    """Whether a segment belongs to the picture; no picture in small stands in a JFIF segment."""
    if marker == COLOUR:
        return segment.startswith(COLOUR_NAME)
    if marker == 0xE0:
        return segment.startswith(b"JFIF\0") and len(segment) == 14
    return marker in NEEDED


def _end_of_scan(content: bytes, place: int) -> int:
    """Where the next segment begins after coded picture data."""
    while (place := content.find(b"\xff", place)) >= 0:
        follows = content[place + 1 : place + 2]
        if not follows or follows[0] not in INSIDE_SCAN:
            return place
        place += 2
    return len(content)
