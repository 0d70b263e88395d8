"""Invented names that sound like a town of the north-west; no person or place is meant."""

from collections.abc import Iterator
from random import Random

CITY = "Wallhausen an der Leede"
RIVER = "Leede"
QUARTERS = (
    "Altstadt",
    "Osterfehn",
    "Nordermoor",
    "Westerkamp",
    "Brookhusen",
    "Süderleede",
    "Hohenesch",
    "Tweelhorn",
)
NEIGHBOURS = (
    "Harlinghuser",
    "Brookmoorer",
    "Tammerloher",
    "Eversfehner",
    "Wittenbroker",
    "Ohmsteder Mühlen",
    "Dreihöfer",
    "Sandhorner",
    "Lüttringer",
)
LANES = (
    "Hinter der Waage", "Klosterhof", "Kurze Straße", "Lange Reihe", "Neue Reihe", "Pferdetränke",
    "Tuchhof", "Am Alten Speicher", "Beim Brauhaus", "Ritterecke",
)  # fmt: skip
LANE_WORDS = (
    "Achtern", "Bäcker", "Böttcher", "Brunnen", "Burg", "Eimer", "Fischer", "Glocken", "Hafen",
    "Huf", "Kirch", "Knopf", "Krug", "Malz", "Markt", "Messer", "Nagel", "Pfeffer", "Rosen",
    "Salz", "Schuster", "Seiler", "Spindel", "Töpfer", "Torf", "Wall", "Woll", "Zimmer", "Zoll",
    "Zunft",
)  # fmt: skip
LANE_ENDS = ("gasse", "gang", "winkel", "twiete", "stiege")
THEMES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("Ahorn", "Birken", "Buchen", "Eichen", "Erlen", "Eschen", "Eiben", "Hainbuchen",
         "Haselnuss", "Holunder", "Kastanien", "Kiefern", "Lärchen", "Linden", "Mehlbeeren",
         "Pappel", "Platanen", "Robinien", "Rüstern", "Schlehen", "Tannen", "Ulmen", "Vogelbeer",
         "Wacholder", "Weiden", "Weißdorn"),
        ("weg", "straße", "allee", "kamp"),
    ),
    (
        ("Amsel", "Bachstelzen", "Bussard", "Dompfaff", "Drossel", "Eisvogel", "Elster", "Falken",
         "Finken", "Habicht", "Kiebitz", "Kranich", "Lerchen", "Meisen", "Möwen", "Pirol",
         "Reiher", "Rohrdommel", "Schwalben", "Sperber", "Spatzen", "Star", "Storchen", "Zeisig"),
        ("weg", "stieg", "winkel"),
    ),
    (
        ("Acker", "Binsen", "Brink", "Deich", "Esch", "Fehn", "Fluren", "Geest", "Heide", "Hörn",
         "Kamp", "Koppel", "Marsch", "Moor", "Mühlen", "Ried", "Sand", "Schaf", "Torf", "Wiesen",
         "Wurten", "Ziegel", "Hof", "Brücken", "Quellen", "Hecken"),
        ("straße", "weg", "damm", "grund"),
    ),
    (
        ("Anker", "Bootsbauer", "Drechsler", "Färber", "Gerber", "Glaser", "Kahn", "Korbmacher",
         "Küfer", "Lotsen", "Maurer", "Müller", "Netzmacher", "Schiffer", "Schmiede", "Segel",
         "Steinmetz", "Tischler", "Weber", "Werft", "Winden", "Zimmerer"),
        ("straße", "weg", "hof"),
    ),
    (
        ("Aster", "Dahlien", "Enzian", "Fingerhut", "Flieder", "Geranien", "Ginster", "Iris",
         "Jasmin", "Klee", "Kornblumen", "Krokus", "Lavendel", "Lilien", "Lupinen", "Malven",
         "Mohn", "Narzissen", "Nelken", "Primel", "Rosen", "Tulpen", "Veilchen"),
        ("weg", "ring", "straße"),
    ),
)  # fmt: skip
FIRST_NAMES = (
    "Gesine", "Hinrich", "Almuth", "Focko", "Wiebke", "Dietrich", "Talea", "Onno", "Marten",
    "Imke", "Gerd", "Hilke", "Renke", "Swantje", "Eilert", "Frauke", "Johann", "Antje", "Harm",
    "Lübbo", "Theda", "Cord",
)  # fmt: skip
LAST_NAMES = (
    "Hollwege", "Brandorff", "Tiedken", "Osterbloh", "Meinertz", "Lührsen", "Addickmann",
    "Freriksen", "Grotelüsch", "Haverbeck", "Ikenhorst", "Kloppmann", "Neelsen", "Petershagen",
    "Rickleffs", "Siefjen", "Tammling", "Uphoffer", "Wragge", "Behrendsen", "Dircksmeyer",
)  # fmt: skip


def street_names(rng: Random) -> Iterator[tuple[int, str]]:
    """Theme number and name of local streets without end, never one twice."""
    pools = [
        [(number, head + tail) for head in heads for tail in tails]
        for number, (heads, tails) in enumerate(THEMES)
    ]
    people = [
        (len(THEMES), f"{first}-{last}-Straße") for first in FIRST_NAMES for last in LAST_NAMES
    ]
    seen: set[str] = set()
    for pool in (*pools, people):
        rng.shuffle(pool)
    pools.append(people[: len(people) // 4])
    rest = people[len(people) // 4 :]
    while any(pools):
        pool = rng.choice([pool for pool in pools if pool])
        # The four names of one word would stand beside each other on the map.
        yield from _fresh([pool.pop() for _ in range(min(4, len(pool)))], seen)
    yield from rest
    for round_ in range(2, 1000):
        for theme, name in rest:
            yield theme, f"{name} {round_}"


def _fresh(names: list[tuple[int, str]], seen: set[str]) -> Iterator[tuple[int, str]]:
    """Those names whose first word is not in use yet in the same form."""
    for theme, name in names:
        if name not in seen:
            seen.add(name)
            yield theme, name


def lane_names(rng: Random) -> Iterator[str]:
    """Names of old-town lanes without end; each word first once, then with other endings."""
    names = list(LANES)
    for shift in range(len(LANE_ENDS)):
        names += [
            word + LANE_ENDS[(number + shift) % len(LANE_ENDS)]
            for number, word in enumerate(LANE_WORDS)
        ]
    first = len(LANES) + len(LANE_WORDS)
    head = names[:first]
    rng.shuffle(head)
    yield from head
    yield from names[first:]
    for size in ("Kleine", "Große", "Obere", "Untere"):
        yield from (f"{size} {word}gasse" for word in LANE_WORDS)
    for number in range(2, 1000):
        yield from (f"{number}. {word}gasse" for word in LANE_WORDS)


class GroundNames:
    """Hands out names of parks, schools and so on, each once."""

    BASE: dict[str, tuple[str, ...]] = {
        "cemetery": ("Neuer Friedhof", "Waldfriedhof", "Friedhof Osterfehn", "Alter Friedhof"),
        "sports": ("Sportpark Westerkamp", "Bezirkssportanlage Nordermoor", "Sportplatz am Esch"),
        "building": ("Rathaus", "Stadtbücherei", "Feuerwache", "Bürgerhaus", "Stadthalle"),
    }
    FORMS: dict[str, tuple[str, ...]] = {
        "park": ("{}park", "Grünanlage {}straße", "{}anger", "{}wiesen"),
        "school": ("Grundschule {}", "Oberschule {}", "Gymnasium {}", "Berufsschule {}"),
        "daycare": ("Kita {}nest", "Kita {}hof", "Kita {}garten"),
        "playground": ("Spielplatz {}weg", "Spielplatz {}wiese", "Spielplatz {}kamp"),
        "cemetery": ("Friedhof {}",),
        "sports": ("Sportplatz {}",),
        "building": ("Bürgerhaus {}", "Feuerwache {}"),
        "forest": ("Stadtwald", "{}holz"),
        "compensation": ("Ausgleichsfläche {}",),
    }
    WORDS = (
        "Möwen", "Fehn", "Linden", "Brink", "Sonnen", "Mühlen", "Storchen", "Kleeblatt", "Igel",
        "Heide", "Moor", "Hasen", "Weiden", "Eschen", "Koppel", "Birken", "Werft", "Holunder",
        "Schäfer", "Wiesen", "Frosch", "Ahorn", "Haseln", "Marschen", "Deich", "Drachen",
    )  # fmt: skip

    def __init__(self, rng: Random) -> None:
        """Shuffle the words once."""
        self._rng = rng
        self._seen: set[str] = set()

    def take(self, kind: str) -> str:
        """A name for a ground of this kind that none before has."""
        for name in self.BASE.get(kind, ()):
            if name not in self._seen:
                self._seen.add(name)
                return name
        for attempt in range(1000):
            form = self._rng.choice(self.FORMS[kind])
            name = form.format(self._rng.choice(self.WORDS))
            if attempt > 60:
                name += f" {self._rng.choice(self.WORDS)}"
            if attempt > 200:
                name += f" {attempt}"
            if name not in self._seen:
                self._seen.add(name)
                return name
        raise LookupError(kind)
