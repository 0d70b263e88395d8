"""Sentences of the rules as codes with values; interfaces turn them into words in their language.

Each app lists its German sentences in ``rules/sentences.py``. A rule returns a code and values,
so that it can be tested without a language and a sentence changed without touching a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


def gettext_noop(message: str) -> str:
    """Mark a sentence for translation; the rules know no Django, the interface translates."""
    return message


@dataclass(frozen=True, slots=True)
class Word:
    """A value of a sentence that is itself a word of the table and gets translated."""

    code: str


@dataclass(frozen=True, slots=True)
class Wording:
    """German sentences and words by code; msgids of the translation."""

    sentences: Mapping[str, str]
    words: Mapping[str, str]

    def say(self, code: str, **params: object) -> Sentence:
        """The sentence of that code with values for its ``%(name)s`` places.

        A value may be text, a number, a Word, or a tuple of them (joined by commas). Raises
        KeyError on an unknown code.
        """
        return Sentence(code, params, self.sentences[code], self.words)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with its values; equal to another of the same code and values."""

    code: str
    params: Mapping[str, object] = field(hash=False)
    template: str = field(compare=False, repr=False)
    words: Mapping[str, str] = field(compare=False, repr=False)

    def text(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the reader's language; ``translate`` is gettext (none: German)."""
        filled = {name: self._filled(value, translate) for name, value in self.params.items()}
        return translate(self.template) % filled

    def _filled(self, value: object, translate: Callable[[str], str]) -> object:
        if isinstance(value, Word):
            return translate(self.words[value.code])
        if isinstance(value, tuple):
            return ", ".join(str(self._filled(part, translate)) for part in value)
        return value


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field of an entry, in words."""

    field: str
    sentence: Sentence
