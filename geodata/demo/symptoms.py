"""What an arborist finds on which kind of tree: a table of catalogue codes, chances and measures."""

from dataclasses import dataclass

#: Phases in short.
OLD, GROWN, YOUNG, ALL = ("aging",), ("mature", "aging"), ("youth",), ("youth", "mature", "aging")
STREETS = ("street",)
GREENS = ("park", "cemetery", "school", "daycare", "playground", "sports", "forest", "other")
ANYWHERE: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Usual:
    """A symptom with its chance ``base + ill × by_ill``; ``lasting`` ones are found again each time."""

    symptom: str
    phases: tuple[str, ...]
    base: float
    by_ill: float = 0.0
    genera: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ANYWHERE
    severities: tuple[int, ...] = (1, 1, 2)
    notes: tuple[str, ...] = ("",)
    measure: str = ""
    urgencies: tuple[str, ...] = ("4",)
    lasting: bool = False
    leafy_only: bool = False
    #: Counts as damage that shortens the interval.
    grave: bool = False


LIMES = ("Tilia",)
FUNGI_BASE = {
    "Fagus": "Riesenporling",
    "Quercus": "Spindeliger Rübling",
    "Tilia": "Brandkrustenpilz",
    "Acer": "Brandkrustenpilz",
    "Aesculus": "Lackporling",
    "Robinia": "Eschenbaumschwamm",
    "Betula": "Hallimasch",
    "Populus": "Lackporling",
    "Picea": "Wurzelschwamm",
    "Platanus": "Lackporling",
}
FUNGI_STEM = {
    "Quercus": "Schwefelporling",
    "Fagus": "Zunderschwamm",
    "Betula": "Birkenporling",
    "Salix": "Feuerschwamm",
    "Prunus": "Schwefelporling",
    "Malus": "Zottiger Schillerporling",
    "Fraxinus": "Zottiger Schillerporling",
    "Populus": "Sparriger Schüppling",
    "Acer": "Schuppiger Porling",
    "Platanus": "Zottiger Schillerporling",
}

TABLE: tuple[Usual, ...] = (
    Usual("K07", GROWN, 0.5, 0.4, ("Fraxinus",), notes=("Eschentriebsterben, Krone licht", "Triebsterben"),
          severities=(1, 2, 2, 3), measure="deadwood", urgencies=("3", "4"), lasting=True, leafy_only=True),
    Usual("K20", GROWN, 0.02, 0.3, ("Fraxinus", "Betula", "Picea", "Sorbus"), severities=(2, 2, 3),
          measure="deadwood", urgencies=("3", "2"), grave=True, lasting=True),
    Usual("K25", GROWN, 0.34, 0.3, ("Platanus",), severities=(2, 2, 3), lasting=True,
          notes=("Massaria-Verdacht auf Astoberseiten", "Massaria an zwei Starkästen"),
          measure="aerial_exam", urgencies=("2", "3")),
    Usual("K08", ALL, 0.72, 0, ("Aesculus",), severities=(1, 1, 2), leafy_only=True, lasting=True,
          notes=("Miniermotte", "Miniermotte, Blattbräune")),
    Usual("S17", GROWN, 0.05, 0.1, ("Aesculus",), severities=(2, 3), notes=("Bakterielles Bluten",),
          measure="detailed_exam", urgencies=("3",), lasting=True, grave=True),
    Usual("K17", GROWN, 0.13, 0.35, severities=(1, 1, 2), measure="deadwood", urgencies=("4", "4", "5")),
    Usual("K18", OLD, 0.16, 0.35, ("Quercus", "Fagus", "Tilia", "Populus", "Robinia", "Acer", "Aesculus"),
          severities=(2, 2, 3), measure="deadwood", urgencies=("3", "3", "2"),
          notes=("bis 8 cm über dem Weg", "mehrere Äste ab 5 cm", "")),
    Usual("K14", GROWN, 0.11, 0, kinds=STREETS, severities=(1, 2), measure="clearance",
          urgencies=("3", "4"), notes=("Fahrbahn unter 4,50 m", "Radweg unter 2,50 m", "verdeckt Laterne")),
    Usual("W11", GROWN, 0.3, 0, LIMES, severities=(1,), measure="suckers", urgencies=("5", "4"),
          lasting=True),
    Usual("S13", GROWN, 0.08, 0, ("Tilia", "Ulmus", "Populus", "Acer"), severities=(1,), measure="suckers",
          urgencies=("5",)),
    Usual("WU05", GROWN, 0.1, 0, kinds=STREETS, severities=(1, 2), lasting=True,
          notes=("Gehwegplatten angehoben", "Bord verschoben", "")),
    Usual("S01", ALL, 0.045, 0.03, kinds=STREETS, severities=(1, 2), lasting=True,
          notes=("alte Anfahrt, überwallt", "Anfahrschaden auf der Fahrbahnseite")),
    Usual("W14", ALL, 0.07, 0, kinds=GREENS, severities=(1,), measure="trunk_guard", urgencies=("5", "4")),
    Usual("K06", GROWN, 0.07, 0.05, ("Tilia", "Populus", "Malus", "Robinia", "Betula", "Acer"),
          severities=(1, 1, 2), measure="mistletoe", urgencies=("5", "4"), lasting=True),
    Usual("K21", GROWN, 0.035, 0.05, ("Acer", "Tilia", "Fraxinus", "Aesculus", "Fagus"), severities=(2,),
          measure="bracing_install", urgencies=("3", "4"), lasting=True),
    Usual("K12", OLD, 0.06, 0.1, ("Quercus", "Fagus", "Tilia", "Aesculus", "Acer"), severities=(1,),
          measure="bracing_check", urgencies=("4",), lasting=True),
    Usual("W07", OLD, 0, 0.22, tuple(FUNGI_BASE), severities=(2, 3), measure="detailed_exam",
          urgencies=("2", "3"), lasting=True, grave=True),
    Usual("S08", GROWN, 0, 0.12, tuple(FUNGI_STEM), severities=(2, 3), measure="detailed_exam",
          urgencies=("2", "3"), lasting=True, grave=True),
    Usual("S07", OLD, 0.02, 0.12, severities=(2, 2, 3), measure="detailed_exam", urgencies=("3",),
          lasting=True, grave=True, notes=("Spechthöhle", "Öffnung 20 × 10 cm", "")),
    Usual("W13", OLD, 0, 0.14, severities=(2, 3), measure="detailed_exam", urgencies=("3", "2"),
          lasting=True, grave=True),
    Usual("S05", GROWN, 0, 0.1, severities=(2,), measure="detailed_exam", urgencies=("3",), lasting=True,
          grave=True, notes=("an alter Astungswunde",)),
    Usual("S02", GROWN, 0.06, 0.05, severities=(1, 2), lasting=True),
    Usual("K04", OLD, 0.05, 0.1, severities=(1, 2), lasting=True),
    Usual("K11", OLD, 0.02, 0.03, ("Tilia", "Platanus", "Populus", "Salix"), severities=(2,),
          measure="crown_reduce", urgencies=("4",), lasting=True),
    Usual("K23", GROWN, 0.03, 0.08, severities=(1, 2), measure="relief_cut", urgencies=("3", "4")),
    Usual("S04", GROWN, 0.05, 0, kinds=GREENS, severities=(1, 2), measure="ivy_removal", urgencies=("4",),
          lasting=True),
    Usual("V05", GROWN, 0.05, 0, kinds=STREETS, severities=(1,), lasting=True),
    Usual("V04", GROWN, 0.03, 0, severities=(1,), notes=("wird beparkt", "Trampelpfad"), lasting=True),
    Usual("V10", GROWN, 0.006, 0.03, kinds=STREETS, severities=(2, 3), measure="root_treatment",
          urgencies=("2",), notes=("Leitungsgraben, Wurzeln über 3 cm gekappt",), grave=True),
    Usual("V13", ALL, 0.03, 0.05, ("Betula", "Acer", "Sorbus", "Prunus", "Tilia"), severities=(1,),
          measure="water", urgencies=("3",), leafy_only=True),
    Usual("S19", YOUNG, 0.14, 0, severities=(1,), measure="check_ties", urgencies=("3", "4")),
    Usual("K09", YOUNG, 0.12, 0, severities=(1,), measure="young_pruning", urgencies=("4",)),
    Usual("K24", GROWN, 0.014, 0, severities=(1,), notes=("Krähennest", "Horst, besetzt", "Nistkasten")),
    Usual("S12", GROWN, 0.012, 0.04, severities=(1, 2), lasting=True),
    Usual("K01", GROWN, 0.02, 0.06, severities=(1, 2), measure="crown_care", urgencies=("3",)),
    Usual("K02", GROWN, 0.004, 0.03, severities=(3,), measure="broken_limbs", urgencies=("1", "2"),
          notes=("hängt über dem Gehweg", "angebrochen, 12 cm stark")),
    Usual("S16", GROWN, 0.008, 0, severities=(1,), notes=("Draht eingewachsen",), lasting=True),
)  # fmt: skip


def note_for(usual: Usual, genus: str, choice: int) -> str:
    """The remark of a finding; fungi are named by their host."""
    if usual.symptom == "W07":
        return FUNGI_BASE[genus]
    if usual.symptom == "S08":
        return FUNGI_STEM[genus]
    return usual.notes[choice % len(usual.notes)]
