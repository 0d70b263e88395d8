"""What an import has to tell: in order, whole, from memory or from a file alike."""

from uuid import uuid4

import pytest

from geodata.importing import spooling
from geodata.importing.spooling import Complaint, Complaints, Conflict, Findings, Spool


@pytest.mark.parametrize("in_memory", [10, 2_000_000])
def test_rows_come_back_whole_and_more_may_follow(monkeypatch, in_memory):
    monkeypatch.setattr(spooling, "_IN_MEMORY", in_memory)
    spool = Spool()
    rows = [[n, "ä\n;" * 50, None] for n in range(2000)]
    for row in rows[:1000]:
        spool.add(row)
    assert next(iter(spool)) == rows[0]
    for row in rows[1000:]:
        spool.add(row)
    assert list(spool) == rows == list(spool)
    assert spool.length == 2000


def complaint(line: int, level: str = "warning", code: str = "zero") -> Complaint:
    return Complaint(line, "HOEHE", "0", level, code, f"Zeile {line}")


def test_parts_are_merged_by_line_and_what_has_no_line_comes_last():
    complaints = Complaints()
    for line in (2, 5, 9):
        complaints.add(complaint(line))
    complaints.extend([complaint(4, "error", "width"), complaint(0, code="vanished")])
    complaints.extend([complaint(3)])
    assert [c.line for c in complaints] == [2, 3, 4, 5, 9, 0]
    assert (len(complaints), complaints.warnings) == (6, 5)
    assert [(n, c.line, c.code) for n, c in complaints.summary()] == [
        (1, 4, "width"), (4, 2, "zero"), (1, 0, "vanished"),
    ]  # fmt: skip


def test_the_first_of_a_kind_is_the_one_of_the_lowest_line():
    complaints = Complaints()
    complaints.add(complaint(7))
    complaints.extend([complaint(3)])
    assert complaints.summary()[0][1].line == 3


def test_findings_are_rows_of_their_tables():
    row_id, tree_id = uuid4(), uuid4()
    findings = Findings()
    findings.add(Conflict("baumkataster_tree", row_id, tree_id, "girth_cm", 76, 80, None, 3))
    assert len(findings) == 1
    assert list(findings) == [
        ["baumkataster_tree", str(row_id), str(tree_id), "girth_cm", 76, 80, None, 3]
    ]
