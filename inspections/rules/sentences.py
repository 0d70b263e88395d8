"""German sentences of the inspection rules by code; interfaces translate them and fill them in.

A rule returns a code and values; only here do they become words, so that a rule can be tested
without a language and a language changed without touching a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final


def gettext_noop(message: str) -> str:
    """Mark a sentence for translation; the rules know no Django, the interface translates."""
    return message


@dataclass(frozen=True, slots=True)
class Word:
    """A value of a sentence that is itself a word of the table WORDS and gets translated."""

    code: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the table SENTENCES with the values for its ``%(name)s`` places."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)

    def text(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the reader's language; ``translate`` is gettext (none: German)."""
        filled = {name: _filled(value, translate) for name, value in self.params.items()}
        return translate(SENTENCES[self.code]) % filled


def _filled(value: object, translate: Callable[[str], str]) -> object:
    if isinstance(value, Word):
        return translate(WORDS[value.code])
    if isinstance(value, tuple):
        return ", ".join(str(_filled(part, translate)) for part in value)
    return value


_ = gettext_noop

WORDS: Final[Mapping[str, str]] = {
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

SENTENCES: Final[Mapping[str, str]] = {
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
