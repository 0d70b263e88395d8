"""What the tree tells those above it without knowing them; inspections listens and recomputes due dates."""

from django.dispatch import Signal

#: Sent inside the deed's transaction with ``tree_ids: list[UUID]`` and ``day: date`` whenever
#: something changed that a due date depends on: status, duty, phase, expectation, planting.
control_inputs_changed = Signal()
