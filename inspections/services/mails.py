"""The outbox: alarms, and sending what waits; for services and tasks."""

import email.errors
import logging
import smtplib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.db.models.lookups import IsNull
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from baumkataster.models import Role, Tree, Unit, User
from inspections.models import ControlMail, FieldEntry, Measure

logger = logging.getLogger(__name__)

#: Minutes between two attempts at one mail; the last wait repeats.
WAITS = (1, 2, 4, 8, 16, 32, 60)
#: A mail older than this is not tried any more; until then run_status complains about it.
GIVE_UP_AFTER = timedelta(days=7)
SUBJECT_LENGTH = ControlMail._meta.get_field("subject").max_length or 200
ERROR_LENGTH = ControlMail._meta.get_field("last_error").max_length or 300
#: Errors that concern this one mail; any other OSError means that nobody can be reached.
ONE_MAIL_REFUSED = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    ValueError,
    email.errors.MessageError,
)


class UnreachableError(Exception):
    """The mail server (or folder for mails) cannot be reached; nothing else is worth trying now."""


def alarm_immediate(*, measure: Measure) -> list[ControlMail]:
    """Put the alarm for an urgent measure into the outbox, in the transaction that records it.

    It goes to the responsible unit's supervisor, else its deputy, else to all administrators. The
    task that runs every minute sends it. Called again for the same measure, it adds nothing.
    """
    unit: Unit = measure.tree.responsible_unit
    link = address(f"/karte/?baum={measure.tree_id}")
    with override(settings.LANGUAGE_CODE):
        subject = subject_line(
            _("Unverzüglich: %(kind)s an Baum %(tree)s")
            % {"kind": measure.kind.name, "tree": measure.tree}
        )
        for person in alarmed_people(unit):
            body = render_to_string(
                "inspections/mails/alarm.txt",
                {"measure": measure, "tree": measure.tree, "person": person, "link": link},
            )
            ControlMail.objects.get_or_create(
                recipient=person, measure=measure, defaults={"subject": subject, "body": body}
            )
    mails = list(ControlMail.objects.filter(measure=measure))
    if not mails:
        logger.error("Für die Sofortmaßnahme %s gibt es niemanden mit Mailadresse.", measure.pk)
    return mails


def alarm_waiting(*, entry: FieldEntry, tree: Tree | None, lines: Sequence[str]) -> None:
    """Put the alarm for an urgent measure into the outbox that is in no Measure row yet.

    The entry waits in the review; ``lines`` say what was entered. ``tree`` None: not in the
    cadastre. Called again for the same entry, it adds nothing. Taken in later, its measures alarm
    as any other.
    """
    unit = tree.responsible_unit if tree else None
    link = address(reverse("field_entry", args=[entry.pk]))
    with override(settings.LANGUAGE_CODE):
        where = str(tree) if tree else _("nicht im Kataster")
        subject = subject_line(_("Unverzüglich, ungeklärt: Baum %(tree)s") % {"tree": where})
        for person in alarmed_people(unit):
            body = render_to_string(
                "inspections/mails/alarm_waiting.txt",
                {"entry": entry, "tree": where, "lines": lines, "person": person, "link": link},
            )
            ControlMail.objects.get_or_create(
                recipient=person, entry=entry, defaults={"subject": subject, "body": body}
            )
    if not ControlMail.objects.filter(entry=entry).exists():
        logger.error("Für den dringenden Eintrag %s gibt es niemanden mit Mailadresse.", entry.pk)


def alarm_replanning(*, version: int, pk: UUID) -> None:
    """Tell all administrators that due dates do not follow the rule and nothing goes on by itself."""
    link = address(reverse("rule_set", args=[pk]))
    with override(settings.LANGUAGE_CODE):
        subject = _("Termine nicht alle neu berechnet: Regelwerk, Fassung %(version)s")
        for person in alarmed_people(None):
            body = render_to_string(
                "inspections/mails/alarm_replanning.txt",
                {"version": version, "person": person, "link": link},
            )
            ControlMail.objects.create(
                recipient=person, subject=subject_line(subject % {"version": version}), body=body
            )


def alarmed_people(unit: Unit | None) -> list[User]:
    """Who is told at once: the supervisor, else the deputy, else all administrators."""
    for person in (unit.supervisor, unit.deputy) if unit else ():
        if person is not None and person.is_active and person.email:
            return [person]
    administrators = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
    return list(administrators.exclude(email=""))


def address(path: str) -> str:
    """The whole address of a page, or "" where the installation does not know its own address."""
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else ""


def subject_line(text: str) -> str:
    """``text`` as one line that fits the column (a line break would forge mail headers)."""
    return " ".join(text.split())[:SUBJECT_LENGTH]


def next_attempt_at(created_at: datetime, attempts: int) -> datetime:
    """When a mail that failed ``attempts`` times is tried again: after 1, 2, 4 … 32, 60, 60 … min.

    The waits count from the making of the mail, so that no second time needs to be stored.
    """
    repeated = max(attempts - len(WAITS), 0)
    return created_at + timedelta(minutes=sum(WAITS[:attempts]) + repeated * WAITS[-1])


def send_waiting_mails(*, now: datetime) -> int:
    """Send what waits in the outbox, alarms first, each in its own transaction; returns how many.

    Several workers may call it at once: a mail that another one holds is left to it. A failure is
    noted at the mail, which is tried again later. Should the process die after the server took the
    mail and before the database heard of it, the mail is sent again with the same Message-ID.
    """
    sent = 0
    for mail_id, attempts in _due(now):
        try:
            sent += _send(mail_id, attempts, now)
        except UnreachableError:
            break
    return sent


def _due(now: datetime) -> Iterator[tuple[UUID, int]]:
    """Unsent mails whose next attempt has come, with their number of failed attempts."""
    waiting = ControlMail.objects.filter(
        sent_at__isnull=True, created_at__gt=now - GIVE_UP_AFTER, recipient__is_active=True
    ).order_by(IsNull(F("day"), False).asc(), "created_at", "id")
    for mail_id, created_at, attempts in waiting.values_list("id", "created_at", "attempts"):
        if next_attempt_at(created_at, attempts) <= now:
            yield mail_id, attempts


def _send(mail_id: UUID, attempts: int, now: datetime) -> bool:
    """Send one mail unless somebody else holds or has tried it; whether it left.

    Raises:
        UnreachableError: after the failure was noted.
    """
    unreachable = False
    with transaction.atomic():
        mail = (
            ControlMail.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("recipient")
            .filter(pk=mail_id, sent_at__isnull=True, attempts=attempts)
            .first()
        )
        if mail is None:
            return False
        mail.attempts += 1
        try:
            _message(mail).send()
            mail.sent_at, mail.last_error = now, ""
        except (*ONE_MAIL_REFUSED, OSError) as error:
            mail.last_error = f"{type(error).__name__}: {error}"[:ERROR_LENGTH]
            unreachable = not isinstance(error, ONE_MAIL_REFUSED)
            logger.warning("Nachricht %s nicht gesendet: %s", mail.pk, mail.last_error)
        mail.save(update_fields=["attempts", "sent_at", "last_error"])
    if unreachable:
        raise UnreachableError
    return mail.sent_at is not None


def _message(mail: ControlMail) -> EmailMessage:
    """The mail as it goes out; its Message-ID is the same at every attempt."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    return EmailMessage(
        subject=mail.subject,
        body=mail.body,
        to=[mail.recipient.email],
        headers={
            "Message-ID": f"<{mail.pk}@{domain}>",
            "Auto-Submitted": "auto-generated",
        },
    )
