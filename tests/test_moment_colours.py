"""The colours of moments: read on screen and on paper, told apart on a grey printer."""

from itertools import combinations

import pytest

from tests.test_design import contrast, tokens

# What the design asks of text on each fill.
LEAST = {
    "misery": 9.2,
    "leaning-misery": 8.6,
    "mediocrity": 17.3,
    "leaning-magic": 12.7,
    "magic": 5.3,
    "hidden": 7.0,
}
FILLED = ("misery", "leaning-misery", "mediocrity", "leaning-magic", "magic")
# How cone cells that are missing mix the rest (Viénot, Brettel and Mollon 1999), in linear light.
BLIND = {
    "protanopia": ((0.1124, 0.8876, 0.0), (0.1124, 0.8876, 0.0), (0.0040, -0.0040, 1.0)),
    "deuteranopia": ((0.2928, 0.7072, 0.0), (0.2928, 0.7072, 0.0), (-0.0223, 0.0223, 1.0)),
}


def _linear(colour: str) -> tuple[float, ...]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return tuple(
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )


def _lightness(light: tuple[float, ...]) -> float:
    """CIE L* from 0 to 100."""
    y = sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), light, strict=True))
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_as_clear_as_the_design_asks(scheme: str) -> None:
    found = tokens(scheme)
    measured = {
        name: contrast(found[f"moment-{name}-fill"], found[f"moment-{name}-ink"]) for name in LEAST
    }
    short = {name: ratio for name, ratio in measured.items() if round(ratio, 1) < LEAST[name]}
    assert short == {}


def test_a_grey_printer_tells_them_apart() -> None:
    found = tokens("light")
    grey = {name: _lightness(_linear(found[f"moment-{name}-fill"])) for name in FILLED}
    near = {
        pair: abs(grey[pair[0]] - grey[pair[1]])
        for pair in combinations(FILLED, 2)
        if abs(grey[pair[0]] - grey[pair[1]]) < 11
    }
    assert near == {}


@pytest.mark.parametrize("blindness", BLIND)
def test_who_sees_fewer_colours_tells_them_apart(blindness: str) -> None:
    found = tokens("light")
    seen = {}
    for name in FILLED:
        light = _linear(found[f"moment-{name}-fill"])
        mixed = [
            sum(w * part for w, part in zip(row, light, strict=True)) for row in BLIND[blindness]
        ]
        seen[name] = _lightness(tuple(max(0.0, part) for part in mixed))
    assert min(abs(seen[a] - seen[b]) for a, b in combinations(FILLED, 2)) >= 8
