"""Base of everything that is written through the API: reads and checks plain values, knows no deed."""

from typing import Any, Self

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request


class Entry(serializers.Serializer[Any]):
    """Checked input of one deed; unknown fields are refused, so that a typing error is not lost."""

    @classmethod
    def read(cls, request: Request) -> dict[str, Any]:
        """The checked values of a request, named as the deed's keywords.

        Raises:
            ValidationError: with sentences by field.
        """
        entry: Self = cls(data=request.data)
        entry.is_valid(raise_exception=True)
        return dict(entry.validated_data)

    def to_internal_value(self, data: Any) -> Any:
        """Refuse what no field asks for."""
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            raise ValidationError(
                {str(name): [_("Dieses Feld gibt es nicht.")] for name in unknown}
            )
        return super().to_internal_value(data)
