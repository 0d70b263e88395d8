"""Digests of the scheduled control: each person hears of what reached their level, once, worst first."""

from datetime import date, timedelta

import pytest

from inspections.models import ControlMail
from tests.database.control_rows import DUE, mailed, make_due, make_people, run
from tests.database.plan_rows import make_measure
from tests.factories import make_species, make_tree, make_user

pytestmark = pytest.mark.django_db


def days(number: int) -> date:
    return DUE + timedelta(days=number)


def body(person, day: date) -> str:
    return ControlMail.objects.get(recipient=person, day=day).body


def test_each_level_hears_when_the_flag_reaches_it_and_only_once():
    people = make_people()
    make_due(people.avenue)
    told = {}
    for day in (-31, -30, 0, 1, 92, 93, 94):
        assert run(days(day)).mails == len(mailed(days(day)))
        told[day] = mailed(days(day))
    assert told == {
        -31: set(),
        -30: {people.north_arborist},
        0: set(),
        1: {people.supervisor, people.deputy},
        92: set(),
        93: {people.administrator},
        94: set(),
    }


def test_missed_steps_reach_everybody_at_once():
    people = make_people()
    make_due(people.avenue)
    run(days(-30))
    run(days(93))
    assert mailed(days(93)) == {people.supervisor, people.deputy, people.administrator}


def test_only_the_responsible_unit_hears():
    people = make_people()
    # The tree's own unit counts, not its place's.
    make_due(people.avenue, unit=people.south)
    run(days(-30))
    assert mailed(days(-30)) == {people.south_arborist}
    # South has neither supervisor nor deputy: administrators stand in.
    run(days(1))
    assert mailed(days(1)) == {people.administrator}


def test_who_cannot_be_reached_is_replaced():
    people = make_people()
    people.supervisor.is_active = False
    people.supervisor.save()
    people.deputy.email = ""
    people.deputy.save()
    make_due(people.avenue)
    run(days(1))
    assert mailed(days(1)) == {people.north_arborist, people.administrator}


def test_person_with_two_offices_gets_one_mail():
    people = make_people()
    people.north.supervisor = people.north_arborist
    people.north.save()
    make_due(people.avenue)
    run(days(-30))
    run(days(1))
    assert mailed(days(-30)) == {people.north_arborist}
    assert people.north_arborist not in mailed(days(1))


def test_mail_says_how_many_and_names_the_worst_first(settings):
    settings.PUBLIC_URL = "https://baum.example"
    people = make_people()
    lime = make_species(botanical_name="Tilia x", german_name="Kaiser-Linde")
    make_due(people.avenue, days(-80), number="3", species=lime)
    make_due(people.avenue, days(-200), number="1", expectation="lower")
    make_due(people.avenue, days(-150), number="2")
    make_due(people.avenue, days(-1), number="4")
    make_due(people.avenue, DUE, number="5")
    make_due(people.avenue, days(30), number="6")
    urgent = make_due(people.avenue, days(300), number="7")
    make_measure(tree=urgent, deadline_on=DUE)
    make_measure(tree=urgent, deadline_on=days(-1), urgency_id="3", kind_id="deadwood")
    run(DUE)
    mail = ControlMail.objects.get(recipient=people.north_arborist)
    assert mail.subject == "Baumkontrolle 10.05.2026: 8 neue Hinweise"
    text = mail.body
    assert text.startswith("Guten Tag Nora Muster")
    assert "Offene unverzügliche Maßnahmen: 1\n" in text
    assert "Überfällig, Toleranz abgelaufen: 2\n" in text
    assert "Überfällig, noch in der Toleranz: 2\n" in text
    assert "Überfällige Maßnahmen: 1\n" in text
    assert "Ersterfassung" not in text
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    assert lines == [
        "- Nordallee 7 (Winter-Linde): Fällung, heute fällig",
        "- Nordallee 2 (Winter-Linde): Regelkontrolle, überfällig seit 150 Tagen",
        "- Nordallee 1 (Winter-Linde): Regelkontrolle, überfällig seit 200 Tagen",
        "- Nordallee 3 (Kaiser-Linde): Regelkontrolle, überfällig seit 80 Tagen",
        "- Nordallee 4 (Winter-Linde): Regelkontrolle, überfällig seit 1 Tag",
        "- Nordallee 7 (Winter-Linde): Totholz entfernen, überfällig seit 1 Tag",
        "- Nordallee 5 (Winter-Linde): Regelkontrolle, heute fällig",
        "- Nordallee 6 (Winter-Linde): Regelkontrolle, fällig am 09.06.2026",
    ]
    assert "https://baum.example/berichte/ueberfaellig/" in text
    assert "ausgefallen" not in text and "weitere" not in text


def test_long_mail_ends_with_the_number_of_the_rest():
    people = make_people()
    for _ in range(23):
        make_due(people.avenue)
    run(days(1))
    text = body(people.supervisor, days(1))
    assert text.count("\n- ") == 20 and "und 3 weitere Hinweise" in text
    assert "Überfällig, noch in der Toleranz: 23" in text


def test_long_mail_takes_the_worst_from_all_units():
    people = make_people()
    people.south.supervisor = people.supervisor
    people.south.save()
    # More equals than lines in one unit, and later and earlier days in the other.
    for number in range(25, 0, -1):
        make_due(people.avenue, days(-10), number=f"{number:02}")
        make_due(people.park, days(-20 if number > 22 else -5), number=f"{number:02}")
    run(DUE)
    text = body(people.supervisor, DUE)
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    worst = [f"Südpark {number}" for number in (23, 24, 25)]
    worst += [f"Nordallee {number:02}" for number in range(1, 18)]
    assert [line[2:].split(" (")[0] for line in lines] == worst
    assert "und 30 weitere Hinweise" in text
    assert "Überfällig, noch in der Toleranz: 50" in text


def test_survey_that_is_due_is_called_so():
    people = make_people()
    make_tree(place=people.avenue, planted_on=days(-365), species=None, species_as_given="Linde")
    run(days(1))
    assert "(Linde): Ersterfassung, überfällig seit 1 Tag" in body(people.supervisor, days(1))


def test_names_cannot_break_the_mail():
    people = make_people()
    people.avenue.name = "A & B <b>\nBcc: x@example.org"
    people.avenue.save()
    make_due(people.avenue)
    make_user("administrator", is_active=False)
    run(days(1))
    assert "A & B <b>" in body(people.supervisor, days(1))
    assert "\n" not in ControlMail.objects.first().subject
