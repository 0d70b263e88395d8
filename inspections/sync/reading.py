"""Reads the text of an entry into plain values, saying what cannot be read; knows no tables.

An entry is ``{id, kind, v, person, device, device_name, made_at, clock_offset_s, tree, body …}``.
"""

import json
import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NoReturn
from uuid import UUID

from django.utils.translation import gettext as _

from inspections.sync.reasons import Reason, Unsettled

#: The form of an entry that this server understands.
VERSION = 1
#: Years of an instant that database, Python and every time zone can hold; no clock is that wrong.
YEARS = range(1900, 2200)
#: Objects and lists inside each other; nothing of ours is nested so deep.
DEEPEST = 32
KINDS = (
    "inspection",
    "tree_new",
    "tree_change",
    "tree_move",
    "tree_end",
    "measure_done",
    "group_new",
)


@dataclass(frozen=True, kw_only=True)
class Peek:
    """What can be told of a text that may be broken; None for what cannot."""

    id: UUID | None = None
    kind: str = ""
    person: UUID | None = None
    device: UUID | None = None
    tree: UUID | None = None
    made_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """An entry that could be read; only its body is still as it came."""

    id: UUID
    kind: str
    person: UUID
    device_name: str
    #: The device's clock.
    made_at: datetime
    #: Seconds that the server's clock was ahead at the last contact before; None: not known.
    clock_offset_s: float | None
    tree: UUID | None
    body: dict[str, Any]


def storable(text: str) -> str:
    """The text as a column can hold it: itself, or its JSON literal where it has NUL or half pairs."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(text)
    return json.dumps(text) if "\0" in text else text


def peek(text: str) -> Peek:
    """Key, person and the like of any text whatever."""
    try:
        values = _parsed(text)
    except Unsettled:
        return Peek()
    made_at = instant(values.get("made_at"))
    kind = values.get("kind")
    return Peek(
        id=key_of(values.get("id")),
        kind=kind[:30] if isinstance(kind, str) else "",
        person=key_of(values.get("person")),
        device=key_of(values.get("device")),
        tree=key_of(values.get("tree")),
        made_at=made_at,
    )


def read_envelope(text: str) -> Envelope:
    """The entry in its parts.

    Raises:
        Unsettled: broken, of a newer form, or of a kind that this server does not know.
    """
    values = _parsed(text)
    body = Body(values)
    if values.get("v") != VERSION or values.get("kind") not in KINDS:
        sentence = _(
            "Diese Art von Eintrag kennt der Server nicht; vielleicht ist die App neuer als er."
        )
        raise Unsettled(Reason.UNKNOWN_KIND, sentence)
    content = values.get("body")
    if not isinstance(content, dict):
        unreadable("body")
    tree = body.uuid("tree")
    if tree is None and values["kind"] != "group_new":
        unreadable("tree")
    return Envelope(
        id=body.needed_uuid("id"),
        kind=str(values["kind"]),
        person=body.needed_uuid("person"),
        device_name=body.text("device_name"),
        made_at=body.moment("made_at"),
        clock_offset_s=body.number("clock_offset_s"),
        tree=tree,
        body=content,
    )


class Body:
    """Typed access to the values of an object; whatever has another form is unreadable."""

    def __init__(self, values: dict[str, Any], path: str = "") -> None:
        self.values = values
        self.path = path

    def text(self, name: str, default: str = "") -> str:
        """A text; null is none."""
        value = self.values.get(name)
        if value is None:
            return default
        return value if isinstance(value, str) else unreadable(self.path + name)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.values.get(name) or []
        if not isinstance(value, list) or any(not isinstance(each, str) for each in value):
            unreadable(self.path + name)
        return tuple(value)

    def flag(self, name: str) -> bool:
        """Yes or no; null is no."""
        value = self.values.get(name)
        return bool(value) if value is None or isinstance(value, bool) else unreadable(name)

    def number(self, name: str) -> float | None:
        """A finite number."""
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            unreadable(self.path + name)
        try:
            number = float(value)
        except OverflowError:
            unreadable(self.path + name)
        return number if math.isfinite(number) else unreadable(self.path + name)

    def needed_number(self, name: str) -> float:
        """A number that must be there."""
        number = self.number(name)
        return unreadable(self.path + name) if number is None else number

    def integer(self, name: str) -> int | None:
        """A whole number that a column could hold."""
        number = self.number(name)
        if number is None:
            return None
        whole = number == int(number) and abs(number) < 2**31
        return int(number) if whole else unreadable(self.path + name)

    def uuid(self, name: str) -> UUID | None:
        """A key."""
        value = self.values.get(name)
        if value in (None, ""):
            return None
        return key_of(value) or unreadable(self.path + name)

    def needed_uuid(self, name: str) -> UUID:
        """A key that must be there."""
        return self.uuid(name) or unreadable(self.path + name)

    def day(self, name: str) -> date | None:
        """A day."""
        value = self.values.get(name)
        if value in (None, ""):
            return None
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            unreadable(self.path + name)

    def needed_day(self, name: str) -> date:
        """A day that must be there."""
        return self.day(name) or unreadable(self.path + name)

    def moment(self, name: str) -> datetime:
        """An instant with its zone."""
        return instant(self.values.get(name)) or unreadable(self.path + name)

    def object(self, name: str) -> dict[str, Any]:
        """An object; null is empty."""
        value = self.values.get(name)
        if value is None:
            return {}
        return value if isinstance(value, dict) else unreadable(self.path + name)

    def rows(self, name: str) -> list["Body"]:
        """A list of objects."""
        value = self.values.get(name) or []
        if not isinstance(value, list) or any(not isinstance(each, dict) for each in value):
            unreadable(self.path + name)
        return [Body(each, f"{self.path}{name}.{i}.") for i, each in enumerate(value)]


def unreadable(name: str) -> NoReturn:
    """Say which field has a form that nobody can read.

    Raises:
        Unsettled: always.
    """
    sentence = _("Die Angabe „%(name)s“ fehlt oder ist nicht lesbar.") % {"name": name}
    raise Unsettled(Reason.UNREADABLE, sentence)


def _parsed(text: str) -> dict[str, Any]:
    """The object that the text says."""
    try:
        values = _clean(json.loads(text, parse_constant=unreadable))
    except (ValueError, RecursionError) as error:
        raise Unsettled(Reason.UNREADABLE, _("Der Eintrag ist nicht lesbar.")) from error
    if not isinstance(values, dict):
        raise Unsettled(Reason.UNREADABLE, _("Der Eintrag ist nicht lesbar."))
    return values


def _clean(value: Any, depth: int = 0) -> Any:
    """The same with a mark for what no column can hold: NUL, and halves of pairs as of a cut emoji.

    A finding must not wait for ever because of a letter; the entry's own text keeps it.
    """
    if depth > DEEPEST:
        raise RecursionError
    if isinstance(value, str):
        whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return whole.replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {_clean(name): _clean(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [_clean(inner, depth + 1) for inner in value]
    return value


def key_of(value: Any) -> UUID | None:
    """A key, if it is one."""
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def instant(value: Any) -> datetime | None:
    """An instant with its zone, if it is one that can be kept and read back; in UTC."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is None or moment.tzinfo is None:
            return None
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year in YEARS else None
