"""Deeds on catalogue entries: words may be improved and entries switched off; codes never change."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from baumkataster.authorship import authored
from baumkataster.errors import Refused
from baumkataster.models import User
from baumkataster.services.checking import locked, save_checked
from inspections.models import CatalogueEntry, MeasureKind, Symptom
from inspections.services.replanning_city import ask_for_care

CODE = re.compile(r"[A-Za-z0-9_]{1,30}")


def add_entry(
    *, by: User, model: type[CatalogueEntry], code: str, values: Mapping[str, Any]
) -> CatalogueEntry:
    """Add an entry under a new code.

    Raises:
        Refused: the code is taken or not made of letters, digits and _; other problems by field.
    """
    if not CODE.fullmatch(code):
        raise Refused({"code": [_("Der Schlüssel besteht aus Buchstaben, Ziffern und _.")]})
    if model._default_manager.filter(pk=code).exists():
        raise Refused(
            {"code": [_("Diesen Schlüssel gibt es schon. Schlüssel werden nie neu vergeben.")]}
        )
    entry = model(code=code, **values)
    with authored(by=by):
        save_checked(entry)
    return entry


def change_entry(
    *,
    by: User,
    day: date,
    now: datetime,
    model: type[CatalogueEntry],
    code: str,
    values: Mapping[str, Any],
) -> CatalogueEntry:
    """Change words, order and attributes of an entry.

    Where due dates depend on it they are asked for: the worker computes all of them anew.

    Raises:
        Refused: by field; a symptom cannot change its zone, because findings name both.
    """
    with authored(by=by):
        entry = locked(model, code)
        if isinstance(entry, Symptom) and values.get("zone", entry.zone) != entry.zone:
            raise Refused(
                {"zone": [_("Der Baumbereich bleibt. Legen Sie ein neues Schadsymptom an.")]}
            )
        changed = [name for name, value in values.items() if getattr(entry, name) != value]
        for name in changed:
            setattr(entry, name, values[name])
        if changed:
            save_checked(entry, fields=changed)
        if isinstance(entry, MeasureKind) and "young_tree_care" in changed:
            ask_for_care(day=day, now=now)
    return entry
