"""Fonts of the list: measured, cut down to the glyphs that are used, and embedded with their text."""

import io
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pydyf
from django.conf import settings
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FOLDER: Final = Path(settings.BASE_DIR) / "static" / "vendor" / "kern" / "fonts"
#: Glyph that stands for a character which the font does not have.
MISSING: Final = ".notdef"
#: Units of an em in a PDF.
EM: Final = 1000


class Face:
    """One font file; ``name`` is its name among the resources of a page."""

    def __init__(self, name: str, file: str) -> None:
        self.name = name
        self._data = (FOLDER / file).read_bytes()
        self.font = TTFont(io.BytesIO(self._data))
        self.scale = EM / self.font["head"].unitsPerEm
        self._glyphs: dict[int, str] = self.font.getBestCmap()
        self._widths: dict[str, tuple[int, int]] = self.font["hmtx"].metrics
        #: Character -> number of its glyph and its width in thousandths of an em.
        self._known: dict[str, tuple[int, float]] = {}
        self.used: dict[int, str] = {}

    def width(self, text: str, size: float) -> float:
        """Width of a text in points."""
        return sum([self.glyph(character)[1] for character in text]) * size / EM

    def glyph(self, character: str) -> tuple[int, float]:
        """Number and width of a character's glyph."""
        found = self._known.get(character)
        if found is None:
            name = self._glyphs.get(ord(character), MISSING)
            number = self.font.getGlyphID(name)
            found = (number, self._widths[name][0] * self.scale)
            self._known[character] = found
        return found

    def encoded(self, text: str) -> str:
        """A text as the numbers of its glyphs, in hexadecimal; remembers them for the embedding."""
        numbers = []
        for character in text:
            number = self.glyph(character)[0]
            self.used.setdefault(number, character)
            numbers.append(f"{number:04x}")
        return "".join(numbers)

    def fitted(self, text: str, size: float, room: float) -> str:
        """The text, cut with an ellipsis where it is wider than ``room`` points."""
        if self.width(text, size) <= room:
            return text
        left = room - self.width("…", size)
        for index, character in enumerate(text):
            left -= self.glyph(character)[1] * size / EM
            if left < 0:
                return f"{text[:index].rstrip()}…"
        return text

    def embed(self, pdf: pydyf.PDF) -> bytes:
        """Put the used glyphs into the PDF; the reference of the font."""
        program = pydyf.Stream([self._subset()], compress=True)
        pdf.add_object(program)
        name = f"/{self._tag()}+{self.font['name'].getDebugName(6)}"
        descriptor = pydyf.Dictionary(self._descriptor(name, program.reference))
        pdf.add_object(descriptor)
        widths = pydyf.Array()
        for number in sorted(self.used):
            widths.extend([number, pydyf.Array([round(self.glyph(self.used[number])[1])])])
        inner = pydyf.Dictionary(
            {
                "Type": "/Font",
                "Subtype": "/CIDFontType2",
                "BaseFont": name,
                "CIDToGIDMap": "/Identity",
                "CIDSystemInfo": pydyf.Dictionary(
                    {
                        "Registry": pydyf.String("Adobe"),
                        "Ordering": pydyf.String("Identity"),
                        "Supplement": 0,
                    }
                ),
                "W": widths,
                "FontDescriptor": descriptor.reference,
            }
        )
        pdf.add_object(inner)
        to_unicode = pydyf.Stream([self._unicode_map()], compress=True)
        pdf.add_object(to_unicode)
        outer = pydyf.Dictionary(
            {
                "Type": "/Font",
                "Subtype": "/Type0",
                "BaseFont": name,
                "Encoding": "/Identity-H",
                "DescendantFonts": pydyf.Array([inner.reference]),
                "ToUnicode": to_unicode.reference,
            }
        )
        pdf.add_object(outer)
        return bytes(outer.reference)

    def _subset(self) -> bytes:
        """The font file with the used glyphs only; their numbers stay."""
        options = Options()
        options.retain_gids = True
        options.notdef_outline = True
        options.layout_features = []
        options.hinting = False
        options.name_IDs = [6]
        options.recalc_timestamp = False
        font = TTFont(io.BytesIO(self._data), recalcTimestamp=False)
        font.flavor = None
        subsetter = Subsetter(options)
        subsetter.populate(gids=sorted(self.used))
        subsetter.subset(font)
        out = io.BytesIO()
        font.save(out)
        return out.getvalue()

    def _tag(self) -> str:
        """Six letters that tell subsets apart."""
        number = sum((n + 1) * (i + 7) for i, n in enumerate(sorted(self.used)))
        return "".join(chr(65 + number // 26**i % 26) for i in range(6))

    def _descriptor(self, name: str, program: bytes) -> dict[str, Any]:
        head, hhea, os2 = self.font["head"], self.font["hhea"], self.font["OS/2"]
        box = [round(v * self.scale) for v in (head.xMin, head.yMin, head.xMax, head.yMax)]
        return {
            "Type": "/FontDescriptor",
            "FontName": name,
            "Flags": 4,
            "FontBBox": pydyf.Array(box),
            "ItalicAngle": 0,
            "Ascent": round(hhea.ascent * self.scale),
            "Descent": round(hhea.descent * self.scale),
            "CapHeight": round(os2.sCapHeight * self.scale),
            "StemV": 80,
            "FontFile2": program,
        }

    def _unicode_map(self) -> bytes:
        """Which character each glyph stands for, so that text can be searched and read aloud."""
        lines = [
            f"<{number:04x}> <{character.encode('utf-16-be').hex()}>"
            for number, character in sorted(self.used.items())
        ]
        parts = [lines[start : start + 100] for start in range(0, len(lines), 100)]
        body = "\n".join(
            f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar" for part in parts
        )
        return (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
            "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
            f"{body}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
        ).encode()


class Faces:
    """The three weights of one document; each document counts its own glyphs."""

    def __init__(self) -> None:
        self.regular = Face("L1", "FiraSans-Regular.woff2")
        self.medium = Face("L2", "FiraSans-Medium.woff2")
        self.bold = Face("L3", "FiraSans-SemiBold.woff2")

    def embed(self, pdf: pydyf.PDF) -> pydyf.Dictionary:
        """All used faces as the font resources of a page."""
        faces = [face for face in (self.regular, self.medium, self.bold) if face.used]
        return pydyf.Dictionary({face.name: face.embed(pdf) for face in faces})


@lru_cache(maxsize=1)
def font_addresses() -> dict[str, str]:
    """Weight -> address of its file, for the style sheet of the cover."""
    files = {"400": "Regular", "500": "Medium", "600": "SemiBold"}
    return {weight: (FOLDER / f"FiraSans-{n}.woff2").as_uri() for weight, n in files.items()}
