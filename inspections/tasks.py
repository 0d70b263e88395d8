"""The scheduled control tasks; each calls one service. procrastinate's workers run them.

Every task may be run twice or be killed and started again: the services see to that. What takes
long has a lock, so that its next turn waits in the queue and not in one of the worker's few threads;
not those that alarms and rescues hang on, because a lock outlives a killed worker by half a minute.
Cron lines count in UTC, so no task trusts its minute for the time of day: it asks the clock of the city.
"""

import logging
from datetime import time
from uuid import UUID

from django.db import InterfaceError, OperationalError
from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Job, Status

from baumkataster.errors import Refused
from baumkataster.retries import AGAIN
from inspections.reports.paper.delivering import paper_of, too_long
from inspections.reports.paper.making import TooLong
from inspections.reports.past_store import DAYS, forget, tidy
from inspections.reports.past_trees import renew_trees
from inspections.services.control_runs import run_controls
from inspections.services.mails import send_waiting_mails
from inspections.services.replanning_city import apply_rule_sets as apply_waiting_rule_sets
from inspections.services.report_files import (
    fail_lost_reports,
    fail_report,
    finish_report,
    keep_progress,
    remove_expired_reports,
    start_report,
)
from inspections.services.rule_previews import count_waiting_previews

logger = logging.getLogger(__name__)

#: Time of the daily control in the city's zone, summer and winter.
RUN_FROM = time(5, 30)
#: A worker without a sign of life for so long is dead. It gives one every 5 s from its event loop, while
#: jobs compute in threads: with four of them busy and the machine overloaded three times the loop was
#: late by 2.6 s at most. Who is taken for dead wrongly does no harm, only work twice.
DEAD_AFTER_SECONDS = 20
#: A job whose worker died so often is the likely cause, and is not started again.
LAST_ATTEMPT = 5
KEEP_FINISHED_HOURS = 24
KEEP_FAILED_HOURS = 24 * 30


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="daily_control")
def daily_control(timestamp: int) -> str:
    """From 05:30 on: control the day if nobody did; a missed or failed run is caught up so."""
    now = timezone.localtime()
    if now.time() < RUN_FROM:
        return "not yet"
    run = run_controls(day=now.date(), now=now)
    return f"control of {run.day}" if run else "nothing to run"


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="apply_rule_sets", lock="apply_rule_sets")
def apply_rule_sets(timestamp: int) -> int:
    """Bring all due dates under new rule sets: asked for when one is saved, and every minute."""
    return len(apply_waiting_rule_sets(day=timezone.localdate(), now=timezone.now()))


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="count_rule_previews", lock="count_rule_previews")
def count_rule_previews(timestamp: int) -> int:
    """Count what versions would do that somebody thinks of: when asked for, and what a killed worker left."""
    return count_waiting_previews(day=timezone.localdate(), now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="send_mails")
def send_mails(timestamp: int) -> int:
    """Every minute: send what waits in the outbox, above all alarms."""
    return send_waiting_mails(now=timezone.now())


@app.task(name="inspections.tasks.make_report", lock="make_report", retry=AGAIN)
def make_report(report_id: str) -> str:
    """Make a report file; killed or torn in the middle, a worker makes it from the beginning."""
    pk = UUID(report_id)
    report = start_report(pk=pk, now=timezone.now())
    if report is None:
        return "nothing to make"
    try:
        paper = paper_of(
            report, told=lambda step, share: keep_progress(pk=pk, step=step, share=share)
        )
        finish_report(
            report=report,
            content=paper.content,
            content_sha256=paper.content_sha256,
            rows=paper.rows,
            pages=paper.pages,
            now=timezone.now(),
        )
    except (Refused, TooLong) as problem:
        sentence = too_long(problem.rows) if isinstance(problem, TooLong) else str(problem)
        fail_report(pk=pk, problem=sentence, now=timezone.now())
        return "refused"
    except (OperationalError, InterfaceError):
        # The server is away: the worker begins anew.
        raise
    except Exception:
        logger.exception("Report %s was not made.", pk)
        fail_report(pk=pk, problem="", now=timezone.now())
        return "failed"
    return f"{paper.rows} rows, {paper.pages} pages"


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="tell_lost_reports")
def tell_lost_reports(timestamp: int) -> int:
    """Every minute: tell reports that their job was given up, so that they can be asked for again."""
    return fail_lost_reports(now=timezone.now())


@app.periodic(cron="41 3 * * *")
@app.task(queueing_lock="remove_expired_reports")
def remove_old_reports(timestamp: int) -> int:
    """Every night: remove report files whose time is over."""
    return remove_expired_reports(now=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="tidy_past_days")
def tidy_past_days(timestamp: int) -> int:
    """Let go of kept past days beyond the newest and of marks that no kept day needs."""
    forget(most=DAYS)
    return tidy()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="keep_trees_ready", lock="keep_trees_ready")
def keep_trees_ready(timestamp: int) -> bool:
    """Every minute: where much has happened, prepare anew what the next past day is made from."""
    return renew_trees()


@app.periodic(cron="* * * * * */10")
@app.task(queueing_lock="rescue_stalled_jobs", pass_context=True)
async def rescue_stalled_jobs(context: JobContext, timestamp: int) -> int:
    """Every ten seconds: start the jobs of dead workers again; by itself they stay "doing" for ever."""
    jobs = await context.app.job_manager.get_stalled_jobs(
        seconds_since_heartbeat=DEAD_AFTER_SECONDS
    )
    return sum([await _rescue(context, job) for job in jobs])


async def _rescue(context: JobContext, job: Job) -> bool:
    """Queue one stalled job again; end it when its like waits already or it died too often."""
    manager = context.app.job_manager
    if job.attempts + 1 < LAST_ATTEMPT:
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            logger.info("Job %s: its like is waiting already.", job.id)
        else:
            logger.warning("Job %s (%s) of a dead worker starts again.", job.id, job.task_name)
            return True
    logger.warning("Job %s (%s) of a dead worker is given up.", job.id, job.task_name)
    await manager.finish_job(job, Status.FAILED, delete_job=False)
    return False


@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="remove_old_jobs", pass_context=True)
async def remove_old_jobs(context: JobContext, timestamp: int) -> None:
    """Every hour: forget jobs that succeeded a day ago or failed a month ago."""
    manager = context.app.job_manager
    await manager.delete_old_jobs(nb_hours=KEEP_FINISHED_HOURS)
    await manager.delete_old_jobs(
        nb_hours=KEEP_FAILED_HOURS,
        include_failed=True,
        include_cancelled=True,
        include_aborted=True,
    )
