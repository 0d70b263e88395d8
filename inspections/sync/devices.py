"""Deeds on tablets: registered by whoever signs in on them, seen at each contact, blocked by the office."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from baumkataster.authorship import authored
from baumkataster.errors import Refused
from baumkataster.models import User
from baumkataster.services.checking import locked, save_checked
from baumkataster.services.people import hash_secret, new_secret
from inspections.models import FieldDevice, FieldKey

#: Larger figures of a tablet are nonsense; the columns could not hold them.
MOST_COUNT = 2**31 - 1
MOST_BYTES = 2**60


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A device with the key that it must keep; only its hash stays here."""

    device: FieldDevice
    key: str
    created: bool


def register_device(*, by: User, id: UUID, name: str, at: datetime) -> Registered:
    """Make a device known and give it a key for ``by``; its first name stays, keys before stay valid.

    Raises:
        Refused: a new device without a name.
    """
    secret = new_secret()
    with authored(by=by):
        device, created = _device(by, id, name, at)
        save_checked(FieldKey(device=device, user=by, secret_hash=hash_secret(secret)))
    return Registered(device=device, key=secret, created=created)


def _device(by: User, id: UUID, name: str, at: datetime) -> tuple[FieldDevice, bool]:
    """The device under this key, made if need be."""
    if known := FieldDevice.objects.filter(pk=id).first():
        return known, False
    device = FieldDevice(id=id, name=_named(name), registered_by=by, registered_at=at)
    try:
        with transaction.atomic():
            save_checked(device)
    except IntegrityError:
        return FieldDevice.objects.get(pk=id), False
    return device, True


def find_key(*, device_id: UUID, secret: str) -> FieldKey | None:
    """The valid key that a device shows."""
    rows = FieldKey.objects.select_related("device", "user")
    return rows.filter(
        device_id=device_id, secret_hash=hash_secret(secret), revoked_at__isnull=True
    ).first()


def note_contact(
    *,
    device: FieldDevice,
    user: User,
    at: datetime,
    app: str = "",
    unsent: int | None = None,
    photos_unsent: int | None = None,
    free_bytes: int | None = None,
) -> None:
    """Keep what a device says of itself; it is no history, only the last word."""
    FieldDevice.objects.filter(pk=device.pk).update(
        last_seen_at=at,
        last_user=user,
        app=app.replace("\0", "")[:40],
        unsent=_between(unsent, MOST_COUNT),
        photos_unsent=_between(photos_unsent, MOST_COUNT),
        free_bytes=_between(free_bytes, MOST_BYTES),
    )


def block_device(*, by: User, device_id: UUID, at: datetime) -> FieldDevice:
    """From the next contact on the device hands in what it holds and wipes itself."""
    with authored(by=by):
        device = locked(FieldDevice, device_id)
        if device.blocked_at is None:
            device.blocked_at, device.blocked_by = at, by
            device.save(update_fields=["blocked_at", "blocked_by"])
    return device


def unblock_device(*, by: User, device_id: UUID) -> FieldDevice:
    """Let a device work again."""
    with authored(by=by):
        device = locked(FieldDevice, device_id)
        device.blocked_at = device.blocked_by = None
        device.save(update_fields=["blocked_at", "blocked_by"])
    return device


def rename_device(*, by: User, device_id: UUID, name: str) -> FieldDevice:
    """Give a device another name.

    Raises:
        Refused: no name.
    """
    with authored(by=by):
        device = locked(FieldDevice, device_id)
        device.name = _named(name)
        save_checked(device, fields=["name"])
    return device


def _named(name: str) -> str:
    """The name, if there is one."""
    if not name.strip():
        raise Refused({"name": [_("Bitte geben Sie dem Gerät einen Namen.")]})
    return name.strip()


def _between(value: int | None, most: int) -> int | None:
    """A count that its column can hold."""
    return None if value is None else max(0, min(value, most))
