"""An uploaded logo as we keep it: pixels decoded and written anew, drawings built anew from a short
list of shapes. Nothing else of the file is kept."""

import hashlib
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from PIL import Image

MOST_BYTES = 2 * 1024 * 1024
MOST_SVG_BYTES = 256 * 1024
MOST_SIDE = 6000  # pixels of an upload
KEPT_SIZE = (1200, 600)  # pixels, at most
LEAST_SIDE = 16
MOST_SHAPES = 3000
MOST_DEPTH = 30

KINDS = {"png": "image/png", "svg": "image/svg+xml"}


class LogoError(Exception):
    """It cannot be our logo; the text says why and what would do."""


@dataclass(frozen=True, slots=True)
class CleanLogo:
    """`name` is the content's SHA-256 and its kind: "….png" or "….svg"."""

    name: str
    content: bytes


def clean_logo(content: bytes) -> CleanLogo:
    """What we keep of an uploaded PNG, JPEG or SVG. LogoError."""
    if len(content) > MOST_BYTES:
        raise LogoError("This file has more than 2 MB. Please choose a smaller one.")
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        kind, clean = "svg", _clean_drawing(content)
    else:
        kind, clean = "png", _clean_pixels(content)
    return CleanLogo(f"{hashlib.sha256(clean).hexdigest()}.{kind}", clean)


# Pixels


def _clean_pixels(content: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
            if max(image.size) > MOST_SIDE:
                raise LogoError(
                    f"This picture is {image.width} by {image.height} pixels; at most "
                    f"{MOST_SIDE} by {MOST_SIDE} fit."
                )
            if min(image.size) < LEAST_SIDE:
                raise LogoError(f"This picture is too small: {LEAST_SIDE} pixels at least.")
            kept = image.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        raise LogoError(
            "This is not a PNG, JPEG or SVG picture, or it is damaged. Please choose another."
        ) from problem
    kept.thumbnail(KEPT_SIZE)
    written = io.BytesIO()
    kept.save(written, "PNG", optimize=True)
    return written.getvalue()


# Drawings

_SVG = "http://www.w3.org/2000/svg"
_SHAPES = {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"}
_PAINT = {"linearGradient", "radialGradient", "stop", "clipPath"}
_GROUPS = {"svg", "g", "defs"}
_WITHOUT_LOOK = {"title", "desc", "metadata", "style"}
_LOOKS = {
    *("fill", "fill-opacity", "fill-rule", "clip-rule", "clip-path", "opacity", "stroke"),
    *("stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit"),
    *("stroke-dasharray", "stroke-dashoffset", "stroke-opacity", "stop-color", "stop-opacity"),
    *("display", "visibility", "color"),
}
_GEOMETRY = {
    *("id", "d", "points", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx"),
    *("fy", "width", "height", "viewBox", "transform", "offset", "gradientUnits"),
    *("gradientTransform", "spreadMethod", "clipPathUnits", "preserveAspectRatio"),
}
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*>", re.IGNORECASE)
_RULE = re.compile(r"\.([\w-]+(?:\s*,\s*\.[\w-]+)*)\s*\{([^}]*)\}")
_LOCAL = re.compile(r"url\(\s*['\"]?#[\w.:-]+['\"]?\s*\)")

# What is left of a value without its own url(#…) may point nowhere.
_FOREIGN = re.compile(r"url|[\\<:@]", re.IGNORECASE)


def _clean_drawing(content: bytes) -> bytes:
    if len(content) > MOST_SVG_BYTES:
        raise LogoError("This SVG has more than 256 kB. Please choose a simpler one, or a PNG.")
    try:
        text = _DOCTYPE.sub("", content.decode("utf-8-sig"))
        # An entity could stand for anything, or for a billion of it.
        if "<!doctype" in text.casefold() or "<!entity" in text.casefold():
            raise LogoError("This SVG defines entities, which we do not read. Please use a PNG.")
        root = ET.fromstring(text)  # noqa: S314  (no entities are left)
    except (ET.ParseError, ValueError) as problem:
        raise LogoError("This SVG is damaged and cannot be read. Please choose another.") from (
            problem
        )
    if root.tag != f"{{{_SVG}}}svg":
        raise LogoError("This is not an SVG picture. Please choose a PNG, JPEG or SVG.")
    styles = dict(_class_styles(root))
    clean = _Cleaner(styles).element(root, 0)
    if clean is None or ("viewBox" not in clean.attrib and not _sized(clean)):
        raise LogoError("This SVG does not say how large it is. Please save it with a viewBox.")
    clean.set("xmlns", _SVG)
    return ET.tostring(clean, encoding="unicode").encode()


def _sized(root: ET.Element) -> bool:
    sizes = [re.fullmatch(r"([\d.]+)(px)?", root.get(name, "")) for name in ("width", "height")]
    if not all(sizes):
        return False
    root.set("viewBox", "0 0 " + " ".join(size[1] for size in sizes if size))
    return True


def _class_styles(root: ET.Element) -> Iterator[tuple[str, dict[str, str]]]:
    """What drawing programs say of classes: ".st0{fill:#123456}"."""
    for style in root.iter(f"{{{_SVG}}}style"):
        for names, body in _RULE.findall(style.text or ""):
            for name in names.split(","):
                yield name.strip().lstrip("."), _declared(body)


def _declared(body: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in body.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip() in _LOOKS}


class _Cleaner:
    """Builds a drawing anew, counting what it builds."""

    def __init__(self, styles: Mapping[str, dict[str, str]]) -> None:
        self._styles = styles
        self._count = 0

    def element(self, found: ET.Element, depth: int) -> ET.Element | None:
        """The same with only what we know; None where it has no look."""
        space, _, name = str(found.tag).lstrip("{").partition("}")
        if space != _SVG or name in _WITHOUT_LOOK:
            return None
        if name not in _SHAPES | _PAINT | _GROUPS:
            raise LogoError(
                f"This SVG uses <{name[:40]}>, which we do not print. Save it with its text and "
                "effects turned into paths, or choose a PNG."
            )
        self._count += 1
        if self._count > MOST_SHAPES or depth > MOST_DEPTH:
            raise LogoError("This SVG has too many shapes. Please choose a simpler one, or a PNG.")
        clean = ET.Element(name, dict(self._attributes(found)))
        for child in found:
            if isinstance(child.tag, str) and (kept := self.element(child, depth + 1)) is not None:
                clean.append(kept)
        return clean

    def _attributes(self, found: ET.Element) -> Iterator[tuple[str, str]]:
        looks = {name: value for name, value in found.attrib.items() if name in _LOOKS}
        for name in found.get("class", "").split():
            looks |= self._styles.get(name, {})
        looks |= _declared(found.get("style", ""))
        kept = {name: value for name, value in found.attrib.items() if name in _GEOMETRY} | looks
        for name, value in kept.items():
            if not _FOREIGN.search(_LOCAL.sub("", value)):
                yield name, value
