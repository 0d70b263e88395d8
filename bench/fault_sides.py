"""What suffers beside the writers in ``./baum bench faults``: an import, the outbox, disk and clock."""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.core.files.base import ContentFile
from django.db import connections
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils import timezone

from baumkataster.models import Tree, User
from geodata.importing.uploads import forget_file, keep_upload
from geodata.models import ImportRun
from geodata.web.import_jobs import start
from inspections.models import ControlMail, ControlRun
from inspections.services import order_measure
from inspections.tasks import daily_control, rescue_stalled_jobs
from tests.conftest import ROOT
from tests.faults.clock import Clock
from tests.faults.minded import MindedWorker
from tests.faults.outbox import Outage, sending_until, waiting
from tests.faults.test_clock_jumps import controlling
from tests.faults.test_full_disk import UNSHARE
from tests.interfaces.postbox import Postbox

#: Rows of the file that is imported: enough that a fault falls into it.
ROWS = 2_000
HEADER = "ID;GA_LANG;ST_DURCHM;ST_UMFANG;BAUMHOEHE;KR_DURCHM;RECHTSWERT;HOCHWERT\n"
BUSY = ("waiting", "running")


class Import:
    """An upload that the worker enters while it is killed: whole in the end, or nothing of it."""

    def __init__(self, by: User, number: int) -> None:
        rows = "".join(
            f"{number}-{n};Tilia cordata, Winterlinde;25;79.00;10;5.00;"
            f"{325_000 + n % 200 * 50 + number}.5;{5_718_000 + n // 200 * 50}.5\n"
            for n in range(ROWS)
        )
        self.number = number
        self.run = keep_upload(
            file=ContentFile((HEADER + rows).encode()), name=f"{number}.csv", profile="wesel",
            unit=None, by=by, now=timezone.now(),
        )  # fmt: skip
        ImportRun.objects.filter(pk=self.run.pk).update(state="checked")
        start("enter_import", self.run, state="waiting", before=("checked",))

    def verdict(self) -> str:
        """How it ended; forgets the file."""
        run = ImportRun.objects.get(pk=self.run.pk)
        keys = Tree.objects.annotate(keys=Cast("source_keys", TextField()))
        there = keys.filter(keys__contains=f'"{self.number}-').count()
        if there != (ROWS if run.state == "done" else 0):
            raise SystemExit(f"Import {run.state}: {there} von {ROWS} Bäumen stehen da.")
        forget_file(run)
        return str(run.state)


def all_ended(worker: MindedWorker, seconds: float = 150) -> None:
    """The worker, killed so often, does what is queued: every import, and the control of the day."""
    connections["default"].close()
    daily_control.configure(queueing_lock="bench").defer(timestamp=0)
    end = time.monotonic() + seconds
    number = 0
    while ImportRun.objects.filter(state__in=BUSY).exists() or not ControlRun.objects.exists():
        if time.monotonic() > end:
            raise SystemExit("Der Worker kommt nicht wieder.")
        worker.mind()
        number += 1
        rescue_stalled_jobs.configure(queueing_lock=f"bench {number}").defer(timestamp=0)
        time.sleep(1)


class MailServer:
    """There or away, in turns; somebody orders what cannot wait each time it changes."""

    def __init__(self, people: Any, tree: Tree) -> None:
        self.outage = Outage()
        self._people, self._tree = people, tree
        self._open = ExitStack()
        self.there = False
        self.ordered = 0

    def turn(self) -> None:
        """Go or come, and have an alarm to send."""
        if self.there:
            self._open.close()
        else:
            self._open.enter_context(self.outage.over(Postbox()))
        self.there = not self.there
        connections["default"].close()
        order_measure(
            by=self._people.north_arborist, day=timezone.localdate(), tree_id=self._tree.pk,
            kind="felling", urgency="1",
        )  # fmt: skip
        self.ordered += 1

    def settle(self, worker: MindedWorker) -> str:
        """Be there until nothing waits; says what came."""
        if not self.there:
            self.turn()
        sending_until(lambda: waiting() == 0, worker.mind, seconds=120)
        self._open.close()
        arrived = self.outage.arrived
        kept = {str(key) for key in ControlMail.objects.values_list("pk", flat=True)}
        lost = kept - {identity.strip("<>").partition("@")[0] for identity in arrived}
        alarms = ControlMail.objects.filter(measure__isnull=False).count()
        if lost or alarms != self.ordered:
            raise SystemExit(f"Mails verloren: {len(lost)}, Alarme {alarms} von {self.ordered}.")
        again = len(arrived) - len(set(arrived))
        return (
            f"{len(kept)} Nachrichten, alle angekommen, {again} davon zweimal (dieselbe Message-ID)"
        )


def full_disk() -> str:
    """The same on a disk that fills up, in a mount namespace and a cluster of its own."""
    done = subprocess.run(
        [*UNSHARE, sys.executable, "-m", "tests.faults.full_disk"],
        cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"Volle Platte: {done.stderr[-2000:]}")
    seen = SimpleNamespace(**json.loads(done.stdout.strip().splitlines()[-1]))
    if seen.photo_after != 204 or not seen.broken:
        raise SystemExit(f"Volle Platte: {seen}")
    return (
        f"{seen.acknowledged} Kontrollen quittiert, {seen.broken} mal abgerissen, Foto angekommen"
    )


def clock_jumps(database: str, chance: random.Random, jumps: int) -> str:
    """A clock that jumps by days, forward and back: each day once, none before one that was."""
    connections["default"].close()
    last = ControlRun.objects.order_by("day").values_list("day", flat=True).last()
    assert last is not None
    today, expected = timezone.localdate(), []
    with tempfile.TemporaryDirectory() as folder:
        clock = Clock(Path(folder))
        with controlling(database, clock) as process:
            assert process.stdin is not None and process.stdout is not None
            for number in range(jumps):
                day = today + timedelta(days=chance.randint(-10, 10) + number // 2)
                clock.jump(day - today)
                process.stdin.write("now\n")
                process.stdin.flush()
                while not process.stdout.readline().startswith("said:"):
                    if process.poll() is not None:
                        raise SystemExit("Der Tageslauf ist abgebrochen.")
                if day > last:
                    expected.append(day)
                    last = day
    found = list(ControlRun.objects.filter(day__gt=today).order_by("day"))
    if [run.day for run in found] != expected:
        raise SystemExit(f"Kontrolliert: {[run.day for run in found]}, erwartet: {expected}")
    return f"{jumps} Sprünge, {len(expected)} neue Tage, jeder einmal kontrolliert"
