"""Colours as they are read: contrast by WCAG 2.2, and the nearest that has enough of it."""

import re
from colorsys import hls_to_rgb, rgb_to_hls

PAPER = "#fbfaf7"
ACCENT = "#0e5a60"
LEAST_CONTRAST = 4.5

_HEXADECIMAL = re.compile(r"#[0-9a-f]{6}")


def is_colour(text: str) -> bool:
    """Whether it is a colour as we keep it: "#0e5a60"."""
    return _HEXADECIMAL.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:
    """From 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: str, *, paper: str = PAPER, least: float = LEAST_CONTRAST) -> str:
    """The colour itself where it has that contrast on light paper, else the same hue, darkened
    just enough."""
    if contrast(colour, paper) >= least:
        return colour
    hue, light, saturation = rgb_to_hls(*_shares(colour))
    lowest, highest = 0.0, light
    for _ in range(20):
        middle = (lowest + highest) / 2
        if contrast(_written(hls_to_rgb(hue, middle, saturation)), paper) >= least:
            lowest = middle
        else:
            highest = middle
    return _written(hls_to_rgb(hue, lowest, saturation))


def _shares(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _written(shares: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(share * 255):02x}" for share in shares)


def _luminance(colour: str) -> float:
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in _shares(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
