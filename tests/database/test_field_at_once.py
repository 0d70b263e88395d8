"""Tablets that send twice at the same time: real connections, committed rows, each entry once."""

import threading
from uuid import uuid4

import pytest
from django.db import connections, transaction

from baumkataster.models import Tree
from inspections.models import FieldEntry, FieldVerdict, Inspection
from inspections.sync.keeping import Arrived, digest, keep_texts
from inspections.sync.reading import peek
from inspections.sync.receiving import accept_entries
from tests import factories as make
from tests.database import field_rows as field
from tests.database.test_replan_all import wait_until_somebody_waits
from tests.own_database import own_database  # noqa: F401 - a fixture


@pytest.mark.usefixtures("own_database")
def test_two_requests_with_the_same_entries_at_the_same_time():
    """Two real connections: every entry is kept and done once, both get the same answer."""
    make.load_reference_data()
    arborist, place = make.make_user("arborist"), make.make_place()
    trees = [make.make_tree(place=place) for _ in range(6)]
    texts = [field.inspection(arborist, tree) for tree in trees]
    texts += [field.new_tree(arborist, place, uuid4(), make.point(3, 3)) for _ in range(6)]
    answers, gate = {}, threading.Barrier(3)

    def hand_in(name, order):
        try:
            gate.wait(10)
            answers[name] = accept_entries(
                texts=order, by=arborist, received_at=field.NOW, sent_at=field.SENT
            )
        finally:
            connections["default"].close()

    threads = [
        threading.Thread(target=hand_in, args=(name, order))
        for name, order in enumerate((texts, list(reversed(texts)), texts))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [set(field.statuses(answer)) for answer in answers.values()] == [{"accepted"}] * 3
    assert Inspection.objects.count() == 6
    assert Tree.objects.count() == 12
    assert FieldEntry.objects.count() == FieldVerdict.objects.count() == 12
    numbers = list(place.sites.values_list("number", flat=True))
    assert len(numbers) == len(set(numbers)) == 12


def keep(texts, arborist):
    arrived = [Arrived(index=n, text=text, seen=peek(text)) for n, text in enumerate(texts)]
    return keep_texts(
        arrived, by=arborist, device=None, sent_at=None, received_at=field.NOW, via="tablet"
    )


@pytest.mark.usefixtures("own_database")
def test_the_same_entries_in_another_order_are_no_deadlock():
    """Whoever brings them second waits at the first of them, and holds none that the other needs."""
    make.load_reference_data()
    arborist = make.make_user("arborist")
    texts = [field.inspection(arborist, make.make_tree()) for _ in range(2)]
    first, second = sorted(texts, key=digest)
    found = []

    def other():
        try:
            found.extend(keep([second, first], arborist))
        finally:
            connections["default"].close()

    thread = threading.Thread(target=other)
    with transaction.atomic():
        keep([first], arborist)
        thread.start()
        wait_until_somebody_waits()
        keep([second], arborist)
    thread.join(30)
    assert [each.known for each in found] == [True, True]
    assert FieldEntry.objects.count() == 2
