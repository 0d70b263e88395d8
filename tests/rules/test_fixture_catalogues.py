"""The shipped catalogues: complete in two languages, consistent, with codes that never change."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

CATALOGUE_FILES = Path(__file__).resolve().parents[2] / "fixtures" / "catalogues"
COMMON = {"code", "name_de", "name_en", "help_de", "help_en", "position", "active"}
#: Catalogue -> its own attributes and how many codes it must at least hold (none may ever go).
CATALOGUES: dict[str, tuple[set[str], int]] = {
    "inspection_kinds": ({"counts_as_regular"}, 5),
    "zones": (set(), 5),
    "symptoms": ({"zone", "severity_hint", "species_protection", "proposes"}, 77),
    "measure_kinds": ({"habitat_relevant", "cutting", "young_tree_care", "needs_detailed"}, 43),
    "urgencies": ({"deadline_days", "immediate", "until_next_regular"}, 5),
    "control_limits": ({"needs_follow_up"}, 16),
    "inspector_qualifications": ({"certificate", "detailed_examination"}, 12),
    "protection_kinds": ({"permit_needed"}, 17),
}
#: Codes of the first release: records hold them, so none may be renamed or removed.
FIRST_CODES = {
    "measure_kinds": """
        cordon broken_limbs felling torso stump_grind replant deadwood crown_care crown_thin
        crown_reduce crown_reduce_part relief_cut safety_cut clearance pollard young_pruning
        young_care water check_ties suckers bracing_install bracing_check bracing_adjust
        bracing_extend bracing_renew bracing_remove detailed_exam aerial_exam follow_up
        shorter_interval root_treatment wound_care site_improve pit_enlarge trunk_guard
        site_protect clear_base ivy_removal mistletoe foreign_object pest_control
        species_protect coordination
    """,
    "control_limits": """
        base_overgrown base_filled trunk_overgrown crown_overgrown crown_leafy dense_stand
        one_side neighbour_plot slope water_edge vehicles site_closed snow dusk weather other
    """,
    "inspector_qualifications": """
        tree_inspector tree_care_specialist ett etw sworn_expert expert arboriculture_degree
        landscape_degree master_gardener gardener forester in_training
    """,
    "protection_kinds": """
        bylaw natural_monument landscape_component nature_reserve landscape_reserve
        natura_2000 biotope avenue wallhecke development_plan water_margin heritage
        permit_condition compensation replacement habitat_tree memorial
    """,
}


@cache
def catalogue(name: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads(
        (CATALOGUE_FILES / f"{name}.json").read_text(encoding="utf-8")
    )
    return entries


def codes(name: str) -> set[str]:
    return {entry["code"] for entry in catalogue(name)}


@pytest.mark.parametrize("name", CATALOGUES)
def test_catalogue_entries_are_complete_in_both_languages(name: str) -> None:
    attributes, at_least = CATALOGUES[name]
    entries = catalogue(name)
    assert len(codes(name)) == len(entries) >= at_least
    for entry in entries:
        assert set(entry) == COMMON | attributes
        assert re.fullmatch(r"[A-Za-z0-9_]{1,30}", entry["code"])
        assert entry["active"] is True
        for language in ("de", "en"):
            title, sentence = entry[f"name_{language}"], entry[f"help_{language}"]
            assert 3 <= len(title) <= 120, entry["code"]
            assert re.fullmatch(r"[A-ZÄÖÜ].{10,398}\.", sentence), entry["code"]
        assert entry["help_de"] != entry["help_en"]
    positions = [entry["position"] for entry in entries]
    assert positions == sorted(set(positions))
    assert len({entry["name_de"] for entry in entries}) == len(entries)


def test_symptoms_stand_in_zones_and_propose_known_measures() -> None:
    for symptom in catalogue("symptoms"):
        assert symptom["zone"] in codes("zones")
        assert symptom["severity_hint"] in {1, 2, 3}
        assert isinstance(symptom["species_protection"], bool)
        assert symptom["proposes"], symptom["code"]
        assert set(symptom["proposes"]) <= codes("measure_kinds"), symptom["code"]


def test_symptom_codes_run_without_gap_in_each_zone() -> None:
    for zone in codes("zones"):
        own = [entry["code"] for entry in catalogue("symptoms") if entry["zone"] == zone]
        assert own == [f"{zone}{number:02d}" for number in range(1, len(own) + 1)]


def test_measures_that_cut_heavily_ask_for_species_protection() -> None:
    for kind in catalogue("measure_kinds"):
        assert kind["cutting"] in {"none", "care", "heavy", "felling"}
        if kind["cutting"] in {"heavy", "felling"}:
            assert kind["habitat_relevant"], kind["code"]
    felling = [k["code"] for k in catalogue("measure_kinds") if k["cutting"] == "felling"]
    assert felling == ["felling"]


def test_urgencies_run_from_at_once_to_the_next_regular_inspection() -> None:
    entries = catalogue("urgencies")
    assert [entry["deadline_days"] for entry in entries] == [0, 42, 182, 365, None]
    assert [entry["code"] for entry in entries if entry["immediate"]] == ["1"]
    assert [entry["code"] for entry in entries if entry["until_next_regular"]] == ["5"]


def test_only_initial_and_regular_inspections_set_the_regular_date() -> None:
    regular = {e["code"] for e in catalogue("inspection_kinds") if e["counts_as_regular"]}
    assert regular == {"initial", "regular"}
    assert codes("inspection_kinds") == regular | {"additional", "follow_up", "detailed"}


@pytest.mark.parametrize("name", FIRST_CODES)
def test_codes_of_the_first_release_are_kept(name: str) -> None:
    assert set(FIRST_CODES[name].split()) - codes(name) == set()
