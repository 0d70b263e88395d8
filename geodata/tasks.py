"""The worker's tasks of imports; each calls one deed. One import at a time: the others wait.

A task whose worker was killed is started again (inspections/tasks.py) and begins anew.
"""

from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from baumkataster.models import User
from baumkataster.retries import AGAIN
from geodata.importing.jobs import check_upload, enter_upload
from geodata.importing.tidying import fail_lost_runs, take_back
from geodata.importing.uploads import forget_old_files
from geodata.models import ImportRun
from geodata.tiles.kept_cells import refresh
from geodata.tiles.marks import gather_marks

#: Imports lock whole tables against other writers; two at once would only wait for each other.
ONE_AT_A_TIME = "imports"


@app.task(name="geodata.tasks.check_import", lock=ONE_AT_A_TIME, retry=AGAIN)
def check_import(run_id: str) -> bool:
    """Rehearse an upload."""
    run = ImportRun.objects.select_related("unit", "started_by").get(pk=UUID(run_id))
    return check_upload(run=run, day=timezone.localdate())


@app.task(name="geodata.tasks.enter_import", lock=ONE_AT_A_TIME, retry=AGAIN)
def enter_import(run_id: str) -> bool:
    """Bring an upload into the cadastre."""
    run = ImportRun.objects.select_related("unit", "started_by").get(pk=UUID(run_id))
    return enter_upload(run=run, day=timezone.localdate())


@app.task(name="geodata.tasks.undo_import", lock=ONE_AT_A_TIME, retry=AGAIN)
def undo_import(run_id: str, user_id: str) -> None:
    """Take an import back."""
    run = ImportRun.objects.get(pk=UUID(run_id))
    by = User.objects.get(pk=UUID(user_id))
    take_back(run=run, by=by, day=timezone.localdate(), now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="tidy_imports")
def tidy_imports(timestamp: int) -> int:
    """Every minute: tell runs whose job is gone; forget uploads whose time is over."""
    return fail_lost_runs() + forget_old_files(now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="count_map_squares", lock="count_map_squares")
def count_map_squares(timestamp: int) -> int:
    """Every minute: count the map's squares anew in which something has changed."""
    gather_marks()
    return refresh(day=timezone.localdate())
