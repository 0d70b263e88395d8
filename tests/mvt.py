"""Vector tiles for tests: bytes → {layer: [Feature]}, and tiles of trees; only what ours use."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

#: A field of a protocol buffer: number and value (int for varints, bytes otherwise).
Field = tuple[int, Any]


@dataclass
class Feature:
    """Properties, kind (1 point, 2 line, 3 polygon) and the first coordinate in tile units."""

    properties: dict[str, Any]
    kind: int
    start: tuple[int, int]


def read(tile: bytes) -> dict[str, list[Feature]]:
    """Every layer of a tile with its features."""
    return dict(_layer(value) for number, value in _fields(tile) if number == 3)


def _layer(data: bytes) -> tuple[str, list[Feature]]:
    fields = list(_fields(data))
    keys = [value.decode() for number, value in fields if number == 3]
    values = [_value(value) for number, value in fields if number == 4]
    name = next(value.decode() for number, value in fields if number == 1)
    return name, [_feature(value, keys, values) for number, value in fields if number == 2]


def _feature(data: bytes, keys: list[str], values: list[Any]) -> Feature:
    fields = dict(_fields(data))
    tags = list(_varints(fields.get(2, b"")))
    geometry = list(_varints(fields[4]))
    pairs = zip(tags[::2], tags[1::2], strict=True)
    start = (_zigzag(geometry[1]), _zigzag(geometry[2]))
    return Feature({keys[k]: values[v] for k, v in pairs}, fields[3], start)


def _value(data: bytes) -> Any:
    number, value = next(_fields(data))
    if number == 1:
        return value.decode()
    if number in (2, 3):
        return struct.unpack("<f" if number == 2 else "<d", value)[0]
    if number == 6:
        return _zigzag(value)
    return bool(value) if number == 7 else value


def _fields(data: bytes) -> Iterator[Field]:
    position = 0
    while position < len(data):
        key, position = _varint(data, position)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, position = _varint(data, position)
            yield number, value
            continue
        if wire == 2:
            length, position = _varint(data, position)
        else:
            length = {1: 8, 5: 4}[wire]
        yield number, data[position : position + length]
        position += length


def _varints(data: bytes) -> Iterator[int]:
    position = 0
    while position < len(data):
        value, position = _varint(data, position)
        yield value


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        value |= (byte & 127) << shift
        position, shift = position + 1, shift + 7
        if byte < 128:
            return value, position


def _zigzag(value: int) -> int:
    return (value >> 1) ^ -(value & 1)


def tree_tile(trees: list[tuple[str, int, int]]) -> bytes:
    """A tile whose layer ``trees`` has a tree with this id at each place (in units of 4096)."""
    values = [_field(4, _field(1, name.encode())) for name, _x, _y in trees]
    features = [
        _field(2, _field(2, bytes([0]) + _number(n)) + b"\x18\x01" + _field(4, _point(x, y)))
        for n, (_name, x, y) in enumerate(trees)
    ]
    name, key = _field(1, b"trees"), _field(3, b"id")
    extent = b"\x28" + _number(4096) + b"\x78\x02"
    return _field(3, b"".join([name, *features, key, *values, extent]))


def _field(number: int, content: bytes) -> bytes:
    return _number(number << 3 | 2) + _number(len(content)) + content


def _point(x: int, y: int) -> bytes:
    return b"\x09" + _number(x << 1) + _number(y << 1)


def _number(value: int) -> bytes:
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + _number(rest) if rest else bytes([low])
