"""What may be written about measures, checked field by field before the deed; used by api/measures.py."""

from rest_framework import serializers

from baumkataster.api.entries import Entry


class OrderEntry(Entry):
    """A measure without an inspection."""

    id = serializers.UUIDField(required=False)
    tree = serializers.UUIDField(source="tree_id")
    kind = serializers.CharField(max_length=30)
    urgency = serializers.CharField(max_length=30)
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    contractor = serializers.UUIDField(required=False, allow_null=True, source="contractor_id")


class CompletionEntry(Entry):
    """When, by whom, with which note and photo (key of a photo already sent)."""

    done_on = serializers.DateField()
    done_by = serializers.CharField(max_length=160)
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    photo = serializers.UUIDField(required=False, allow_null=True)


class CancellationEntry(Entry):
    """Why a measure is not to be done any more."""

    reason = serializers.CharField(max_length=300)


class SuccessorEntry(Entry):
    """What is to be done instead, and why."""

    id = serializers.UUIDField(required=False)
    kind = serializers.CharField(max_length=30)
    urgency = serializers.CharField(max_length=30)
    reason = serializers.CharField(max_length=300)
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000)


class CareEntry(Entry):
    """Care that was done without an order."""

    id = serializers.UUIDField(required=False)
    kind = serializers.CharField(max_length=30)
    done_on = serializers.DateField()
    done_by = serializers.CharField(max_length=160)
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000)
