"""Reads filters from an address; a value that cannot be meant is refused by name, never a crash."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

#: Longer search texts are mistakes.
MAX_TEXT = 200


def uuids(query: QueryDict, name: str) -> list[UUID]:
    """All values of a repeatable parameter as UUIDs; blanks are skipped.

    Raises:
        ValidationError: a value is no UUID.
    """
    try:
        return [UUID(value) for value in query.getlist(name) if value]
    except ValueError as error:
        raise ValidationError({name: [_("Das ist keine gültige Kennung.")]}) from error


def day_parameter(query: Mapping[str, Any], name: str) -> date | None:
    """A date as JJJJ-MM-TT; None if not given.

    Raises:
        ValidationError: not a date.
    """
    text = query.get(name, "")
    if not text:
        return None
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise ValidationError({name: [_("Bitte ein Datum als JJJJ-MM-TT angeben.")]})
    return day


def text_parameter(query: Mapping[str, Any], name: str) -> str:
    """A search text without blanks around it.

    Raises:
        ValidationError: too long, or with characters that no database takes.
    """
    text = str(query.get(name, "")).strip()
    if len(text) > MAX_TEXT or "\0" in text:
        raise ValidationError({name: [_("Dieser Suchtext ist nicht möglich.")]})
    return text


def choices(query: QueryDict, name: str, known: list[str]) -> list[str]:
    """All values of a repeatable parameter, each from ``known``.

    Raises:
        ValidationError: an unknown value.
    """
    values = [value for value in query.getlist(name) if value]
    if unknown := [value for value in values if value not in known]:
        raise ValidationError(
            {name: [_("„%(value)s“ ist hier nicht bekannt.") % {"value": unknown[0][:40]}]}
        )
    return values
