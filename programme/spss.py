"""A file that SPSS and its like read (.sav), written as its rows come: no row is kept. Pure.

The format is the one that PSPP's developers describe (System File Format): a dictionary of 8-byte
variables, then the cases, packed by its byte code. Text is UTF-8; more than 255 bytes of it go into
segments of 255.
"""

import math
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import Final

_LONG, _SEGMENT = 255, 252
_BIAS = 100
_LITERAL, _SPACES, _MISSING = 253, 254, 255
_LEAST_PACKED, _MOST_PACKED = 1 - _BIAS, 251 - _BIAS
_BATCH = 500
_LABEL, _VALUE_LABEL = 252, 120
_EIGHT: Final = 8


type _Pack = Callable[[float | str | None, bytearray, list[bytes]], None]


@dataclass(frozen=True, slots=True)
class Variable:
    """One column: a number, or text of at most `width` bytes. `labels` say what a number means."""

    name: str
    label: str = ""
    width: int = 0
    labels: Mapping[int, str] = field(default_factory=dict)

    @property
    def segments(self) -> list[int]:
        """The width of each piece in which it is stored; 0 for a number."""
        if self.width <= _LONG:
            return [self.width]
        more = math.ceil(self.width / _SEGMENT) - 1
        return [_LONG] * more + [self.width - more * _SEGMENT]


def stream_sav(
    variables: Sequence[Variable], rows: Iterable[Sequence[float | str | None]]
) -> Iterator[bytes]:
    """The file, part by part; a row has one value for each variable, None where there is none."""
    yield _dictionary(variables)
    cells = [_packer(one) for one in variables]
    codes, literals = bytearray(), list[bytes]()
    for batch in batched(rows, _BATCH):
        for row in batch:
            for pack, value in zip(cells, row, strict=True):
                pack(value, codes, literals)
        whole = len(codes) - len(codes) % _EIGHT
        part, used = _blocks(codes[:whole], literals)
        del codes[:whole], literals[:used]
        yield part
    codes.extend(b"\x00" * (-len(codes) % _EIGHT))
    yield _blocks(codes, literals)[0]


def _blocks(codes: bytearray, literals: Sequence[bytes]) -> tuple[bytes, int]:
    """Eight codes at a time, each followed by what they announce; and how many were announced."""
    made, used = [], 0
    for start in range(0, len(codes), _EIGHT):
        block = codes[start : start + _EIGHT]
        made.append(bytes(block))
        if announced := block.count(_LITERAL):
            made += literals[used : used + announced]
            used += announced
    return b"".join(made), used


def _number(value: float | str | None, codes: bytearray, literals: list[bytes]) -> None:
    if value is None or isinstance(value, str):
        codes.append(_MISSING)
    elif _LEAST_PACKED <= value <= _MOST_PACKED and value == int(value):
        codes.append(int(value) + _BIAS)
    else:
        codes.append(_LITERAL)
        literals.append(struct.pack("<d", value))


def _packer(variable: Variable) -> _Pack:
    """Packs the texts of one variable."""
    if not variable.width:
        return _number
    segments = variable.segments

    def text(value: float | str | None, codes: bytearray, literals: list[bytes]) -> None:
        left = _cut("" if value is None else str(value), variable.width)
        for width in segments:
            stored = left[:_LONG]
            left = left[_LONG:]
            used = math.ceil(len(stored) / _EIGHT)
            for place in range(used):
                codes.append(_LITERAL)
                literals.append(stored[place * _EIGHT : (place + 1) * _EIGHT].ljust(_EIGHT))
            codes.extend(bytes([_SPACES]) * (math.ceil(width / _EIGHT) - used))

    return text


def _cut(text: str, width: int) -> bytes:
    """As many whole letters as fit."""
    encoded = text.replace("\x00", "").encode()
    if len(encoded) <= width:
        return encoded
    return encoded[:width].decode(errors="ignore").encode()


# The dictionary


def _dictionary(variables: Sequence[Variable]) -> bytes:
    size = sum(math.ceil(width / _EIGHT) or 1 for one in variables for width in one.segments)
    made = [
        struct.pack(
            "<4s60siiiiid9s8s64s3x",
            b"$FL2",
            b"@(#) SPSS DATA FILE focusprog".ljust(60),
            *(2, size, 1, 0, -1),
            float(_BIAS),
            b"01 Jan 00",
            b"00:00:00",
            b" " * 64,
        )
    ]
    shorts = _short_names(variables)
    made += [
        part for one, names in zip(variables, shorts, strict=True) for part in _declared(one, names)
    ]
    place = 1
    for one in variables:
        if one.labels:
            made.append(_value_labels(one, place))
        place += sum(math.ceil(width / _EIGHT) or 1 for width in one.segments)
    long = "\t".join(f"{names[0]}={one.name}" for one, names in zip(variables, shorts, strict=True))
    wide = "".join(
        f"{names[0]}={one.width:05d}\x00\t"
        for one, names in zip(variables, shorts, strict=True)
        if one.width > _LONG
    )
    made += [
        _more(3, 4, struct.pack("<8i", 1, 0, 0, -1, 1, 1, 2, 65001)),
        _more(4, 8, struct.pack("<3d", *_FLOATS)),
        _more(13, 1, long.encode()),
    ]
    if wide:
        made.append(_more(14, 1, wide.encode()))
    made += [_more(20, 1, b"UTF-8"), struct.pack("<ii", 999, 0)]
    return b"".join(made)


# Missing, the highest and the lowest number.
_FLOATS = (
    -1.7976931348623157e308,
    1.7976931348623157e308,
    math.nextafter(-1.7976931348623157e308, 0),
)


def _more(subtype: int, size: int, content: bytes) -> bytes:
    return struct.pack("<iiii", 7, subtype, size, len(content) // size) + content


def _short_names(variables: Sequence[Variable]) -> list[list[str]]:
    """Names of eight letters, one for each segment; the long ones stand beside them."""
    names, number = [], 0
    for one in variables:
        of_this = []
        for _ in one.segments:
            number += 1
            of_this.append(f"V{number}")
        names.append(of_this)
    return names


def _declared(variable: Variable, names: Sequence[str]) -> Iterator[bytes]:
    label = _cut(variable.label, _LABEL)
    for name, width in zip(names, variable.segments, strict=True):
        kind = (1 << 16 | min(width, _LONG) << 8) if width else (5 << 16 | 8 << 8)
        yield struct.pack(
            "<iiiiii8s", 2, width, int(bool(label)), 0, kind, kind, name.encode().ljust(_EIGHT)
        )
        if label:
            yield struct.pack("<i", len(label)) + label.ljust(math.ceil(len(label) / 4) * 4)
        for _ in range((math.ceil(width / _EIGHT) or 1) - 1):
            yield struct.pack("<iiiiii8s", 2, -1, 0, 0, 0, 0, b" " * _EIGHT)


def _value_labels(variable: Variable, place: int) -> bytes:
    made = [struct.pack("<ii", 3, len(variable.labels))]
    for value, text in variable.labels.items():
        label = _cut(text, _VALUE_LABEL)
        padded = math.ceil((1 + len(label)) / _EIGHT) * _EIGHT - 1
        made.append(struct.pack("<dB", value, len(label)) + label.ljust(padded))
    made.append(struct.pack("<iii", 4, 1, place))
    return b"".join(made)
