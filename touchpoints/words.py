"""How moments are said and marked; a word and a cue each, so that colour is never needed."""

WORDS = {
    "magic": "magic",
    "leaning_magic": "leaning magic",
    "mediocrity": "mediocrity",
    "leaning_misery": "leaning misery",
    "misery": "misery",
    "unclear": "unclear",
    "split": "split",
    "hidden": "too few answers",
}
CUES = {
    "magic": "★",
    "leaning_magic": "△",
    "mediocrity": "○",
    "leaning_misery": "▽",
    "misery": "▼",
    "unclear": "?",
    "split": "⇄",
    "hidden": "",
}


def signed(points: float) -> str:
    """A net or a difference in whole points with its sign: +12, −42, 0."""
    whole = round(points)
    return f"{whole:+d}".replace("-", "−") if whole else "0"
