"""German sentences of the inspection rules by code; interfaces translate them and fill them in.

Called by the rules through ``say``; see ``baumkataster.rules.wording``.
"""

from collections.abc import Mapping
from typing import Final

from baumkataster.rules.wording import Wording, gettext_noop

_ = gettext_noop

_WORDS: Final[Mapping[str, str]] = {
    "phase": _("Entwicklungsphase"),
    "condition": _("Zustand"),
    "expectation": _("Sicherheitserwartung"),
    "phase.youth": _("Jugendphase"),
    "phase.mature": _("Reifephase"),
    "phase.aging": _("Alterungsphase"),
    "condition.sound": _("gesund oder leicht geschädigt"),
    "condition.damaged": _("stärker geschädigt"),
    "expectation.lower": _("geringere Sicherheitserwartung"),
    "expectation.higher": _("höhere Sicherheitserwartung"),
    "vitality.S": _("S (stärkerer Schnitt)"),
    "vitality.K": _("K (gekappt)"),
}

_SENTENCES: Final[Mapping[str, str]] = {
    # --- why an interval is proposed (intervals.py) ---
    "interval.matrix": _("Das Regelwerk sieht %(months)s Monate vor: %(inputs)s."),
    "interval.unknown": _("Es gelten %(months)s Monate, weil Angaben fehlen: %(inputs)s."),
    "interval.youth_in_care": _(
        "Keine gesonderte Regelkontrolle, solange die Jungbaumpflege läuft: %(inputs)s."
    ),
    "interval.youth_without_care": _(
        "Es gelten %(months)s Monate, weil in den letzten %(care_months)s Monaten keine "
        "Jungbaumpflege eingetragen ist: %(inputs)s."
    ),
    # --- what is wrong with a rule set (intervals.py) ---
    "rule_set.missing": _("Für %(inputs)s fehlt das Kontrollintervall."),
    "rule_set.range": _("Bitte geben Sie für %(inputs)s 1 bis 60 Monate an, nicht %(value)s."),
    "rule_set.none_only_youth": _(
        "Nur gesunde Bäume der Jugendphase können ohne Kontrollintervall bleiben, nicht %(inputs)s."
    ),
    "rule_set.unknown_key": _("Das Regelwerk kennt die Angabe „%(value)s“ nicht."),
    # --- closed season (seasons.py) ---
    "season.closed": _(
        "Vom %(first)s bis %(last)s sind Fällungen und starke Schnitte verboten "
        "(§ 39 Abs. 5 BNatSchG). Bitte wählen Sie einen anderen Tag oder den Grund der Ausnahme."
    ),
    "season.unknown_exception": _("Den Ausnahmegrund „%(value)s“ gibt es nicht."),
    # --- what is wrong with an entry (findings.py) ---
    "entry.no_zone": _("Zum Zeitpunkt der Kontrolle fehlt die Zeitzone."),
    "entry.future": _(
        "Die Kontrolle am %(day)s liegt in der Zukunft. Bitte prüfen Sie Datum und Uhr des Geräts."
    ),
    "entry.leaf_state_required": _("Bitte wählen Sie die Belaubung."),
    "entry.phase_required": _("Bitte wählen Sie die Entwicklungsphase."),
    "entry.condition_required": _("Bitte wählen Sie den Zustand."),
    "entry.result_required": _("Bitte geben Sie an, ob der Baum verkehrssicher ist."),
    "entry.vitality_unknown": _("Die Vitalität ist 0, 1, 2, 3, S oder K, nicht „%(value)s“."),
    "entry.vitality_blocked": _(
        "Nach dem eingetragenen Schnitt lässt sich die Vitalität noch nicht einstufen. "
        "Möglich ist nur %(only)s."
    ),
    "entry.months_range": _(
        "Das Kontrollintervall liegt zwischen 1 und 60 Monaten, nicht bei %(value)s."
    ),
    "entry.interval_reason": _("Bitte begründen Sie das abweichende Kontrollintervall."),
    "entry.limit_other": _("Bitte beschreiben Sie, was die Kontrolle begrenzt hat."),
    "entry.limit_follow_up": _(
        "Die Kontrolle war nicht vollständig. Bitte ordnen Sie eine Nachkontrolle oder das "
        "Freilegen an, oder erläutern Sie, warum beides nicht nötig ist."
    ),
    "entry.severity": _("Das Ausmaß ist 1 (gering), 2 (mittel) oder 3 (hoch), nicht %(value)s."),
    "entry.observation": _("Bitte geben Sie an, ob der Befund gesehen oder übernommen ist."),
    "entry.carried_over_from": _("Ein übernommener Befund muss den früheren nennen."),
    "entry.immediate_is_not_safe": _(
        "Mit einer unverzüglichen Maßnahme kann der Baum nicht als verkehrssicher gelten."
    ),
    "entry.unsafe_needs_measure": _(
        "Ein nicht verkehrssicherer Baum braucht mindestens eine Maßnahme."
    ),
    "entry.doubt_needs_finding": _(
        "Bitte nennen Sie den Befund oder die Grenze der Kontrolle, die an der "
        "Verkehrssicherheit zweifeln lässt."
    ),
    "entry.correction_reason": _("Bitte begründen Sie die Berichtigung."),
}

WORDING: Final = Wording(_SENTENCES, _WORDS)
say: Final = WORDING.say
