"""The history of one tree in readable words, from what the database itself kept; for the card."""

from typing import Any

from django.db.models import Model, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from baumkataster.models import Change, Site, Tree
from inspections.models import Measure

#: More changes than a person reads.
MOST = 500
#: Columns that say nothing to a reader, or double what another says.
HIDDEN = {"id", "tree", "site", "created_at", "recorded_at", "ended_at", "sha256", "source_keys"}
MODELS: dict[str, type[Model]] = {model._meta.db_table: model for model in (Tree, Site, Measure)}


def tree_history(tree: Tree) -> list[dict[str, Any]]:
    """``[{at, by, op, about, reason, changes: [{field, label, old, new}]}]``, newest first."""
    measures = Measure.objects.filter(tree=tree).values_list("pk", flat=True)
    keys = {
        Tree._meta.db_table: [str(tree.pk)],
        Site._meta.db_table: [str(tree.site_id)],
        Measure._meta.db_table: [str(pk) for pk in measures],
    }
    which = Q()
    for table, rows in keys.items():
        which |= Q(table_name=table, row_id__in=rows)
    changes = list(Change.objects.filter(which).select_related("actor").order_by("-id")[:MOST])
    names = _names(changes)
    return [entry for change in changes if (entry := _entry(change, names))["changes"]]


def _entry(change: Change, names: dict[tuple[type[Model], str], str]) -> dict[str, Any]:
    """One change of one row."""
    model = MODELS[change.table_name]
    old, new = change.old or {}, change.new or {}
    return {
        "at": change.at,
        "by": str(change.actor) if change.actor else _("System"),
        "op": change.operation,
        "about": str(model._meta.verbose_name),
        "reason": change.reason,
        "changes": [
            {
                "field": field.name,
                "label": str(field.verbose_name),
                "old": _readable(field, old.get(field.column), names),
                "new": _readable(field, new.get(field.column), names),
            }
            for field in model._meta.concrete_fields
            if field.name not in HIDDEN and _tells(field, old, new)
        ],
    }


def _tells(field: Any, old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether a column changed in a way worth a line (nothing to nothing is not)."""
    empty: tuple[Any, ...] = (None, "", [], {})
    before, after = old.get(field.column), new.get(field.column)
    return before != after and not (before in empty and after in empty)


def _names(changes: list[Change]) -> dict[tuple[type[Model], str], str]:
    """Names of all rows that the changes point to, in one query per table."""
    wanted: dict[type[Model], set[str]] = {}
    for change in changes:
        for field in MODELS[change.table_name]._meta.concrete_fields:
            if field.related_model is None or field.name in HIDDEN:
                continue
            for values in (change.old, change.new):
                if value := (values or {}).get(field.column):
                    wanted.setdefault(field.related_model, set()).add(str(value))
    return {
        (model, str(row.pk)): str(row)
        for model, keys in wanted.items()
        for row in _rows(model, keys)
    }


def _rows(model: type[Model], keys: set[str]) -> Any:
    """The named rows with what their own name needs."""
    rows = model._default_manager.filter(pk__in=keys)
    if model is Tree:
        return rows.select_related("site__place")
    return rows.select_related("kind", "tree__site__place") if model is Measure else rows


def _readable(field: Any, value: Any, names: dict[tuple[type[Model], str], str]) -> Any:
    """A stored value as people say it; None and "" are null."""
    if value is None or value in ("", []):
        return None
    if field.related_model is not None:
        return names.get((field.related_model, str(value)), str(value))
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return _plain(field, value)


def _plain(field: Any, value: Any) -> Any:
    """Dates, positions, yes and no, lists; everything else as it is."""
    kind = field.get_internal_type()
    if kind in {"DateField", "DateTimeField"}:
        return date_format(field.to_python(value), "DATE_FORMAT")
    if kind == "PointField":
        return _position(value)
    if isinstance(value, bool):
        return _("ja") if value else _("nein")
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return value


def _position(value: Any) -> str:
    """East and north in decimetres; to_jsonb keeps a geometry as GeoJSON."""
    east, north = value["coordinates"][:2]
    return f"{east:.1f} / {north:.1f}"
