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
}

WORDING: Final = Wording(_SENTENCES, _WORDS)
say: Final = WORDING.say
