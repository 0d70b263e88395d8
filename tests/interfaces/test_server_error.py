"""A database that is away is 503 with "try again", for people and for programs; a real server asks it."""

import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.test import RequestFactory

from baumkataster.web.server_error import server_error
from tests.server import running_server


def test_without_its_database_the_server_asks_for_patience(tmp_path: Path) -> None:
    away = {
        "DATABASE_URL": f"postgresql://baum_app@/baumkataster?host={tmp_path}",
        "BAUM_DEBUG": "",
    }
    with running_server("nowhere", tmp_path, static=True, **away) as server:
        for path in ("/accounts/login/", "/api/v1/inspections/"):
            request = urllib.request.Request(
                server.url + path, headers={"Cookie": "sessionid=abcdefghijklmnopqrstuvwxyz123456"}
            )
            with pytest.raises(urllib.error.HTTPError) as answer:
                urllib.request.urlopen(request, timeout=20)
            assert (answer.value.code, answer.value.headers["Retry-After"]) == (503, "5"), path
            body = answer.value.read().decode()
            assert ("detail" in json.loads(body)) if "/api/" in path else "noch einmal" in body


def test_our_own_faults_stay_500() -> None:
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        assert server_error(RequestFactory().get("/")).status_code == 500
