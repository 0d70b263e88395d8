"""Says a selection of trees in words, for the report on screen, on paper and in files."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from baumkataster.models import District, Place, Species, Unit
from inspections.filters import TreeFilter
from inspections.rules.states import STATES


def filter_text(tree_filter: TreeFilter, *, uncared: bool = False) -> str:
    """The selection in words, for screen, paper and files."""
    words = [_("Jugendphase ohne Jungbaumpflege")] if uncared else []
    for label, model, keys in (
        (_("Ortsteil"), District, tree_filter.districts),
        (_("Revier"), Unit, tree_filter.units),
        (_("Objekt"), Place, tree_filter.places),
        (_("Baumart"), Species, tree_filter.species),
    ):
        if keys:
            names = [str(found) for found in model.objects.filter(pk__in=keys)]
            words.append(f"{label}: {', '.join(names)}")
    if tree_filter.mine:
        words.append(_("eigene Reviere"))
    if tree_filter.search:
        words.append(f"{_('Suche')}: {tree_filter.search}")
    if tree_filter.states and not uncared:
        labels = [STATES.by_code(code).label(get_language()) for code in tree_filter.states]
        words.append(f"{_('Stand')}: {', '.join(labels)}")
    if tree_filter.due_until:
        words.append(_("fällig bis %(day)s") % {"day": f"{tree_filter.due_until:%d.%m.%Y}"})
    return "; ".join(words) or _("alle Bäume; überfällig oder noch nie kontrolliert")
