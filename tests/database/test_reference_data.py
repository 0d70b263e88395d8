"""What every installation starts with is added, and what the city made of it stays."""

from datetime import date, timedelta

import pytest

from baumkataster.models import Species
from geodata.reference_data import load_reference_data
from inspections.models import RuleSet, Symptom
from tests.own_database import own_database  # noqa: F401 - a fixture

DAY = date(2026, 11, 23)


@pytest.mark.usefixtures("own_database")
def test_reference_data_is_added_once_and_never_changes_what_the_city_changed():
    first = load_reference_data(day=DAY, by=None)
    assert first.species >= 300 and first.entries > 100 and first.rule_sets == 1
    Species.objects.filter(botanical_name="Tilia cordata").update(german_name="Lindenbaum")
    Symptom.objects.filter(code="K17").update(name_de="Dürres", active=False)
    again = load_reference_data(day=DAY + timedelta(days=400), by=None)
    assert (again.species, again.entries, again.rule_sets) == (0, 0, 0)
    assert Species.objects.get(botanical_name="Tilia cordata").german_name == "Lindenbaum"
    assert Symptom.objects.get(code="K17").name_de == "Dürres"
    assert RuleSet.objects.get().valid_from == DAY
