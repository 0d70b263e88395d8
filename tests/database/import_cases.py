"""What the import tests share: a small city, some species, one call that imports a fixture."""

from datetime import date
from pathlib import Path

from baumkataster.models import Species
from baumkataster.rules.species import botanical_name
from geodata.importing import ImportReport, import_trees
from tests import factories

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "imports"
DAY = date(2026, 11, 23)
#: genus, hybrid, species, cultivar
LISTED = (
    ("Acer", False, "platanoides", ""),
    ("Acer", False, "platanoides", "Globosum"),
    ("Betula", False, "pendula", ""),
    ("Crataegus", False, "laevigata", "Paul's Scarlet"),
    ("Fagus", False, "sylvatica", ""),
    ("Fraxinus", False, "ornus", ""),
    ("Ginkgo", False, "biloba", ""),
    ("Quercus", False, "", ""),
    ("Quercus", False, "robur", ""),
    ("Tilia", False, "cordata", ""),
    ("Tilia", True, "europaea", ""),
)

LIMITS = ("max_height_m", "max_girth_cm", "max_crown_m")


def found_city() -> None:
    """Rule set, one unit and the species that the fixtures speak of."""
    factories.load_rule_set()
    factories.make_unit(code="R1")
    for genus, hybrid, species, cultivar in LISTED:
        parts = {"genus": genus, "hybrid": hybrid, "species": species, "cultivar": cultivar}
        name = botanical_name(infraspecific="", **parts)
        Species.objects.create(
            botanical_name=name, german_name=name, leaf_type="deciduous", **parts
        )


def list_species() -> None:
    """The species list that the product ships."""
    Species.objects.bulk_create(
        Species(
            botanical_name=botanical_name(**parts),
            german_name=row["german_name"],
            leaf_type=row["leaf_type"],
            synonyms=[text.strip() for text in row["synonyms"].split(";") if text.strip()],
            **{name: int(row[name]) for name in LIMITS if row[name]},
            **parts,
        )
        for row in factories.species_rows()
        for parts in [
            {name: row[name] for name in ("genus", "species", "infraspecific", "cultivar")}
            | {"hybrid": row["hybrid"] == "1"}
        ]
    )


def imported(path: str | Path, profile: str = "wesel", **options) -> ImportReport:
    """Import a fixture by name, or any file by its path."""
    file = FIXTURES / path
    own = file.with_suffix(".toml")
    values = {"by": None, "day": DAY} | options
    return import_trees(path=file, profile=str(own) if own.exists() else profile, **values)


def edited(folder: Path, *changes: tuple[str, str], name: str = "wesel_like.csv") -> Path:
    """A copy of a fixture in which each first text is replaced by the second."""
    text = (FIXTURES / name).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
