"""Why an entry waits for the office: a word to count on and sentences for people."""

from enum import StrEnum

from baumkataster.errors import NON_FIELD, Refused


class Reason(StrEnum):
    """Words in FieldVerdict.reason_code; pages choose help and offers by them."""

    UNREADABLE = "unreadable"
    UNKNOWN_KIND = "unknown_kind"
    OTHER_TEXT = "other_text"
    PERSON_UNKNOWN = "person_unknown"
    PERSON_LOCKED = "person_locked"
    DEVICE_BLOCKED = "device_blocked"
    CLOCK = "clock"
    NOT_ALLOWED = "not_allowed"
    UNKNOWN_CODE = "unknown_code"
    TREE_UNKNOWN = "tree_unknown"
    TREE_EXISTS = "tree_exists"
    TREE_GONE = "tree_gone"
    EARLIER_UNKNOWN = "earlier_unknown"
    MEASURE_UNKNOWN = "measure_unknown"
    MEASURE_ENDED = "measure_ended"
    #: A rule of the cadastre refused it; the sentences say which.
    RULE = "rule"
    UNEXPECTED = "unexpected"
    #: The office turned it down.
    OFFICE = "office"


#: What another entry may bring: such entries are tried again as soon as it is accepted.
WAITING = (Reason.TREE_UNKNOWN, Reason.EARLIER_UNKNOWN, Reason.MEASURE_UNKNOWN)


class Unsettled(Exception):
    """An entry cannot be taken into the cadastre as it is."""

    def __init__(self, reason: Reason, *sentences: str) -> None:
        self.reason = reason
        self.sentences = [str(sentence) for sentence in sentences]
        super().__init__(f"{reason}: {' '.join(self.sentences)}")


def of_refusal(refused: Refused) -> Unsettled:
    """What a deed refused, as a reason."""
    sentences = [
        sentence if name == NON_FIELD or "." not in name else f"{sentence} ({name})"
        for name, texts in refused.problems.items()
        for sentence in texts
    ]
    gone = "tree" in refused.problems
    return Unsettled(Reason.TREE_GONE if gone else Reason.RULE, *dict.fromkeys(sentences))
