"""What must hold before an inspection is recorded, in sentences by field; asked by recording.py.

Rules that need no database stand in rules/findings.py; here are the look-ups into other records.
"""

from datetime import date, datetime
from typing import Any

from django.db.models import Max, Q
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from baumkataster.models import Expectation, Photo, Tree, TreeStatus, User
from inspections.models import (
    ControlLimit,
    Finding,
    FindingEnd,
    Inspection,
    InspectionKind,
    Measure,
    MeasureKind,
    Symptom,
    Urgency,
)
from inspections.rules import findings as rules
from inspections.rules.overdue import berlin_day
from inspections.services.entries import FindingEntry, InspectionEntry

#: Measures that make good what a limit kept from being seen, beside detailed examinations.
MAKES_GOOD = ("follow_up", "clear_base", "ivy_removal")
#: Work after which a crown cannot be rated for ten years.
TOPPING = ("torso",)
Problems = dict[str, list[str]]
Found = list[tuple[str, str]]


def entry_problems(
    entry: InspectionEntry, *, tree: Tree, received_at: datetime, proposed_months: int | None
) -> Problems:
    """All that keeps an entry from being recorded, by field; empty when it can be."""
    context = _context(entry, tree, received_at, proposed_months)
    found = [
        (problem.field, problem.sentence.text(gettext))
        for problem in rules.entry_problems(entry, context)
    ]
    for check in (_words, _tree, _findings, _endings, _measures, _correction):
        found += check(entry, tree)
    problems: Problems = {}
    for field, sentence in found:
        problems.setdefault(field, []).append(sentence)
    return problems


def _context(
    entry: InspectionEntry, tree: Tree, received_at: datetime, proposed_months: int | None
) -> rules.EntryContext:
    """What the rules need to know from catalogues and earlier work at the tree."""
    detailed = Q(needs_detailed=True) | Q(code__in=MAKES_GOOD)
    cut_on, topped_on = _last_cuts(tree)
    return rules.EntryContext(
        received_at=received_at,
        proposed_months=proposed_months,
        immediate_urgencies=_codes(Urgency, Q(immediate=True)),
        follow_up_limits=_codes(ControlLimit, Q(needs_follow_up=True)),
        follow_up_measures=_codes(MeasureKind, detailed),
        vitality_block=rules.vitality_block(
            cut_on=cut_on, topped_on=topped_on, day=berlin_day(entry.inspected_at)
        ),
    )


def _last_cuts(tree: Tree) -> tuple[date | None, date | None]:
    """Days of the last heavy cut and of the last topping."""
    last = Measure.objects.filter(tree=tree, state="done").aggregate(
        cut=Max("done_on", filter=Q(kind__cutting="heavy")),
        topped=Max("done_on", filter=Q(kind__in=TOPPING)),
    )
    return last["cut"], last["topped"]


def _codes(model: Any, condition: Q) -> frozenset[str]:
    """Codes of the catalogue entries that meet a condition."""
    return frozenset(model.objects.filter(condition).values_list("pk", flat=True))


def _words(entry: InspectionEntry, tree: Tree) -> Found:
    """Catalogue codes are known; a switched-off code still counts, because old forms hold it."""
    found = _unknown_codes("kind", InspectionKind, [entry.kind])
    found += _unknown_codes("limits", ControlLimit, list(entry.limits))
    if entry.expectation and entry.expectation not in Expectation.values:
        found.append(("expectation", _("Bitte wählen Sie einen Wert.")))
    if not entry.device.strip():
        found.append(("device", _("Das Gerät fehlt.")))
    if not User.objects.filter(pk=entry.inspected_by_id).exists():
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


def _findings(entry: InspectionEntry, tree: Tree) -> Found:
    """Symptoms belong to their zone; what a finding refers to belongs to the same tree."""
    found: Found = []
    zones = dict(Symptom.objects.values_list("code", "zone_id"))
    for number, finding in enumerate(entry.findings):
        field = f"findings.{number}"
        if finding.symptom not in zones:
            found.append((field, _unknown(finding.symptom)))
        elif zones[finding.symptom] != finding.zone:
            found.append((field, _("Dieses Schadsymptom gehört zu einem anderen Baumbereich.")))
        found += [(field, sentence) for sentence in _links(finding, tree)]
    if len({finding.id for finding in entry.findings}) < len(entry.findings):
        found.append(("findings", _("Zwei Befunde haben dieselbe Kennung.")))
    return found


def _links(finding: FindingEntry, tree: Tree) -> list[str]:
    """Earlier finding and photos are of this tree, and here."""
    sentences = []
    earlier = Finding.objects.filter(inspection__tree=tree)
    if finding.continues_id and not earlier.filter(pk=finding.continues_id).exists():
        sentences.append(_("Der frühere Befund gehört nicht zu diesem Baum."))
    photos = Photo.objects.filter(pk__in=finding.photo_ids, tree=tree).count()
    if photos < len(set(finding.photo_ids)):
        sentences.append(_("Ein Foto gehört nicht zu diesem Baum oder ist noch nicht da."))
    return sentences


def _endings(entry: InspectionEntry, tree: Tree) -> Found:
    """What has ended was found by an earlier inspection of the tree, and is not carried on at once."""
    earlier = {
        finding.pk: finding.inspection.inspected_at
        for finding in Finding.objects.select_related("inspection").filter(
            pk__in=[ending.finding_id for ending in entry.endings], inspection__tree=tree
        )
    }
    continued = {finding.continues_id for finding in entry.findings}
    found: Found = []
    for number, ending in enumerate(entry.endings):
        field = f"endings.{number}"
        if ending.how not in FindingEnd.How.values:
            found.append((field, _("Bitte wählen Sie einen Wert.")))
        if (at := earlier.get(ending.finding_id)) is None or at > entry.inspected_at:
            sentence = _("Der beendete Befund gehört nicht zu einer früheren Kontrolle des Baums.")
            found.append((field, sentence))
        if ending.finding_id in continued:
            found.append((field, _("Dieser Befund ist zugleich fortgeführt und beendet.")))
    if len({ending.finding_id for ending in entry.endings}) < len(entry.endings):
        found.append(("endings", _("Ein Befund ist zweimal beendet.")))
    return found


def _measures(entry: InspectionEntry, tree: Tree) -> Found:
    """Kinds and urgencies are known; a measure names a finding of the same entry."""
    found = _unknown_codes("measures", MeasureKind, [m.kind for m in entry.measures])
    found += _unknown_codes("measures", Urgency, [m.urgency for m in entry.measures])
    own = {finding.id for finding in entry.findings}
    for number, measure in enumerate(entry.measures):
        if measure.finding_id is not None and measure.finding_id not in own:
            found.append((f"measures.{number}", _("Der Befund zu dieser Maßnahme fehlt.")))
    return found


def _correction(entry: InspectionEntry, tree: Tree) -> Found:
    """A correction names a record of the same tree that nobody corrected yet."""
    if entry.corrects_id is None:
        return []
    old = Inspection.objects.filter(pk=entry.corrects_id, tree=tree).first()
    if old is None:
        return [("corrects", _("Die berichtigte Kontrolle gehört nicht zu diesem Baum."))]
    if Inspection.objects.filter(corrects=old).exists():
        again = _("Diese Kontrolle ist schon berichtigt. Berichtigen Sie die neuere.")
        return [("corrects", again)]
    return []


def _unknown_codes(field: str, model: Any, codes: list[str]) -> Found:
    """One sentence for each code that the catalogue never had."""
    known = set(model.objects.filter(pk__in=codes).values_list("pk", flat=True))
    return [(field, _unknown(code)) for code in dict.fromkeys(codes) if code not in known]


def _unknown(code: str) -> str:
    """The sentence for a code that is in no catalogue."""
    return _("Der Katalog kennt „%(code)s“ nicht.") % {"code": code}
