"""The columns that leave the house, said once: name, title, type, unit and their SQL.

The database views (public_views.py), their models, WFS, GeoJSON and CSV are made from these lists;
a column that is not in ``PUBLIC`` cannot reach a public door. Names of people, free texts, photos
and the keys of sources stand in none of them.

The SQL speaks of: t tree, s site, p place, sp species, d district, u responsible unit, c due date.
"""

from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from baumkataster.models import Duty, Expectation, Phase, PlaceKind, PositionSource, TreeStatus
from inspections.models import Condition

Type = Literal["uuid", "text", "integer", "number", "date", "boolean"]
GEOMETRY = "geom"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column as people outside see it."""

    #: German, lower case, with the unit at its end: stays the same for ever once published.
    name: str
    #: ``title`` and ``unit`` are texts in the reader's language.
    title: Any
    type: Type
    sql: str
    unit: Any = ""


def _words(column: str, choices: Any) -> str:
    """SQL that turns a stored code into its German word."""
    with override("de"):
        cases = " ".join(
            f"WHEN '{value}' THEN '{str(label).replace(chr(39), chr(39) * 2)}'"
            for value, label in choices.choices
        )
    return f"CASE {column} {cases} END"


#: Standing trees of the city, for everybody.
PUBLIC: tuple[Column, ...] = (
    Column(name="id", title=_("Kennung"), type="uuid", sql="t.id"),
    Column(name="baumnummer", title=_("Baumnummer"), type="text", sql="s.number::text"),
    Column(name="objekt", title=_("Straße oder Anlage"), type="text", sql="p.name::text"),
    Column(
        name="objektart", title=_("Art des Objekts"), type="text", sql=_words("p.kind", PlaceKind)
    ),
    Column(
        name="strassenschluessel",
        title=_("Straßenschlüssel"),
        type="text",
        sql="NULLIF(p.street_key, '')::text",
    ),
    Column(
        name="hausnummer",
        title=_("Hausnummer"),
        type="text",
        sql="NULLIF(s.house_number, '')::text",
    ),
    Column(name="ortsteil", title=_("Ortsteil"), type="text", sql="d.name::text"),
    Column(name="gattung", title=_("Gattung"), type="text", sql="sp.genus::text"),
    Column(
        name="art_botanisch",
        title=_("botanischer Name"),
        type="text",
        sql="sp.botanical_name::text",
    ),
    Column(name="art_deutsch", title=_("deutscher Name"), type="text", sql="sp.german_name::text"),
    Column(name="sorte", title=_("Sorte"), type="text", sql="NULLIF(sp.cultivar, '')::text"),
    Column(name="pflanzjahr", title=_("Pflanzjahr"), type="integer", sql="t.planted_year::integer"),
    Column(
        name="hoehe_m", title=_("Höhe"), type="number", sql="t.height_m::double precision", unit="m"
    ),
    Column(
        name="kronendurchmesser_m",
        title=_("Kronendurchmesser"),
        type="number",
        sql="t.crown_diameter_m::double precision",
        unit="m",
    ),
    Column(
        name="stammumfang_cm",
        title=_("Stammumfang"),
        type="integer",
        sql="t.girth_cm::integer",
        unit="cm",
    ),
    Column(
        name="messhoehe_cm",
        title=_("Messhöhe des Stammumfangs"),
        type="integer",
        sql="t.girth_height_cm::integer",
        unit="cm",
    ),
    Column(
        name="staemme",
        title=_("Zahl der Stämme"),
        type="integer",
        sql="GREATEST(cardinality(t.stems), 1)",
    ),
)

#: The day of the newest inspection; a corrected record gives way to its correction.
_LAST_INSPECTION = (
    "(SELECT i.inspected_on FROM inspections_inspection i WHERE i.tree_id = t.id AND NOT EXISTS"
    " (SELECT FROM inspections_inspection n WHERE n.corrects_id = i.id)"
    " ORDER BY i.inspected_on DESC, i.received_at DESC LIMIT 1)"
)
_OPEN_MEASURES = (
    "(SELECT count(*)::integer FROM inspections_measure m"
    " WHERE m.tree_id = t.id AND m.state = 'open')"
)
_IMMEDIATE = (
    "EXISTS (SELECT FROM inspections_measure m JOIN inspections_urgency g ON g.code = m.urgency_id"
    " WHERE m.tree_id = t.id AND m.state = 'open' AND g.immediate)"
)

#: What signed-in people see besides, of all trees, also felled ones.
CONTROL: tuple[Column, ...] = (
    Column(name="status", title=_("Status"), type="text", sql=_words("t.status", TreeStatus)),
    Column(name="plakette", title=_("Plakette"), type="text", sql="NULLIF(t.tag, '')::text"),
    Column(
        name="lagegenauigkeit_m",
        title=_("Lagegenauigkeit"),
        type="number",
        sql="t.position_accuracy_m::double precision",
        unit="m",
    ),
    Column(
        name="lage_aus",
        title=_("Lage aus"),
        type="text",
        sql=_words("t.position_source", PositionSource),
    ),
    Column(
        name="kronenansatz_m",
        title=_("Kronenansatz"),
        type="number",
        sql="t.crown_base_m::double precision",
        unit="m",
    ),
    Column(
        name="schutzstatus",
        title=_("Schutzstatus"),
        type="text",
        sql="NULLIF(array_to_string(t.protection, ','), '')",
    ),
    Column(name="revier", title=_("Revier"), type="text", sql="u.code::text"),
    Column(
        name="kontrollpflicht", title=_("Kontrollpflicht"), type="text", sql=_words("t.duty", Duty)
    ),
    Column(
        name="entwicklungsphase",
        title=_("Entwicklungsphase"),
        type="text",
        sql=_words("COALESCE(NULLIF(t.phase, ''), c.phase)", Phase),
    ),
    Column(name="zustand", title=_("Zustand"), type="text", sql=_words("c.condition", Condition)),
    Column(
        name="sicherheitserwartung",
        title=_("Sicherheitserwartung"),
        type="text",
        sql=_words("COALESCE(NULLIF(t.expectation, ''), p.expectation)", Expectation),
    ),
    Column(name="letzte_kontrolle", title=_("letzte Kontrolle"), type="date", sql=_LAST_INSPECTION),
    Column(
        name="kontrolle_noetig",
        title=_("unter Kontrolle der Stadt"),
        type="boolean",
        sql="COALESCE(c.required, false)",
    ),
    Column(
        name="nie_kontrolliert",
        title=_("noch nie kontrolliert"),
        type="boolean",
        sql="COALESCE(c.never, true)",
    ),
    Column(name="faellig_am", title=_("nächste Regelkontrolle"), type="date", sql="c.due_on"),
    Column(name="toleranz_bis", title=_("Toleranz bis"), type="date", sql="c.tolerance_until"),
    Column(
        name="befreit_bis",
        title=_("Jungbaumpflege: befreit bis"),
        type="date",
        sql="c.exempt_until",
    ),
    Column(
        name="intervall_monate",
        title=_("Kontrollintervall"),
        type="integer",
        sql="c.interval_months::integer",
        unit=_("Monate"),
    ),
    Column(
        name="offene_massnahmen", title=_("offene Maßnahmen"), type="integer", sql=_OPEN_MEASURES
    ),
    Column(
        name="sofortmassnahme",
        title=_("Sofortmaßnahme offen"),
        type="boolean",
        sql=_IMMEDIATE,
    ),
    Column(name="gefaellt_am", title=_("gefällt am"), type="date", sql="t.felled_on"),
)

#: All columns of the view for signed-in people.
SIGNED_IN: tuple[Column, ...] = PUBLIC + CONTROL
