"""GeoJSON, alone or many files in a tar archive, to numbered rows, feature by feature.

Called by the readers. A file of 65 MB costs the memory of its largest feature. Numbers stay the
texts that they are in the file, so that the row rules judge them as they judge those of a CSV:
126, "126" and "126.0" are the same. The line of a row is the number of its feature over all files.
"""

from __future__ import annotations

import codecs
import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any, Final

from geodata.archives import is_tar, tar_members
from geodata.rules.problems import SourceError, gettext_noop

#: Columns of the point, as profiles name them.
X, Y = "@x", "@y"
#: Characters of a feature or of a member beside the features.
MOST_CHARACTERS: Final = 1_000_000
_CHUNK: Final = 1 << 16
_IGNORED: Final = (".md", ".txt", ".pdf", ".html")
_BLANK: Final = " \t\r\n"

_NO_COLLECTION: Final = gettext_noop(
    "Die Datei %(where)s ist keine GeoJSON-FeatureCollection: %(what)s. "
    "Bitte aus dem GIS als GeoJSON ausgeben."
)
_BROKEN: Final = gettext_noop(
    "Nach Objekt %(count)s ist %(where)s kein gültiges JSON: %(what)s. Bitte neu ausgeben."
)
_LARGE: Final = gettext_noop(
    "Objekt %(count)s in %(where)s ist größer als %(limit)s Zeichen. Bitte nur Punkte ausgeben."
)
_DEEP: Final = gettext_noop("Objekt %(count)s in %(where)s ist zu tief geschachtelt.")
_ENCODING: Final = gettext_noop(
    "Die Datei %(where)s ist nicht in UTF-8 (Byte 0x%(byte)s). GeoJSON ist immer UTF-8."
)
_OTHER_FILE: Final = gettext_noop(
    "Das Archiv enthält „%(path)s“. Gelesen werden nur GeoJSON-Dateien (.geojson, .json). "
    "Bitte neu packen."
)
_NOTHING: Final = gettext_noop("Die Datei enthält kein einziges Objekt.")


class Features:
    """The features of a stream in their order, and where each came from."""

    def __init__(self, stream: IO[bytes], head: bytes, name: str) -> None:
        self._stream, self._tar, self._name = stream, is_tar(head), name
        #: Number of the last feature before each file, and the files.
        self._starts: list[int] = []
        self._files: list[str] = []
        self.count = 0

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        for name, stream in self._members():
            self._starts.append(self.count)
            self._files.append(name)
            for feature in _Reader(stream, name).features():
                self.count += 1
                yield feature

    def _members(self) -> Iterator[tuple[str, IO[bytes]]]:
        if not self._tar:
            yield self._name, self._stream
            return
        for path, stream in tar_members(self._stream):
            name = path.rsplit("/", 1)[-1]
            if name.startswith(".") or name.lower().endswith(_IGNORED) or "." not in name:
                continue
            if not name.lower().endswith((".geojson", ".json")):
                raise SourceError(_OTHER_FILE, path=name[-120:])
            yield name, stream

    def place(self, number: int) -> str:
        """File and number in it of a feature; empty where there is but one file."""
        if not self._tar:
            return ""
        index = max(bisect_right(self._starts, number - 1) - 1, 0)
        return f"{self._files[index]}, {number - self._starts[index]}"


def header_and_rows(
    features: Features, wanted: Sequence[str]
) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The columns of the first feature, and number and cells of every feature.

    A column that a later feature lacks is empty there; one that only later features have is none.
    """
    rows = iter(features)
    first = next(rows, None)
    if first is None:
        raise SourceError(_NOTHING)
    names = [*_properties(first), X, Y]
    return names, _rows(first, rows, names, frozenset(wanted))


def _rows(
    first: Mapping[str, Any],
    others: Iterator[Mapping[str, Any]],
    names: list[str],
    wanted: frozenset[str],
) -> Iterator[tuple[int, list[str]]]:
    columns = [name if name in wanted else None for name in names[:-2]]
    number, feature = 1, first
    while True:
        properties = _properties(feature)
        cells = [_text(properties.get(name)) if name else "" for name in columns]
        yield number, [*cells, *_point(feature.get("geometry"))]
        following = next(others, None)
        if following is None:
            return
        number, feature = number + 1, following


def _properties(feature: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = feature.get("properties")
    return properties if isinstance(properties, dict) else {}


def _text(value: Any) -> str:
    """A JSON value as a cell; numbers are texts already."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _point(geometry: Any) -> tuple[str, str]:
    """The coordinates of a point, or of the only one; of anything else its kind."""
    if not isinstance(geometry, dict):
        return "", ""
    kind, numbers = str(geometry.get("type")), geometry.get("coordinates")
    if kind == "MultiPoint" and isinstance(numbers, list) and len(numbers) == 1:
        kind, numbers = "Point", numbers[0]
    if kind != "Point":
        return kind, kind
    if not (isinstance(numbers, list) and len(numbers) >= 2):
        return "", ""
    return _text(numbers[0]), _text(numbers[1])


class _Reader:
    """Takes one FeatureCollection apart while it is being read."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self.stream, self.name = stream, f"„{name}“"
        self.decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self.json = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
        self.text, self.at, self.ended = "", 0, False
        self.count = 0

    def features(self) -> Iterator[Mapping[str, Any]]:
        """Each feature; what stands beside them is read over."""
        if self._sign() != "{":
            raise SourceError(_NO_COLLECTION, where=self.name, what=repr(self._sign()))
        self.at += 1
        found = False
        while (sign := self._sign()) != "}":
            if sign == ",":
                self.at += 1
                continue
            key = self._value()
            self._expect(":")
            if key == "features":
                found = True
                yield from self._list()
            else:
                self._value()
        if not found:
            raise SourceError(_NO_COLLECTION, where=self.name, what="features")

    def _list(self) -> Iterator[Mapping[str, Any]]:
        self._expect("[")
        if self._sign() == "]":
            self.at += 1
            return
        while True:
            feature = self._value()
            self.count += 1
            if not isinstance(feature, dict):
                raise SourceError(_BROKEN, where=self.name, count=self.count - 1, what="Feature")
            yield feature
            if self._sign() == "]":
                self.at += 1
                return
            self._expect(",")

    def _expect(self, sign: str) -> None:
        found = self._sign()
        if found != sign:
            raise SourceError(
                _BROKEN, where=self.name, count=self.count, what=f"{found!r} statt {sign!r}"
            )
        self.at += 1

    def _sign(self) -> str:
        """The next character that is not blank; empty at the end, which is never right here."""
        while True:
            while self.at < len(self.text):
                if self.text[self.at] not in _BLANK:
                    return self.text[self.at]
                self.at += 1
            if not self._more():
                raise SourceError(_BROKEN, where=self.name, count=self.count, what="Ende fehlt")

    def _value(self) -> Any:
        """The next JSON value; one that goes over the end of the text is read on."""
        self._sign()
        while True:
            try:
                value, end = self.json.raw_decode(self.text, self.at)
            except RecursionError as error:
                raise SourceError(_DEEP, where=self.name, count=self.count + 1) from error
            except json.JSONDecodeError as error:
                if not self._longer():
                    what = f"{error.msg} ({error.pos - self.at})"
                    raise SourceError(
                        _BROKEN, where=self.name, count=self.count, what=what
                    ) from error
                continue
            if end == len(self.text) and self._longer():
                continue
            self.at = end
            return value

    def _longer(self) -> bool:
        """More text for a value that may not be whole; refuses one that is too large."""
        if len(self.text) - self.at > MOST_CHARACTERS:
            raise SourceError(
                _LARGE, where=self.name, count=self.count + 1, limit=f"{MOST_CHARACTERS:_}"
            )
        return self._more(len(self.text) - self.at)

    def _more(self, size: int = 0) -> bool:
        """Drop what was read, and read at least as much again as is kept; False at the end."""
        if self.ended:
            return False
        data = self.stream.read(max(size, _CHUNK))
        self.ended = not data
        try:
            more = self.decoder.decode(data, final=self.ended)
        except UnicodeDecodeError as error:
            byte = f"{error.object[error.start]:02x}"
            raise SourceError(_ENCODING, where=self.name, byte=byte) from error
        self.text, self.at = self.text[self.at :] + more, 0
        return bool(more) or not self.ended
