"""The command demo_city: once into an empty installation, whole or not at all."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from baumkataster.models import Change, Tree
from geodata.demo.city import make_city
from geodata.reference_data import SPECIES_FILE
from geodata.starting_demo import choose_passwords, is_empty, load_city
from inspections.models import Inspection, RuleSet

pytestmark = pytest.mark.django_db


def test_command_loads_todays_city_once(monkeypatch, settings, tmp_path, capsys):
    settings.VAR_DIR = tmp_path
    monkeypatch.setenv("BAUM_DEMO_PASSWORD", "nur-fuer-den-test")
    call_command("demo_city", trees=60, seed=9)
    out = capsys.readouterr().out
    assert "nur-fuer-den-test" in out and "erfunden" in out
    assert Tree.objects.standing().count() == 60
    today = timezone.localdate()
    assert Inspection.objects.filter(inspected_on__gte=today).count() == 0
    assert Inspection.objects.filter(inspected_on__gt=today - timedelta(days=10)).exists()
    before = Change.objects.count()
    call_command("demo_city", trees=60, if_empty=True)
    assert Change.objects.count() == before
    with pytest.raises(CommandError, match="leere Installation"):
        call_command("demo_city", trees=60)


@pytest.mark.parametrize("trees", [49, 2_000_001])
def test_command_says_how_many_trees_are_possible(trees):
    with pytest.raises(CommandError, match="zwischen 50 und 2000000"):
        call_command("demo_city", trees=trees)


def test_a_failure_at_the_end_leaves_the_database_as_before(tmp_path):
    city = make_city(trees=50, seed=4, day=date(2026, 11, 23), species=SPECIES_FILE)
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    with pytest.raises(OSError):
        load_city(city=city, passwords=choose_passwords(""), folder=blocked)
    assert is_empty()
    assert not RuleSet.objects.exists() and not Inspection.objects.exists()
