"""What must hold before an inspection is recorded, in sentences by field; asked by recording.py.

Rules that need no database stand in rules/findings.py; here are the look-ups into other records.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext as _

from baumkataster.models import Expectation, Tree, TreeStatus
from inspections.models import FindingEnd
from inspections.rules import findings as rules
from inspections.rules.overdue import berlin_day
from inspections.services.entries import FindingEntry, InspectionEntry
from inspections.services.entry_facts import EntryFacts

#: Measures that make good what a limit kept from being seen, beside detailed examinations.
MAKES_GOOD = ("follow_up", "clear_base", "ivy_removal")
Problems = dict[str, list[str]]
Found = list[tuple[str, str]]


def entry_problems(
    entry: InspectionEntry,
    *,
    tree: Tree,
    facts: EntryFacts,
    received_at: datetime,
    proposed_months: int | None,
) -> Problems:
    """All that keeps an entry from being recorded, by field; empty when it can be."""
    context = _context(entry, facts, received_at, proposed_months)
    found = [
        (problem.field, problem.sentence.text(gettext))
        for problem in rules.entry_problems(entry, context)
    ]
    found += _tree(entry, tree)
    for check in (_words, _findings, _endings, _measures, _correction):
        found += check(entry, facts)
    problems: Problems = {}
    for field, sentence in found:
        problems.setdefault(field, []).append(sentence)
    return problems


def _context(
    entry: InspectionEntry,
    facts: EntryFacts,
    received_at: datetime,
    proposed_months: int | None,
) -> rules.EntryContext:
    """What the rules need to know from catalogues and earlier work at the tree."""
    kinds, urgencies = facts.measure_kinds.values(), facts.urgencies.values()
    return rules.EntryContext(
        received_at=received_at,
        proposed_months=proposed_months,
        immediate_urgencies=frozenset(u.code for u in urgencies if u.immediate),
        follow_up_limits=frozenset(x.code for x in facts.limits.values() if x.needs_follow_up),
        follow_up_measures=frozenset(
            kind.code for kind in kinds if kind.needs_detailed or kind.code in MAKES_GOOD
        ),
        vitality_block=rules.vitality_block(
            cut_on=facts.cut_on,
            topped_on=facts.topped_on,
            day=berlin_day(entry.inspected_at),
        ),
    )


def _words(entry: InspectionEntry, facts: EntryFacts) -> Found:
    """Catalogue codes are known; a switched-off code still counts, because old forms hold it."""
    found = [] if facts.kind else [("kind", _unknown(entry.kind))]
    found += _unknown_codes("limits", facts.limits, entry.limits)
    if entry.expectation and entry.expectation not in Expectation.values:
        found.append(("expectation", _("Bitte wählen Sie einen Wert.")))
    if not entry.device.strip():
        found.append(("device", _("Das Gerät fehlt.")))
    if not facts.inspector_known:
        found.append(("inspected_by", _("Diese Person ist nicht bekannt.")))
    return found


def _tree(entry: InspectionEntry, tree: Tree) -> Found:
    """Only what stood on the day can have been inspected."""
    if tree.status == TreeStatus.PLANNED:
        return [("tree", _("Dieser Baum ist erst geplant."))]
    gone = tree.status in {TreeStatus.FELLED, TreeStatus.STUMP, TreeStatus.VANISHED}
    if gone and (tree.felled_on is None or berlin_day(entry.inspected_at) > tree.felled_on):
        return [("tree", _("Dieser Baum ist als gefällt oder verschwunden gemeldet."))]
    return []


def _findings(entry: InspectionEntry, facts: EntryFacts) -> Found:
    """Symptoms belong to their zone; what a finding refers to belongs to the same tree."""
    found: Found = []
    for number, finding in enumerate(entry.findings):
        field = f"findings.{number}"
        symptom = facts.symptoms.get(finding.symptom)
        if symptom is None:
            found.append((field, _unknown(finding.symptom)))
        elif symptom.zone_id != finding.zone:
            found.append((field, _("Dieses Schadsymptom gehört zu einem anderen Baumbereich.")))
        found += [(field, sentence) for sentence in _links(finding, facts)]
    if len({finding.id for finding in entry.findings}) < len(entry.findings):
        found.append(("findings", _("Zwei Befunde haben dieselbe Kennung.")))
    return found


def _links(finding: FindingEntry, facts: EntryFacts) -> list[str]:
    """Earlier finding and photos are of this tree, and here."""
    sentences = []
    if finding.continues_id and finding.continues_id not in facts.earlier_findings:
        sentences.append(_("Der frühere Befund gehört nicht zu diesem Baum."))
    if not facts.photos.issuperset(finding.photo_ids):
        sentences.append(_("Ein Foto gehört nicht zu diesem Baum oder ist noch nicht da."))
    return sentences


def _endings(entry: InspectionEntry, facts: EntryFacts) -> Found:
    """What has ended was found by an earlier inspection of the tree, and is not carried on at once."""
    continued = {finding.continues_id for finding in entry.findings}
    found: Found = []
    for number, ending in enumerate(entry.endings):
        field = f"endings.{number}"
        if ending.how not in FindingEnd.How.values:
            found.append((field, _("Bitte wählen Sie einen Wert.")))
        at = facts.earlier_findings.get(ending.finding_id)
        if at is None or at > entry.inspected_at:
            sentence = _("Der beendete Befund gehört nicht zu einer früheren Kontrolle des Baums.")
            found.append((field, sentence))
        if ending.finding_id in continued:
            found.append((field, _("Dieser Befund ist zugleich fortgeführt und beendet.")))
    if len({ending.finding_id for ending in entry.endings}) < len(entry.endings):
        found.append(("endings", _("Ein Befund ist zweimal beendet.")))
    return found


def _measures(entry: InspectionEntry, facts: EntryFacts) -> Found:
    """Kinds and urgencies are known; a measure names a finding of the same entry."""
    found = _unknown_codes("measures", facts.measure_kinds, [m.kind for m in entry.measures])
    found += _unknown_codes("measures", facts.urgencies, [m.urgency for m in entry.measures])
    own = {finding.id for finding in entry.findings}
    for number, measure in enumerate(entry.measures):
        if measure.finding_id is not None and measure.finding_id not in own:
            found.append((f"measures.{number}", _("Der Befund zu dieser Maßnahme fehlt.")))
    return found


def _correction(entry: InspectionEntry, facts: EntryFacts) -> Found:
    """A correction names a record of the same tree that nobody corrected yet."""
    if entry.corrects_id is None:
        return []
    if not facts.corrected_is_here:
        return [("corrects", _("Die berichtigte Kontrolle gehört nicht zu diesem Baum."))]
    if facts.corrected_before:
        again = _("Diese Kontrolle ist schon berichtigt. Berichtigen Sie die neuere.")
        return [("corrects", again)]
    return []


def _unknown_codes(field: str, known: Mapping[str, Any], codes: Iterable[str]) -> Found:
    """One sentence for each code that the catalogue never had."""
    return [(field, _unknown(code)) for code in dict.fromkeys(codes) if code not in known]


def _unknown(code: str) -> str:
    """The sentence for a code that is in no catalogue."""
    return _("Der Katalog kennt „%(code)s“ nicht.") % {"code": code}
