"""Who may open which door: one table of roles and doors, read by every interface, import and test."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import cache

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from baumkataster.models import InspectorIdentity, Role, Scope, User
from baumkataster.prepared import columns, kept, prepared_row

#: Whoever sends a request.
Visitor = User | AnonymousUser


class Door(StrEnum):
    """One thing that a person may do; every address of the product names its door."""

    PUBLIC = "public"
    OWN_ACCOUNT = "own_account"
    APPLICATION_PASSWORDS = "application_passwords"
    VIEW_MAP = "view_map"
    VIEW_TREE = "view_tree"
    VIEW_INSPECTIONS = "view_inspections"
    VIEW_HISTORY = "view_history"
    PLANT = "plant"
    CORRECT = "correct"
    MOVE = "move"
    FELL = "fell"
    CORRECT_PLACE = "correct_place"
    INSPECT = "inspect"
    CORRECT_INSPECTION = "correct_inspection"
    ORDER_MEASURE = "order_measure"
    COMPLETE_MEASURE = "complete_measure"
    CANCEL_MEASURE = "cancel_measure"
    RECORD_CARE = "record_care"
    UPLOAD_PHOTO = "upload_photo"
    VIEW_REPORT = "view_report"
    VIEW_UNITS = "view_units"
    EXPORT = "export"
    IMPORT_DATA = "import_data"
    MANAGE_USERS = "manage_users"
    MANAGE_UNITS = "manage_units"
    MANAGE_CATALOGUES = "manage_catalogues"
    MANAGE_RULESETS = "manage_rulesets"
    MANAGE_CITY = "manage_city"
    FIELD = "field"
    REVIEW_FIELD = "review_field"
    MANAGE_DEVICES = "manage_devices"
    PLAN_TOURS = "plan_tours"
    TECHNICAL_ADMIN = "technical_admin"


_EVERYBODY = frozenset(Role)
_OFFICE = _EVERYBODY - {Role.CONTRACTOR}
_TREE_KEEPERS = frozenset({Role.ARBORIST, Role.PLANNER, Role.SUPERVISOR, Role.ADMINISTRATOR})
_INSPECTORS = frozenset({Role.ARBORIST, Role.SUPERVISOR, Role.ADMINISTRATOR})
_PLANNERS = frozenset({Role.PLANNER, Role.SUPERVISOR, Role.ADMINISTRATOR})
_HEADS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
_ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})

#: The matrix. PUBLIC is open without signing in.
DOORS: dict[Door, frozenset[Role]] = {
    Door.PUBLIC: _EVERYBODY,
    Door.OWN_ACCOUNT: _EVERYBODY,
    Door.APPLICATION_PASSWORDS: _OFFICE,
    Door.VIEW_MAP: _EVERYBODY,
    Door.VIEW_TREE: _EVERYBODY,
    Door.VIEW_INSPECTIONS: _OFFICE,
    Door.VIEW_HISTORY: _OFFICE,
    Door.PLANT: _TREE_KEEPERS,
    Door.CORRECT: _TREE_KEEPERS,
    Door.MOVE: _TREE_KEEPERS,
    Door.FELL: _TREE_KEEPERS,
    Door.CORRECT_PLACE: _PLANNERS,
    Door.INSPECT: _INSPECTORS,
    Door.CORRECT_INSPECTION: _INSPECTORS,
    Door.ORDER_MEASURE: _TREE_KEEPERS,
    Door.COMPLETE_MEASURE: _EVERYBODY,
    Door.CANCEL_MEASURE: _HEADS,
    Door.RECORD_CARE: _TREE_KEEPERS,
    Door.UPLOAD_PHOTO: _EVERYBODY,
    Door.VIEW_REPORT: _OFFICE,
    Door.VIEW_UNITS: _HEADS,
    Door.EXPORT: _PLANNERS,
    Door.IMPORT_DATA: frozenset({Role.PLANNER, Role.ADMINISTRATOR}),
    Door.MANAGE_USERS: _ADMINISTRATORS,
    Door.MANAGE_UNITS: _ADMINISTRATORS,
    Door.MANAGE_CATALOGUES: _ADMINISTRATORS,
    Door.MANAGE_RULESETS: _ADMINISTRATORS,
    Door.MANAGE_CITY: _ADMINISTRATORS,
    Door.FIELD: _TREE_KEEPERS,
    Door.REVIEW_FIELD: _HEADS,
    Door.MANAGE_DEVICES: _ADMINISTRATORS,
    Door.PLAN_TOURS: _INSPECTORS,
    Door.TECHNICAL_ADMIN: _ADMINISTRATORS,
}

_MAP_DOORS = frozenset({Door.PUBLIC, Door.VIEW_MAP, Door.VIEW_TREE, Door.APPLICATION_PASSWORDS})
#: Doors that a scope opens where the role opens them, too.
SCOPE_DOORS: dict[Scope, frozenset[Door]] = {
    Scope.MAP: _MAP_DOORS,
    Scope.INSPECTIONS: _MAP_DOORS
    | {Door.VIEW_INSPECTIONS, Door.VIEW_HISTORY, Door.VIEW_REPORT, Door.VIEW_UNITS},
    Scope.EXPORT: _MAP_DOORS | {Door.EXPORT},
    Scope.RECORD: _MAP_DOORS
    | {Door.VIEW_INSPECTIONS, Door.INSPECT, Door.COMPLETE_MEASURE, Door.UPLOAD_PHOTO},
}
#: Doors that a tree's card offers (its ``may``).
TREE_DOORS = (
    Door.VIEW_INSPECTIONS,
    Door.VIEW_HISTORY,
    Door.CORRECT,
    Door.MOVE,
    Door.FELL,
    Door.PLANT,
    Door.INSPECT,
    Door.CORRECT_INSPECTION,
    Door.ORDER_MEASURE,
    Door.COMPLETE_MEASURE,
    Door.CANCEL_MEASURE,
    Door.RECORD_CARE,
    Door.UPLOAD_PHOTO,
)


def may(visitor: Visitor, door: Door) -> bool:
    """Whether the visitor's role opens the door; nobody but active, signed-in people but for PUBLIC."""
    if door is Door.PUBLIC:
        return True
    if not (visitor.is_authenticated and visitor.is_active and visitor.role in DOORS[door]):
        return False
    return visitor.only_doors is None or door in visitor.only_doors


def narrow(user: User, scopes: Iterable[str]) -> None:
    """Let ``user`` (this object, for this request) open only the doors of an application password."""
    known = [SCOPE_DOORS[Scope(scope)] for scope in scopes if scope in Scope.values]
    user.only_doors = frozenset[str]().union(*known)


def doors_of(visitor: Visitor) -> frozenset[Door]:
    """All doors that are open to the visitor."""
    return frozenset(door for door in Door if may(visitor, door))


def signed_in(visitor: Visitor) -> User:
    """The person whom a door has let in; deeds are done by people.

    Raises:
        PermissionDenied: nobody is signed in.
    """
    if not isinstance(visitor, User):
        raise PermissionDenied
    return visitor


def current_identity(user: User, *, day: date) -> InspectorIdentity | None:
    """The inspector's identity that holds for ``user`` on ``day``: newest version, not expired."""
    row = prepared_row(_newest_identity(), {"user": user.pk, "day": day})
    if row is None:
        return None
    newest = kept(InspectorIdentity, row)
    expired = newest.certificate_valid_until is not None and newest.certificate_valid_until < day
    return None if expired else newest


@cache
def _newest_identity() -> str:
    """Asked at every recording."""
    return f"""
        SELECT {columns(InspectorIdentity, "i")} FROM {InspectorIdentity._meta.db_table} i
        WHERE user_id = %(user)s AND valid_from <= %(day)s
        ORDER BY valid_from DESC, recorded_at DESC LIMIT 1"""


def why_no_inspection(visitor: Visitor, *, day: date) -> str:
    """A sentence why the visitor may not record inspections on ``day``; empty when they may."""
    if not may(visitor, Door.INSPECT) or not isinstance(visitor, User):
        return _("Kontrollen erfassen nur Personen mit der Rolle Baumkontrolle oder Aufsicht.")
    if current_identity(visitor, day=day):
        return ""
    if InspectorIdentity.objects.filter(user=visitor, valid_from__lte=day).exists():
        return _(
            "Ihr Qualifikationsnachweis ist abgelaufen. "
            "Bitte die Verwaltung, einen neuen Nachweis einzutragen."
        )
    return _(
        "Für Sie ist kein Qualifikationsnachweis eingetragen. "
        "Ohne ihn kann keine Kontrolle erfasst werden; bitte wenden Sie sich an die Verwaltung."
    )


def measures_seen_by(visitor: Visitor) -> Q:
    """Condition on measures: contractors see only their own, anonymous visitors none."""
    if not may(visitor, Door.VIEW_TREE):
        return Q(pk__in=[])
    if isinstance(visitor, User) and visitor.role == Role.CONTRACTOR:
        return Q(contractor=visitor)
    return Q()
