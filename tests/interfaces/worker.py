"""A real worker process for tests: dead soon, mails soon tried again, its control time always past."""

import os
import sys
from datetime import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baumkataster.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - Django must be set up first
from procrastinate.contrib.django import app  # noqa: E402

from inspections import tasks  # noqa: E402
from inspections.reports import past_store  # noqa: E402
from inspections.services import mails, replanning  # noqa: E402
from launch.stack import WORKER  # noqa: E402

tasks.RUN_FROM = time(0, 0)
tasks.DEAD_AFTER_SECONDS = 3
#: Trees: a small city has several parts, too.
replanning.BATCH = 2
#: Minutes: a mail that could not leave is tried again after a second.
mails.WAITS = (1 / 60,)  # type: ignore[assignment]
#: Where a test says so, every city is a large one.
past_store.LARGE = int(os.environ.get("BAUM_TEST_LARGE", past_store.LARGE))  # type: ignore[misc]
app.worker_defaults |= {"update_heartbeat_interval": 1.0, "stalled_worker_timeout": 3.0}

if __name__ == "__main__":
    call_command(*WORKER, "--fetch-job-polling-interval=0.2", *sys.argv[1:])
