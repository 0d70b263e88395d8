"""python -m bench.imports: the import of N rows against the same rows by plain SQL, by turns.

The limit is COPY into a temporary table and INSERT … SELECT into the same tables, with the same
triggers, constraints and indexes: clean values, no check, no change found. A second import of the
file with 1 % changed rows follows. Memory is the peak of the importing process; seconds of the
processor are those of both sides.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from bench import import_child
from bench.city import SIZES
from bench.targets import tell
from tests.conftest import ROOT, app_url, create_database, drop_database, manage, owner_url

PROFILE = """
title = "Messung"
source = "Messung"
licence = "erfunden"
key = ["ID"]
[file]
decimal = ","
[position]
crs = "EPSG:31467"
x = "RECHTSWERT"
y = "HOCHWERT"
[species]
columns = ["ART"]
empty_site = ["Standort ohne Baum"]
unknown = ["Unbekannt"]
[fields.place]
column = "STRASSE"
[fields.number]
column = "NUMMER"
[fields.height_m]
column = "HOEHE"
zero = "null"
[fields.crown_diameter_m]
column = "KRONE"
zero = "null"
[fields.girth_cm]
column = "UMFANG"
zero = "null"
[fields.planted_year]
column = "PFLANZJAHR"
"""
HEADER = "ID;STRASSE;NUMMER;ART;HOEHE;KRONE;UMFANG;PFLANZJAHR;RECHTSWERT;HOCHWERT\n"
#: How the source writes its species; of every tenth the list knows only the genus.
SPECIES = [
    f"{genus} {epithet}{mark}, Erfundener {german}"
    for genus, german in (("Acer", "Ahorn"), ("Tilia", "Lindenbaum"), ("Quercus", "Eichbaum"))
    for epithet in ("prima", "secunda", "tertia", "quarta", "quinta", "ignota")
    for mark in ("", "*", " 'Bella'")
]
LISTED = """
INSERT INTO baumkataster_species (genus, species, botanical_name, german_name, leaf_type,
    max_height_m, max_girth_cm, max_crown_m, phase_limit_years)
SELECT g, coalesce(s, ''), concat_ws(' ', g, coalesce(s, 'spec.')), g, 'deciduous', 35, 600, 25, 80
FROM unnest(ARRAY['Acer', 'Tilia', 'Quercus']) g,
     unnest(ARRAY['prima', 'secunda', 'tertia', 'quarta', 'quinta', NULL]) s;
INSERT INTO baumkataster_unit (code, name) VALUES ('R1', 'Revier 1');
INSERT INTO baumkataster_district (name, code, geom)
SELECT 'Ortsteil ' || n, n::text, ST_Multi(ST_MakeEnvelope(440000 + n % 10 * 2000, 5880000 + n / 10
    * 2000, 442000 + n % 10 * 2000, 5882000 + n / 10 * 2000, 25832)) FROM generate_series(0, 99) n;
"""
PLAIN = """
CREATE TEMP TABLE plain (id text, street text, number text, species text, height numeric(4, 1),
    crown numeric(4, 1), girth integer, year integer, x double precision, y double precision,
    site_id uuid DEFAULT gen_random_uuid(), tree_id uuid DEFAULT gen_random_uuid()) ON COMMIT DROP
"""
INSERTS = (
    """INSERT INTO baumkataster_place (kind, name, expectation, unit_id)
    SELECT 'street', s.street, 'higher', u.id FROM (SELECT DISTINCT street FROM plain) s,
    baumkataster_unit u""",
    """INSERT INTO baumkataster_site (id, place_id, number, geom, source, source_keys)
    SELECT r.site_id, p.id, r.number || '-' || r.id, ST_SetSRID(ST_MakePoint(x, y), 25832),
    'Messung', jsonb_build_object('ID', r.id) FROM plain r JOIN baumkataster_place p
    ON p.name = r.street""",
    """INSERT INTO baumkataster_tree (id, site_id, species_id, status, geom, position_source,
        planted_year, height_m, crown_diameter_m, girth_cm, origin, source, source_keys)
    SELECT tree_id, site_id, s.id, 'standing', ST_SetSRID(ST_MakePoint(x, y), 25832), 'import',
    year, height, crown, girth, 'import', 'Messung', jsonb_build_object('ID', r.id)
    FROM plain r LEFT JOIN baumkataster_species s ON s.botanical_name = r.species""",
    """INSERT INTO inspections_controlplan (tree_id, required, not_required_reason, due_on,
        tolerance_until, never, basis, phase, condition, expectation, rule_set_id, initial_due_on)
    SELECT tree_id, true, '', d, d + 90, true, 'initial', 'mature', '', 'higher', s.id, d
    FROM plain, inspections_ruleset s,
    LATERAL (SELECT current_date + 31 + plain.id::integer % 330 AS d) day""",
)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description="Import gegen reines SQL")
    parser.add_argument("--rows", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--rounds", type=int, default=1, help="Runden, abwechselnd gemessen")
    parser.add_argument("--file", type=Path, help="statt erfundener Zeilen: diese Datei")
    parser.add_argument("--profile", help="Profil für --file")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        import_child.run(Path(options.child), options.profile)
        return
    template = f"baumbench_{os.getpid()}_template"
    create_database(template, os.environ.get("BAUM_TEMPLATE_DB", "template1"))
    try:
        _prepare(template)
        with tempfile.TemporaryDirectory() as folder:
            if options.file:
                _measure_file(template, options.file, options.profile)
            else:
                _measure_all(template, Path(folder), options.rows, options.rounds)
    finally:
        drop_database(template)


def _prepare(template: str) -> None:
    """A migrated database with a rule set, some species and 100 districts."""
    manage(template, "migrate", "--verbosity=0")
    manage(template, "shell", "-c", "from tests import factories; factories.load_rule_set()")
    with psycopg.connect(app_url(template), autocommit=True) as connection:
        connection.execute(LISTED)


@dataclass
class Turn:
    """What one run took."""

    name: str
    rows: int
    seconds: float
    processor: float
    peak_mb: float = 0.0
    steps: str = ""


def _measure_all(template: str, folder: Path, sizes: list[int], rounds: int) -> None:
    head = f"{'':30} {'Zeilen':>9} {'s':>7} {'Zeilen/s':>9} {'Verhältnis':>10}"
    print(f"{head} {'CPU s':>7} {'Verh.':>6} {'MB':>5}")
    profile = folder / "messung.toml"
    profile.write_text(PROFILE, encoding="utf-8")
    for size in sizes:
        first, second = folder / f"{size}.csv", folder / f"{size}_again.csv"
        clean = _generate(first, second, size)
        for _ in range(rounds):
            for turn in _one_round(template, size, (first, second, clean), str(profile)):
                print(turn, flush=True)
        for path in (first, second, clean):
            path.unlink()


def _one_round(
    template: str, size: int, files: tuple[Path, Path, Path], profile: str
) -> Iterator[str]:
    first, second, clean = files
    limit = _in_new_database(template, lambda name: [_plain(name, clean, size)])[0]
    yield _line(limit, limit)
    ours = _in_new_database(
        template,
        lambda name: [
            _ours(name, "Import", first, profile),
            _ours(name, "derselbe mit 1 % Änderungen", second, profile),
        ],
    )
    for turn in ours:
        yield f"{_line(turn, limit)}\n    {turn.steps}"
    tell("import", size, max(turn.seconds for turn in ours) / limit.seconds)
    tell("import_memory", size, max(turn.peak_mb for turn in ours))


def _measure_file(template: str, path: Path, profile: str) -> None:
    for turn in _in_new_database(
        template,
        lambda name: [
            _ours(name, path.name, path, profile),
            _ours(name, "noch einmal", path, profile),
        ],
    ):
        told = f"{turn.rows:,} Zeilen, {turn.seconds:.1f} s, {turn.peak_mb:.0f} MB"
        print(f"{turn.name}: {told}\n    {turn.steps}", flush=True)


def _line(turn: Turn, limit: Turn) -> str:
    ratio = turn.seconds / limit.seconds
    return (
        f"{turn.name:30} {turn.rows:9,} {turn.seconds:7.1f} {turn.rows / turn.seconds:9,.0f}"
        f" {ratio:10.2f} {turn.processor:7.1f} {turn.processor / limit.processor:6.2f}"
        f" {turn.peak_mb:5.0f}"
    )


def _in_new_database(template: str, run: Any) -> list[Turn]:
    name = f"baumbench_{os.getpid()}_import"
    create_database(name, template)
    try:
        return list(run(name))
    finally:
        drop_database(name)


def _generate(first: Path, second: Path, size: int) -> Path:
    """Two files of the source, the second with 1 % changes, and the same as clean values."""
    chance = random.Random(4)
    clean = first.with_suffix(".tsv")
    with (
        first.open("w", encoding="utf-8") as one,
        second.open("w", encoding="utf-8") as two,
        clean.open("w", encoding="utf-8") as plain,
    ):
        one.write(HEADER)
        two.write(HEADER)
        for number in range(size):
            row, values = _row(number, size, chance)
            one.write(";".join(row) + "\n")
            if number % 100 == 7:
                row[6] = str(int(values[6]) + 3)
            if number % 1000 != 11:
                two.write(";".join(row) + "\n")
            plain.write("\t".join(values) + "\n")
    return clean


def _row(number: int, size: int, chance: random.Random) -> tuple[list[str], list[str]]:
    """One row as the source writes it, and its values; every 50th has something to complain about."""
    side = int(size**0.5) + 1
    height, crown = chance.randint(20, 300) / 10, chance.randint(10, 180) / 10
    girth, year = chance.randint(20, 280), chance.randint(1900, 2025)
    x, y = number % side * 17.0 + 0.25, number // side * 17.0 + 0.25
    species = SPECIES[chance.randrange(len(SPECIES))]
    street = f"Erfundene Straße {number // 500}"
    row = [
        str(number), street, str(number % 500 + 1), species,
        f"{height}".replace(".", ","), f"{crown}".replace(".", ","), str(girth), str(year),
        f"{3440000 + x:.5f}".replace(".", ","), f"{5882000 + y:.5f}".replace(".", ","),
    ]  # fmt: skip
    values = [
        str(number), street, row[2], " ".join(species.split()[:2]).rstrip("*,"), f"{height}",
        f"{crown}", str(girth), str(year), f"{440000 + x}", f"{5880000 + y}",
    ]  # fmt: skip
    match number % 500:
        case 10:
            row[4] = "0"
        case 60:
            row[7] = "12"
        case 110:
            row[3] = "Unbekannt"
        case 160:
            row[6] = "1241"
        case 210:
            row[3] = "Standort ohne Baum"
        case 260:
            row[9] = "0"
    return row, values


def _plain(database: str, clean: Path, size: int) -> Turn:
    with psycopg.connect(app_url(database)) as connection, connection.cursor() as cursor:
        began, used = time.perf_counter(), time.process_time()
        cursor.execute(PLAIN)
        columns = "id, street, number, species, height, crown, girth, year, x, y"
        with cursor.copy(f"COPY plain ({columns}) FROM STDIN") as copy, clean.open("rb") as file:
            while block := file.read(1 << 16):
                copy.write(block)
        cursor.execute("ANALYZE plain")
        for statement in INSERTS:
            cursor.execute(statement)
        connection.commit()
        seconds = time.perf_counter() - began
        used = time.process_time() - used
        used += import_child.processor_seconds(connection.info.backend_pid)
    return Turn("Grenze: COPY + INSERT … SELECT", size, seconds, used)


def _ours(database: str, name: str, path: Path, profile: str) -> Turn:
    env = os.environ | {
        "DATABASE_URL": app_url(database), "DATABASE_OWNER_URL": owner_url(database)
    }  # fmt: skip
    command = [sys.executable, "-m", "bench.imports", "--child", str(path), "--profile", profile]
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True)
    told = json.loads(done.stdout)
    return Turn(
        name, told["rows"], told["seconds"], told["processor"], told["peak_mb"], told["steps"]
    )


if __name__ == "__main__":
    main()
