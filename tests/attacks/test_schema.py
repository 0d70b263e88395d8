"""Schemathesis asks every operation of the OpenAPI document with made-up values and reads the answers."""

import json
import os
from collections import Counter
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from django.core.cache import cache
from django.db import transaction
from schemathesis.checks import CHECKS
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response

from tests.factories import load_reference_data, make_city
from tests.interfaces.test_attacks_input import RolledBack, World

pytestmark = pytest.mark.django_db

#: Made-up requests per operation; more of them by hand now and then.
EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "4"))
SITE = "http://testserver"


def through_django(world: World, case: Any) -> Response:
    """The case as a request of Django's own client, in the test's transaction."""
    sent = requests.Request(**case.as_transport_kwargs(base_url=SITE)).prepare()
    body = sent.body or b""
    answer = world.client.generic(
        sent.method,
        sent.url.removeprefix(SITE),
        body.encode() if isinstance(body, str) else body,
        sent.headers.get("Content-Type", ""),
        headers={
            k: v for k, v in sent.headers.items() if k.lower() not in {"content-type", "cookie"}
        },
    )
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = {key: [value] for key, value in answer.headers.items()}
    return Response(answer.status_code, headers, content, sent, elapsed=0.0, verify=False)


@pytest.fixture
def world(settings: Any, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    load_reference_data()
    make_city()
    cache.clear()
    return World()


def checks() -> list[Any]:
    """What an answer must be; sign-in and doors have their own table (test_matrix.py)."""
    left = {
        "ignored_auth",  # doors: test_matrix.py
        "positive_data_acceptance",  # rules of the domain refuse what a schema cannot say
        "missing_required_header",
        "unsupported_method",
        "use_after_free",
        "ensure_resource_availability",
        "max_response_time",
    }
    return [check for check in CHECKS.get_all() if check.__name__ not in left]


def test_no_made_up_request_gets_another_answer_than_the_document_says(world: World) -> None:
    answer = world.client.get("/api/v1/schema/?format=json")
    schema = schemathesis.openapi.from_dict(json.loads(answer.content))
    schema.location = f"{SITE}/api/v1/schema/"
    broken: dict[str, list[str]] = {}
    asked: Counter[int] = Counter()
    for result in schema.get_all_operations():
        ask(world, result.ok(), asked, broken)
    assert asked[200] > 20 and asked[400] > 20 and asked[404] > 20, asked
    assert not broken, "\n\n".join(f"{k}: {v[0]}" for k, v in list(broken.items())[:12])


def ask(world: World, operation: Any, asked: Counter[int], broken: dict[str, list[str]]) -> None:
    """Ask one operation some times; count the answers, keep what was wrong."""

    @hypothesis.settings(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate],
    )  # fmt: skip
    @hypothesis.given(case=operation.as_strategy())
    def once(case: Any) -> None:
        problems, status = problems_of(world, case)
        asked[status] += 1
        if problems:
            broken.setdefault(operation.label, []).append(problems)

    once()


def problems_of(world: World, case: Any) -> tuple[str, int]:
    """What is wrong with the answer to one case ('' nothing), and its status; leaves no trace."""
    problems, status = "", 0
    try:
        with transaction.atomic():
            response = through_django(world, case)
            status = response.status_code
            try:
                case.validate_response(response, checks=checks())
            except (FailureGroup, Failure) as failure:
                problems = f"{failure}"[:6000]
            raise RolledBack
    except RolledBack:
        return problems, status
