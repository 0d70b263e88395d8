"""What must hold before an inspection is recorded, in sentences by field; asked by recording.py."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from baumkataster.models import Expectation, Phase, Photo, Tree, TreeStatus, User
from inspections.models import (
    Condition,
    ControlLimit,
    Finding,
    Inspection,
    InspectionKind,
    LeafState,
    MeasureKind,
    Result,
    Symptom,
    Urgency,
    Vitality,
)
from inspections.services.entries import FindingEntry, InspectionEntry

#: A device whose clock runs ahead by less is believed.
CLOCK_TOLERANCE = timedelta(minutes=10)
LONGEST_MONTHS = 60
Problems = dict[str, list[str]]


def entry_problems(entry: InspectionEntry, *, tree: Tree, received_at: datetime) -> Problems:
    """All that keeps an entry from being recorded; empty when it can be."""
    problems: Problems = {}
    for check in (_words, _time_and_tree, _interval, _findings, _measures, _correction):
        for field, sentence in check(entry, tree, received_at):
            problems.setdefault(field, []).append(sentence)
    return problems


Found = list[tuple[str, str]]


def _words(entry: InspectionEntry, tree: Tree, received_at: datetime) -> Found:
    """Choices and catalogue codes are known; a switched-off code still counts, old forms hold it."""
    found: Found = []
    choices: dict[str, Any] = {
        "leaf_state": LeafState,
        "condition": Condition,
        "phase": Phase,
        "result": Result,
    }
    for name, words in choices.items():
        if getattr(entry, name) not in words.values:
            found.append((name, _("Bitte wählen Sie einen Wert.")))
    if entry.vitality and entry.vitality not in Vitality.values:
        found.append(("vitality", _("Die Vitalität ist 0, 1, 2, 3, S oder K.")))
    if entry.expectation and entry.expectation not in Expectation.values:
        found.append(("expectation", _("Bitte wählen Sie einen Wert.")))
    found += _unknown_codes("kind", InspectionKind, [entry.kind])
    found += _unknown_codes("limits", ControlLimit, list(entry.limits))
    if not entry.device.strip():
        found.append(("device", _("Das Gerät fehlt.")))
    if not User.objects.filter(pk=entry.inspected_by_id).exists():
        found.append(("inspected_by", _("Diese Person ist nicht bekannt.")))
    return found


def _time_and_tree(entry: InspectionEntry, tree: Tree, received_at: datetime) -> Found:
    """Nobody inspects in the future, and only what stood then."""
    found: Found = []
    if entry.inspected_at > received_at + CLOCK_TOLERANCE:
        found.append(("inspected_at", _("Der Zeitpunkt der Kontrolle liegt in der Zukunft.")))
    if tree.status == TreeStatus.PLANNED:
        found.append(("tree", _("Dieser Baum ist erst geplant.")))
    gone = tree.status in {TreeStatus.FELLED, TreeStatus.STUMP, TreeStatus.VANISHED}
    if gone and (tree.felled_on is None or entry.inspected_at.date() > tree.felled_on):
        found.append(("tree", _("Dieser Baum ist als gefällt oder verschwunden gemeldet.")))
    return found


def _interval(entry: InspectionEntry, tree: Tree, received_at: datetime) -> Found:
    """An interval is 1 to 60 months."""
    if entry.set_months is not None and not 1 <= entry.set_months <= LONGEST_MONTHS:
        return [("set_months", _("Das Kontrollintervall liegt zwischen 1 und 60 Monaten."))]
    return []


def _findings(entry: InspectionEntry, tree: Tree, received_at: datetime) -> Found:
    """Symptoms belong to their zone; carried-over ones name what they carry on."""
    found: Found = []
    zones = dict(Symptom.objects.values_list("code", "zone_id"))
    for number, finding in enumerate(entry.findings):
        field = f"findings.{number}"
        if finding.symptom not in zones:
            found.append((field, _unknown(finding.symptom)))
        elif zones[finding.symptom] != finding.zone:
            found.append((field, _("Dieses Schadsymptom gehört zu einem anderen Baumbereich.")))
        if finding.severity not in {1, 2, 3}:
            found.append((field, _("Das Ausmaß ist 1 (gering), 2 (mittel) oder 3 (hoch).")))
        found += [(field, sentence) for sentence in _finding_links(finding, tree)]
    if len({finding.id for finding in entry.findings}) < len(entry.findings):
        found.append(("findings", _("Zwei Befunde haben dieselbe Kennung.")))
    return found


def _finding_links(finding: FindingEntry, tree: Tree) -> list[str]:
    """What a finding refers to belongs to the same tree."""
    sentences = []
    if finding.observation not in {"seen", "carried_over"}:
        sentences.append(_("Ein Befund ist gesehen oder übernommen."))
    if finding.observation == "carried_over" and finding.continues_id is None:
        sentences.append(_("Ein übernommener Befund nennt den früheren."))
    earlier = Finding.objects.filter(pk=finding.continues_id, inspection__tree=tree)
    if finding.continues_id is not None and not earlier.exists():
        sentences.append(_("Der frühere Befund gehört nicht zu diesem Baum."))
    photos = Photo.objects.filter(pk__in=finding.photo_ids, tree=tree).count()
    if photos < len(set(finding.photo_ids)):
        sentences.append(_("Ein Foto gehört nicht zu diesem Baum oder ist noch nicht da."))
    return sentences


def _measures(entry: InspectionEntry, tree: Tree, received_at: datetime) -> Found:
    """Kinds and urgencies are known; a measure names a finding of the same entry."""
    found = _unknown_codes("measures", MeasureKind, [m.kind for m in entry.measures])
    found += _unknown_codes("measures", Urgency, [m.urgency for m in entry.measures])
    own = {finding.id for finding in entry.findings}
    for number, measure in enumerate(entry.measures):
        if measure.finding_id is not None and measure.finding_id not in own:
            found.append((f"measures.{number}", _("Der Befund zu dieser Maßnahme fehlt.")))
    immediate = set(Urgency.objects.filter(immediate=True).values_list("code", flat=True))
    if entry.result == Result.SAFE and any(m.urgency in immediate for m in entry.measures):
        found.append(
            (
                "result",
                _("Mit einer unverzüglichen Maßnahme ist der Baum nicht verkehrssicher."),
            )
        )
    return found


def _correction(entry: InspectionEntry, tree: Tree, received_at: datetime) -> Found:
    """A correction names a record of the same tree that nobody corrected yet, and why."""
    if entry.corrects_id is None:
        return []
    found: Found = []
    old = Inspection.objects.filter(pk=entry.corrects_id, tree=tree).first()
    if old is None:
        found.append(("corrects", _("Die berichtigte Kontrolle gehört nicht zu diesem Baum.")))
    elif Inspection.objects.filter(corrects=old).exists():
        found.append(
            ("corrects", _("Diese Kontrolle ist schon berichtigt. Berichtigen Sie die neuere."))
        )
    if not entry.correction_reason.strip():
        found.append(("correction_reason", _("Bitte begründen Sie die Berichtigung.")))
    return found


def _unknown_codes(field: str, model: Any, codes: list[str]) -> Found:
    """One sentence for each code that the catalogue never had."""
    known = set(model.objects.filter(pk__in=codes).values_list("pk", flat=True))
    return [(field, _unknown(code)) for code in dict.fromkeys(codes) if code not in known]


def _unknown(code: str) -> str:
    """The sentence for a code that is in no catalogue."""
    return _("Der Katalog kennt „%(code)s“ nicht.") % {"code": code}
