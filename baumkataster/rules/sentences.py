"""German sentences of the tree's rules by code; interfaces translate them and fill them in.

Called by the rules through ``say``; see ``baumkataster.rules.wording``.
"""

from collections.abc import Mapping
from typing import Final

from baumkataster.rules.wording import Wording, gettext_noop

_ = gettext_noop

_WORDS: Final[Mapping[str, str]] = {
    "no.girth_cm": _("kein plausibler Stammumfang"),
    "no.height_m": _("keine plausible Baumhöhe"),
    "no.crown_diameter_m": _("kein plausibler Kronendurchmesser"),
    "no.crown_base_m": _("kein plausibler Kronenansatz"),
    "girth_cm": _("Stammumfang"),
    "height_m": _("Höhe"),
    "crown_diameter_m": _("Kronendurchmesser"),
    "status.planned": _("geplant"),
    "status.planted": _("gepflanzt"),
    "status.standing": _("Bestand"),
    "status.felled": _("gefällt"),
    "status.stump": _("Stubben"),
    "status.vanished": _("verschwunden"),
    "status.unverified": _("ungeprüft"),
}

_SENTENCES: Final[Mapping[str, str]] = {
    # --- plausibility of measures (dimensions.py) ---
    "dimension.other_unit": _("%(value)s %(unit)s ist %(no)s; sind %(meant)s gemeint?"),
    "dimension.implausible": _("%(value)s %(unit)s ist %(no)s. Bitte prüfen."),
    "dimension.beyond_species": _(
        "%(value)s %(unit)s %(what)s ist für %(species)s ungewöhnlich viel "
        "(sonst bis %(limit)s %(unit)s). Bitte prüfen."
    ),
    "dimension.crown_base_above_top": _(
        "Der Kronenansatz (%(base)s m) liegt nicht unter der Baumhöhe (%(height)s m)."
    ),
    "dimension.crown_too_wide": _(
        "Die Krone (%(crown)s m) ist auffällig breit für die Baumhöhe (%(height)s m)."
    ),
    "dimension.too_slender": _(
        "Stammumfang (%(girth)s cm) und Baumhöhe (%(height)s m) passen nicht zusammen."
    ),
    "dimension.planted_long_ago": _("Das Pflanzjahr %(year)s ist ungewöhnlich früh. Bitte prüfen."),
    "dimension.planted_in_future": _("Das Pflanzjahr %(year)s liegt in der Zukunft."),
    # --- life of a tree (lifecycle.py) ---
    "status.unknown": _("Den Status „%(value)s“ gibt es nicht."),
    "status.no_way": _("Aus „%(old)s“ kann nicht „%(new)s“ werden."),
    # --- bylaw (protection.py) ---
    "protection.replacement": _("Geschützt als Ersatzpflanzung, ohne Rücksicht auf den Umfang."),
    "protection.species": _("Nicht geschützt: Die Satzung nimmt diese Baumart aus."),
    "protection.species_unknown": _("Unklar: Die Baumart ist nicht bekannt."),
    "protection.girth": _(
        "Geschützt: %(girth)s cm Umfang, die Grenze liegt bei %(limit)s cm in %(height)s cm Höhe."
    ),
    "protection.stems": _(
        "Geschützt als mehrstämmiger Baum: zusammen %(sum)s cm, dickster Stamm %(thickest)s cm."
    ),
    "protection.too_thin": _(
        "Nicht geschützt: %(girth)s cm Umfang, die Grenze liegt bei %(limit)s cm in %(height)s cm "
        "Höhe."
    ),
    "protection.stems_too_thin": _(
        "Nicht geschützt: mehrstämmig, zusammen %(sum)s cm, dickster Stamm %(thickest)s cm."
    ),
    "protection.measure": _(
        "Unklar: Bitte den Umfang in %(height)s cm Höhe messen (Grenze %(limit)s cm)."
    ),
}

WORDING: Final = Wording(_SENTENCES, _WORDS)
say: Final = WORDING.say
