"""Base of everything that is written through the API: reads and checks plain values, knows no deed."""

from threading import local
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

_READERS = local()


def _reader(kind: type["Entry"]) -> "Entry":
    """This thread's one reader of a kind: making its dozens of fields anew costs more than reading."""
    found: Entry | None = getattr(_READERS, kind.__qualname__, None)
    if type(found) is not kind:
        found = kind()
        setattr(_READERS, kind.__qualname__, found)
    return found


class Entry(serializers.Serializer[Any]):
    """Checked input of one deed; unknown fields are refused, so that a typing error is not lost."""

    @classmethod
    def read(cls, request: Request) -> dict[str, Any]:
        """The checked values of a request, named as the deed's keywords.

        Raises:
            ValidationError: with sentences by field.
        """
        return dict(_reader(cls).run_validation(request.data))

    def to_internal_value(self, data: Any) -> Any:
        """Refuse what no field asks for."""
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            raise ValidationError(
                {str(name): [_("Dieses Feld gibt es nicht.")] for name in unknown}
            )
        return super().to_internal_value(data)
