"""The application's part of the drill: `fill` makes a small city, `check` asks whether it is all there.

Run as a program in the installation's environment; what `fill` made is printed as JSON for `check`.
"""

import hashlib
import io
import json
import sys
from datetime import date, timedelta
from typing import Any

import django
from django.core.management import call_command
from django.db import Error, connection
from django.utils import timezone
from PIL import Image

django.setup()

from django.test import Client  # noqa: E402 - needs the apps

from baumkataster.models import Photo, Tree, User  # noqa: E402
from baumkataster.services.photos import add_photo  # noqa: E402
from inspections.models import Inspection  # noqa: E402

PASSWORD = "ein-langes-kennwort-1"
EVIDENCE = "inspections_inspection"
THEN = date.today() - timedelta(days=30)


def fill() -> dict[str, Any]:
    """A demo city of the smallest size and one photo."""
    call_command("demo_city", trees=50, stdout=io.StringIO())
    person = User.objects.get(username="planung")
    buffer = io.BytesIO()
    Image.new("RGB", (320, 200), "green").save(buffer, "JPEG")
    tree = Tree.objects.filter(status="standing").first()
    assert tree is not None
    photo = add_photo(
        by=person, tree=tree, upload=io.BytesIO(buffer.getvalue()), received_at=timezone.now()
    )
    return {
        "photo": str(photo.pk),
        "file": photo.file.name,
        "sha256": hashlib.sha256(photo.file.open("rb").read()).hexdigest(),
        "inspections": Inspection.objects.count(),
        "trees": Tree.objects.count(),
        "overdue": overdue_then(),
    }


def overdue_then() -> list[str]:
    """The overdue list of a past day, which the application keeps in tables of its own."""
    visitor = Client(HTTP_HOST="localhost")
    visitor.force_login(User.objects.get(username="aufsicht"))
    answer = visitor.get(f"/berichte/ueberfaellig.csv?stichtag={THEN}")
    assert answer.status_code == 200, answer
    rows = b"".join(answer).decode("utf-8-sig").splitlines()  # type: ignore[arg-type]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'baum_past'")
        assert cursor.fetchone()[0] > 0
    return rows


def check(made: dict[str, Any]) -> None:
    """Everything is there, opens, agrees, and evidence is still refused."""
    assert Tree.objects.count() == made["trees"]
    assert Inspection.objects.count() == made["inspections"] > 0
    visitor = Client(HTTP_HOST="localhost")
    login = {"username": "planung", "password": PASSWORD}
    assert visitor.post("/accounts/login/", login).status_code == 302
    photo = Photo.objects.get(pk=made["photo"])
    content = b"".join(visitor.get(f"/fotos/{photo.pk}/"))  # type: ignore[arg-type]
    assert hashlib.sha256(content).hexdigest() == made["sha256"]
    call_command("replan", check=True, stdout=io.StringIO())
    assert overdue_then() == made["overdue"]
    assert visitor.get("/healthz").json()["database_role"] == "ok"
    for deed in (f"UPDATE {EVIDENCE} SET device = 'x'", f"DELETE FROM {EVIDENCE}"):
        with connection.cursor() as cursor:
            try:
                cursor.execute(deed)
            except Error as error:
                assert "permission denied" in str(error), error
            else:
                raise AssertionError(f"{deed} was let through")


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        sys.stdout.write(json.dumps(fill()))
    else:
        check(json.loads(sys.argv[2]))
