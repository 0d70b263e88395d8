"""The targets of a city of a million trees, and how far each is reached.

A bench hands its figures over by ``tell``: a line of JSON in the file that ``python -m bench`` names
in the environment, which prints all of them as one table at the end. A bench that runs by itself
has no such file and prints only its own tables.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

#: Names the file of figures.
FILE = "BAUM_BENCH_FIGURES"
#: Trees of the city that the targets are about.
CITY = 1_000_000


@dataclass(frozen=True)
class Target:
    """What is asked for; without ``bound`` the figure stands for itself."""

    words: str
    unit: str
    bound: float | None
    #: The figure has to be at least the bound, not at most.
    least: bool = False

    @property
    def asked(self) -> str:
        """The bound in words."""
        if self.bound is None:
            return "–"
        return f"{'≥' if self.least else '≤'} {self.bound:g} {self.unit}"

    def reached(self, value: float) -> bool:
        """Whether a figure keeps to the bound."""
        if self.bound is None:
            return True
        return value >= self.bound if self.least else value <= self.bound


@dataclass(frozen=True)
class Figure:
    """What a bench measured in a city of so many trees; ``who`` else than us."""

    key: str
    trees: int
    value: float
    #: Times the plain statement, where the figure itself is none.
    ratio: float | None = None
    note: str = ""
    who: str = ""


#: × is the time of the plain statement in the same run; of what is recorded, its speed.
TARGETS = {
    "tile_size": Target("Größte Kachel", "kB", 500),
    "tile": Target("Kachel wieder gefragt, p50 des langsamsten Zooms", "×", 1.2),
    "tile_anew": Target("Kachel neu gezeichnet, p50 des langsamsten Zooms bis 16", "×", 1.2),
    "tile_anew_near": Target("Kachel neu gezeichnet, p50 bei Zoom 17 oder 18", "×", 1.2),
    "tile_rate": Target("Kacheln bei 8 Abnehmern, Zoom 14–16", "/s", 250, least=True),
    "panning": Target("Aufgaben über 50 ms beim Ziehen der Karte", "", 0),
    "page": Target("Bericht, erste Seite", "s", 1),
    "totals": Target("Bericht, Summen und Diagramm", "s", 1),
    "list_first": Target("Bericht als CSV, erstes Byte", "ms", None),
    "list_memory": Target("Bericht als CSV, Server braucht mehr", "MiB", None),
    "paper": Target("Bericht als PDF mit 5.000 Zeilen", "s", 30),
    "past": Target("Vergangener Tag, langsamste Frage", "s", 3),
    "replan": Target("Alle Termine neu", "s", 60),
    "run": Target("Kontrolllauf", "s", 60),
    "run_ratio": Target("Kontrolllauf", "×", 2),
    "geojson": Target("Export GeoJSON", "×", 1.05),
    "geojson_first": Target("Export GeoJSON, erstes Byte", "ms", 200),
    "csv": Target("Export CSV", "×", 1.05),
    "csv_first": Target("Export CSV, erstes Byte", "ms", 200),
    "export_memory": Target("Exporte, Server braucht mehr", "MiB", None),
    "form": Target("Kontrolle im Formular eintragen", "×", 0.3, least=True),
    "form_busy": Target("… neben Export und Kontrolllauf, p95", "ms", 150),
    "tablet": Target("Kontrolle vom Tablet eintragen", "×", 0.3, least=True),
    "tablet_busy": Target("… neben Export und Kontrolllauf, p95", "ms", 150),
    "import": Target("Import mit Prüfung", "×", 3),
    "import_memory": Target("Import, Speicher", "MB", 400),
}


def tell(
    key: str,
    trees: int,
    value: float,
    *,
    ratio: float | None = None,
    note: str = "",
    who: str = "",
) -> None:
    """Hand a figure over, if somebody collects them."""
    if path := os.environ.get(FILE):
        figure = Figure(key, trees, value, ratio, note, who)
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(figure)) + "\n")


def told(path: Path) -> list[Figure]:
    """All figures of a run; of one that was told again, the last."""
    if not path.exists():
        return []
    lines = path.read_text("utf-8").splitlines()
    figures = [Figure(**json.loads(line)) for line in lines]
    return list({(each.key, each.trees, each.who): each for each in figures}.values())


def summary(figures: Sequence[Figure]) -> Iterable[str]:
    """One line for each target, in growth, and under it what others need."""
    sizes = sorted({figure.trees for figure in figures})
    yield f"{'Ziel':50} {'Vorgabe':>9} " + " ".join(f"{size:>16,}" for size in sizes)
    for key, target in TARGETS.items():
        found = [figure for figure in figures if figure.key == key]
        ours = [figure for figure in found if not figure.who]
        yield f"{target.words:50} {target.asked:>9} {_cells(ours, target, sizes)}  " + _verdict(
            ours, target
        )
        for who in dict.fromkeys(figure.who for figure in found if figure.who):
            others = [figure for figure in found if figure.who == who]
            yield f"  {who:48} {'':9} {_cells(others, target, sizes)}".rstrip()


def _cells(figures: Iterable[Figure], target: Target, sizes: Iterable[int]) -> str:
    by_size = {figure.trees: _cell(figure, target) for figure in figures}
    return " ".join(f"{by_size.get(size, ''):>16}" for size in sizes)


def _cell(figure: Figure, target: Target) -> str:
    digits = 0 if figure.value >= 100 or not target.unit else 1 if figure.value >= 10 else 2
    # A miss by a hair must not read like the bound.
    while digits < 4 and target.reached(round(figure.value, digits)) != target.reached(
        figure.value
    ):
        digits += 1
    words = [f"{figure.value:.{digits}f}", target.unit, figure.note]
    if figure.ratio is not None:
        words.append(f"({figure.ratio:.2f} ×)")
    return " ".join(word for word in words if word)


def _verdict(ours: Sequence[Figure], target: Target) -> str:
    """Of the largest city, with its size if that is not the one of the targets; others show growth."""
    if not ours:
        return "nicht gemessen"
    if target.bound is None:
        return ""
    largest = max(ours, key=lambda figure: figure.trees)
    word = "erreicht" if target.reached(largest.value) else "verfehlt"
    return word if largest.trees >= CITY else f"{word} bei {largest.trees:,} Bäumen"
