"""What a form hands in about an inspection, checked for form; the deed checks the rule."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from baumkataster.api.entries import Entry
from baumkataster.models import Expectation, Phase
from inspections.models import Condition, FindingEnd, LeafState, Result, Vitality
from inspections.services import FindingEndEntry, FindingEntry, InspectionEntry, MeasureEntry

#: A tree has fewer findings and measures than that.
MOST = 60


class FindingInput(Entry):
    """One symptom; ``continues`` names the finding of an earlier inspection."""

    id = serializers.UUIDField(required=False)
    zone = serializers.CharField(max_length=30)
    symptom = serializers.CharField(max_length=30)
    severity = serializers.IntegerField(min_value=1, max_value=3)
    note = serializers.CharField(required=False, allow_blank=True, max_length=300)
    observation = serializers.ChoiceField(["seen", "carried_over"], required=False)
    continues = serializers.UUIDField(required=False, allow_null=True, source="continues_id")
    photos = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=20, source="photo_ids"
    )


class MeasureInput(Entry):
    """One measure that the inspector orders."""

    id = serializers.UUIDField(required=False)
    kind = serializers.CharField(max_length=30)
    urgency = serializers.CharField(max_length=30)
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    finding = serializers.UUIDField(required=False, allow_null=True, source="finding_id")
    contractor = serializers.UUIDField(required=False, allow_null=True, source="contractor_id")


class FindingEndInput(Entry):
    """A finding of an earlier inspection that is no longer there."""

    finding = serializers.UUIDField(source="finding_id")
    how = serializers.ChoiceField(FindingEnd.How.choices)


class InspectionInput(Entry):
    """One inspection; ``id`` is made by the form, so that sending twice changes nothing."""

    id = serializers.UUIDField()
    tree = serializers.UUIDField(source="tree_id")
    kind = serializers.CharField(max_length=30)
    also_regular = serializers.BooleanField(required=False)
    inspected_at = serializers.DateTimeField()
    inspected_by = serializers.UUIDField(required=False, source="inspected_by_id")
    device = serializers.CharField(required=False, max_length=160, default="Browser")
    leaf_state = serializers.ChoiceField(LeafState.choices)
    weather = serializers.CharField(required=False, allow_blank=True, max_length=80)
    limits = serializers.ListField(
        child=serializers.CharField(max_length=30), required=False, max_length=MOST
    )
    limits_note = serializers.CharField(required=False, allow_blank=True, max_length=300)
    vitality = serializers.ChoiceField(Vitality.choices, required=False, allow_blank=True)
    condition = serializers.ChoiceField(Condition.choices)
    phase = serializers.ChoiceField(Phase.choices)
    result = serializers.ChoiceField(Result.choices)
    note = serializers.CharField(required=False, allow_blank=True, max_length=5000)
    expectation = serializers.ChoiceField(Expectation.choices, required=False, allow_blank=True)
    set_months = serializers.IntegerField(required=False, allow_null=True)
    interval_reason = serializers.CharField(required=False, allow_blank=True, max_length=300)
    findings = FindingInput(many=True, required=False, max_length=MOST)
    measures = MeasureInput(many=True, required=False, max_length=MOST)
    endings = FindingEndInput(many=True, required=False, max_length=MOST)
    immediate_action = serializers.CharField(required=False, allow_blank=True, max_length=300)
    carried_over = serializers.BooleanField(required=False)
    corrects = serializers.UUIDField(required=False, allow_null=True, source="corrects_id")
    correction_reason = serializers.CharField(required=False, allow_blank=True, max_length=300)

    @classmethod
    def entry(cls, request: Request) -> InspectionEntry:
        """The request as the deed's own entry; whoever signs in has inspected unless named."""
        values: dict[str, Any] = cls.read(request)
        values.setdefault("inspected_by_id", request.user.pk)
        findings = values.pop("findings", [])
        measures = values.pop("measures", [])
        endings = values.pop("endings", [])
        return InspectionEntry(
            **{**values, "limits": tuple(values.get("limits", ()))},
            findings=tuple(
                FindingEntry(**{**f, "photo_ids": tuple(f.get("photo_ids", ()))}) for f in findings
            ),
            measures=tuple(MeasureEntry(**m) for m in measures),
            endings=tuple(FindingEndEntry(**e) for e in endings),
        )


class ProposalInput(Entry):
    """The words that the interval depends on, as they stand in the form; empty is unknown."""

    tree = serializers.UUIDField()
    phase = serializers.ChoiceField(Phase.choices, allow_blank=True)
    condition = serializers.ChoiceField(Condition.choices, allow_blank=True)
    expectation = serializers.ChoiceField(Expectation.choices, required=False, allow_blank=True)


class ProposalOutput(serializers.Serializer[Any]):
    """Months (null: no separate control) and why, and the day that follows."""

    months = serializers.IntegerField(allow_null=True)
    reason_code = serializers.CharField()
    reason = serializers.CharField()
    due_on = serializers.DateField()
