"""Journey of an administrator who saves a new rule set: it waits, is applied before her eyes, and is done."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.city import City
from tests.database.test_control_runs_processes import until
from tests.interfaces.test_tasks_workers import worker
from tests.server import Server

pytestmark = pytest.mark.browser

#: A worker under load may take its time.
SOON = 60_000
GOING_ON = """SELECT count(*) FROM procrastinate_jobs
    WHERE task_name = 'inspections.tasks.apply_rule_sets' AND status IN ('todo', 'doing')"""
BUSY = "Regelwerks wird seit"


def test_a_new_rule_set_from_the_button_to_the_last_tree(visit, city: City, server: Server):
    there = visit("admin")
    page = there.go("/verwaltung/regelwerke/neu/")
    # The same months: what other journeys read stays as it is.
    page.get_by_role("button", name="Fassung speichern").click()
    words = page.locator("#progress-words")
    expect(words).to_contain_text(re.compile("Wartet seit .* auf den Arbeitsprozess"))
    saved = page.url
    report = there.go("/berichte/ueberfaellig/")
    expect(report.get_by_text(BUSY)).to_be_visible()
    page = there.go(saved.removeprefix(server.url))
    with worker(server.database, BAUM_VAR=str(server.var)):
        # The page itself looks: nobody loads it anew.
        expect(page.get_by_text("fertig am")).to_be_visible(timeout=SOON)
        # The worker notes a job's end only after the row's: it must live to do so.
        until(lambda: city.value(GOING_ON) == 0)
    expect(page.locator("#progress-words")).to_have_count(0)
    expect(there.go("/berichte/ueberfaellig/").get_by_text(BUSY)).to_have_count(0)
