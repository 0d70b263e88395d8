"""The daily task that forgets: old lines of the log of access, sessions, sign-ins; run by the worker."""

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from baumkataster.services.access import purge_access


@app.periodic(cron="41 2 * * *")
@app.task(queueing_lock="forget_access")
def forget_access(timestamp: int) -> dict[str, int]:
    """Every night: what is older than the setting BAUM_ACCESS_RECORD_DAYS says."""
    return purge_access(days=settings.ACCESS_RECORD_DAYS, now=timezone.now())
