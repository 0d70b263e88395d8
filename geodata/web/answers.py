"""Plain answers of doors that programs use: a sentence, no page; called by tiles and exports."""

from django.http import HttpResponse


def refusal(sentence: str, *, status: int) -> HttpResponse:
    """Say no in one sentence of plain text."""
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")
