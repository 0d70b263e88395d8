"""The mail server goes, falters and comes back while the worker dies: mails wait, each leaves once."""

import random

from django.utils import timezone

from inspections.models import ControlMail, ControlRun
from inspections.services import order_measure
from inspections.tasks import daily_control
from tests.database.control_rows import make_due, make_people
from tests.faults.minded import MindedWorker
from tests.faults.outbox import (
    Faltering,
    Outage,
    assert_each_left_once,
    sending_until,
    tried,
    waiting,
)
from tests.interfaces.postbox import Postbox
from tests.own_database import own_database  # noqa: F401 - a fixture

SEED = 4


def test_mails_wait_until_the_mail_server_is_back(own_database: str) -> None:  # noqa: F811
    chance = random.Random(SEED)
    people = make_people()
    tree = make_due(people.avenue)
    outage = Outage()
    with MindedWorker(own_database, **outage.environment) as worker:
        daily_control.configure(queueing_lock="by hand").defer(timestamp=0)
        # Nobody listens: the control of the day is done all the same, its mails are kept.
        sending_until(lambda: ControlRun.objects.exists() and tried() > 0, worker.mind)
        kept = ControlMail.objects.count()
        assert waiting() == kept > 2
        assert ControlMail.objects.exclude(last_error="").exists()
        worker.die()
        order_measure(
            by=people.north_arborist, day=timezone.localdate(), tree_id=tree.pk, kind="felling",
            urgency="1",
        )  # fmt: skip
        before = tried()
        sending_until(lambda: tried() > before, worker.mind)
        assert waiting() == ControlMail.objects.count() == kept + 1
        # There again for a moment: what it took has left, what it broke off waits.
        box = Faltering(chance.randrange(1, kept))
        takes = box.left
        with outage.over(box):
            sending_until(lambda: box.broken > 0 and not box.left, worker.mind)
        assert len(outage.arrived) == takes
        with outage.over(Postbox()):
            sending_until(lambda: waiting() == 0, worker.mind)
    assert_each_left_once(outage.arrived)
    alarm = ControlMail.objects.get(measure__isnull=False)
    assert alarm.recipient == people.supervisor
