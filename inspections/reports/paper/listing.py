"""The list pages of the report: drawn by hand, one tagged table over all pages, fixed row height.

HTML takes a millisecond for each cell, thousands of rows take minutes; drawing them takes seconds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import pydyf

from inspections.reports.paper.fonts import Face, Faces
from inspections.reports.paper.symbols import placed, rgb

#: A4 landscape, in points.
WIDTH, HEIGHT = 841.89, 595.28
MARGIN, TOP, BOTTOM = 34.0, 56.0, 42.0
HEAD, ROW, GAP = 25.0, 21.0, 5.0
FIRST_SIZE, SECOND_SIZE = 7.6, 6.5
INK, MUTED, RULE, BAND = rgb("#1a1f27"), rgb("#5a6472"), rgb("#d4d9e0"), rgb("#eef1f5")
ROWS_PER_PAGE: Final = int((HEIGHT - TOP - BOTTOM - HEAD) // ROW)


class Column(NamedTuple):
    """One column: two lines of head and its share of the width."""

    first: str
    second: str
    share: float


class Cell(NamedTuple):
    """Two lines of one cell; the second is smaller and muted."""

    first: str
    second: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One tree: its state's code for the symbol, then a cell for each column."""

    state: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What stands on every page besides the list."""

    title: str
    #: Day of the report, state of the data.
    day_line: str
    #: The selection.
    selection: str
    #: Number and checksum of the report.
    proof: str
    #: "Seite %(page)s von %(pages)s".
    page_words: str
    #: Words for readers who hear the table.
    table_name: str


def page_count(rows: int) -> int:
    """Pages that so many rows take."""
    return -(-rows // ROWS_PER_PAGE)


class Raw(pydyf.Object):
    """An object whose text is known."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    @property
    def data(self) -> bytes:
        """The text as it stands in the file."""
        return self.text.encode()


class ListPages:
    """Adds the pages to a PDF that has a tag tree already (the cover's)."""

    def __init__(
        self, pdf: pydyf.PDF, *, frame: Frame, columns: Sequence[Column], pages_before: int
    ) -> None:
        self.pdf, self.frame, self.columns = pdf, frame, columns
        self.before = pages_before
        self.faces = Faces()
        room = WIDTH - 2 * MARGIN
        whole = sum(column.share for column in columns)
        self.lefts, self.widths, x = [], [], MARGIN
        for column in columns:
            width = room * column.share / whole
            self.lefts.append(x)
            self.widths.append(width - GAP)
            x += width
        self.resources = pydyf.Dictionary({})
        self.tags = TagTree(pdf, frame.table_name)

    def draw(self, rows: Sequence[Row], *, told: Callable[[float], None]) -> None:
        """Draw all rows; ``told`` hears the share that is done after each page."""
        self.pdf.add_object(self.resources)
        pages = page_count(len(rows))
        for index in range(pages):
            part = rows[index * ROWS_PER_PAGE : (index + 1) * ROWS_PER_PAGE]
            self._page(index, pages + self.before, part)
            told((index + 1) / pages)
        self.resources["Font"] = self.faces.embed(self.pdf)
        self.tags.close()

    def _page(self, index: int, of: int, rows: Sequence[Row]) -> None:
        stream = pydyf.Stream(compress=True)
        page = pydyf.Dictionary(
            {
                "Type": "/Page",
                "Parent": self.pdf.pages.reference,
                "MediaBox": pydyf.Array([0, 0, WIDTH, HEIGHT]),
                "Resources": self.resources.reference,
                "Tabs": "/S",
            }
        )
        self.pdf.add_page(page)
        page["StructParents"] = self.tags.begin_page(page.number)
        orders = stream.stream
        self._frame(orders, self.before + index + 1, of)
        self._heads(orders, tagged=index == 0)
        y = HEIGHT - TOP - HEAD
        for number, row in enumerate(rows):
            self._row(orders, row, y, banded=number % 2 == 1)
            y -= ROW
        self.pdf.add_object(stream)
        page["Contents"] = stream.reference

    def _frame(self, orders: list[str], page: int, of: int) -> None:
        """Title and day above, proof and page number below: not part of the text."""
        faces, frame, right = self.faces, self.frame, WIDTH - MARGIN
        words = frame.page_words % {"page": page, "pages": of}
        orders.append("/Artifact <</Type /Pagination>> BDC")
        top = HEIGHT - 32
        used = faces.bold.width(frame.title, 10.5)
        orders.append(_text(faces.bold, frame.title, MARGIN, top, 10.5, INK))
        room = right - MARGIN - used - 24
        line = faces.regular.fitted(f"{frame.day_line} · {frame.selection}", 7.6, room)
        x = right - faces.regular.width(line, 7.6)
        orders.append(_text(faces.regular, line, x, top, 7.6, MUTED))
        orders.append(f"{RULE} RG 0.6 w {MARGIN} 33 m {right:.2f} 33 l S")
        orders.append(_text(faces.regular, frame.proof, MARGIN, 22, 6.5, MUTED))
        x = right - faces.medium.width(words, 7.6)
        orders.append(_text(faces.medium, words, x, 22, 7.6, INK))
        orders.append("EMC")

    def _heads(self, orders: list[str], *, tagged: bool) -> None:
        """The head of the columns; read aloud once, on later pages only seen."""
        y, room = HEIGHT - TOP - HEAD, WIDTH - 2 * MARGIN
        orders.append(f"/Artifact BMC {BAND} rg {MARGIN} {y:.2f} {room:.2f} {HEAD} re f EMC")
        cells = []
        for column, x, width in zip(self.columns, self.lefts, self.widths, strict=True):
            mark = self.tags.mark() if tagged else None
            orders.append("/Artifact BMC" if mark is None else f"/TH <</MCID {mark}>> BDC")
            first = self.faces.bold.fitted(column.first, FIRST_SIZE, width)
            second = self.faces.regular.fitted(column.second, SECOND_SIZE, width)
            orders.append(_text(self.faces.bold, first, x + GAP, y + 14.5, FIRST_SIZE, INK))
            orders.append(_text(self.faces.regular, second, x + GAP, y + 5.5, SECOND_SIZE, MUTED))
            orders.append("EMC")
            cells.append(mark)
        if tagged:
            self.tags.row("TH", [mark for mark in cells if mark is not None])

    def _row(self, orders: list[str], row: Row, y: float, *, banded: bool) -> None:
        """One tree: a symbol, then the cells; a rule below."""
        bottom, right = y - ROW, WIDTH - MARGIN
        orders.append(
            f"/Artifact BMC {RULE} RG 0.4 w {MARGIN} {bottom:.2f} m {right:.2f} {bottom:.2f} l S "
            f"{placed(row.state, MARGIN + GAP, bottom + 5.5, 10)} EMC"
        )
        marks = []
        for index, cell in enumerate(row.cells):
            indent = GAP + 14 if index == 0 else GAP
            x, width = self.lefts[index] + indent, self.widths[index] - indent + GAP
            mark = self.tags.mark()
            marks.append(mark)
            face = self.faces.medium if index < 2 else self.faces.regular
            first = face.fitted(cell.first, FIRST_SIZE, width)
            orders.append(f"/TD <</MCID {mark}>> BDC")
            orders.append(_text(face, first, x, bottom + 11.8, FIRST_SIZE, INK))
            if cell.second:
                second = self.faces.regular.fitted(cell.second, SECOND_SIZE, width)
                orders.append(
                    _text(self.faces.regular, second, x, bottom + 4.2, SECOND_SIZE, MUTED)
                )
            orders.append("EMC")
        self.tags.row("TD", marks)


class TagTree:
    """One table in the tag tree of a PDF, for screen readers."""

    def __init__(self, pdf: pydyf.PDF, name: str) -> None:
        self.pdf = pdf
        root = _object(pdf, pdf.catalog["StructTreeRoot"])
        document = _object(pdf, root["K"][0])
        self.nums = _object(pdf, root["ParentTree"])["Nums"]
        self.next_key = max(self.nums[::2], default=-1) + 1
        self.table = pydyf.Dictionary(
            {
                "Type": "/StructElem",
                "S": "/Table",
                "P": document.reference,
                "K": pydyf.Array(),
                "A": pydyf.Dictionary({"O": "/Table", "Summary": pydyf.String(name)}),
            }
        )
        pdf.add_object(self.table)
        document["K"].append(self.table.reference)
        self.page = 0
        self.marks = 0
        self.parents: list[str] = []

    def begin_page(self, number: int) -> int:
        """Start a page; its key in the parent tree."""
        self._end_page()
        self.page, self.marks, self.parents = number, 0, []
        return int(self.next_key)

    def mark(self) -> int:
        """The number of the next piece of marked content on this page."""
        self.marks += 1
        return self.marks - 1

    def row(self, kind: str, marks: Sequence[int]) -> None:
        """A row of the table whose cells are these marks."""
        first = len(self.pdf.objects) + 1
        kids = " ".join(f"{first + offset} 0 R" for offset in range(len(marks)))
        parent = f"{self.table.number} 0 R"
        line = Raw(f"<</Type/StructElem/S/TR/P {parent}/Pg {self.page} 0 R/K[{kids}]>>")
        self.pdf.add_object(line)
        self.table["K"].append(line.reference)
        scope = "/A<</O/Table/Scope/Column>>" if kind == "TH" else ""
        for mark in marks:
            cell = Raw(
                f"<</Type/StructElem/S/{kind}/P {line.number} 0 R/Pg {self.page} 0 R/K {mark}{scope}>>"
            )
            self.pdf.add_object(cell)
            self.parents.append(f"{cell.number} 0 R")

    def close(self) -> None:
        """End the last page."""
        self._end_page()

    def _end_page(self) -> None:
        if self.page:
            parents = Raw(f"[{' '.join(self.parents)}]")
            self.pdf.add_object(parents)
            self.nums.extend([self.next_key, parents.reference])
            self.next_key += 1
            self.page = 0


def _object(pdf: pydyf.PDF, reference: bytes | str) -> pydyf.Dictionary:
    """The object that a reference leads to."""
    text = reference.decode() if isinstance(reference, bytes) else reference
    return pdf.objects[int(text.split()[0])]


def _text(face: Face, text: str, x: float, y: float, size: float, colour: str) -> str:
    """The order that writes one line of text."""
    return f"BT {colour} rg /{face.name} {size} Tf {x:.2f} {y:.2f} Td <{face.encoded(text)}> Tj ET"
