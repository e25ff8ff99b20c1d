"""Comments that may name someone."""

import pytest

from feedback.naming import may_name_someone, names_of

NAMES = names_of(["Mark Will-Ødegård", "Ann Lee", "J. O’Neill", "王小明", "Zoë de Vries", "Al Ng"])


@pytest.mark.parametrize(
    "text",
    [
        "I asked Mark and he shrugged.",
        "Talk to Mark’s manager.",
        "ann lee never answers",
        "Zoë is great.\nMore of her. Ask Zoë",
        "Mark Will-Ødegård decides everything",
        "问王小明",
        "王小明 很忙",
        "Write to boss@example.com",
        "ask @annl",
        "Ring me on 0161 496 0000",
        "+44 (0)161-496.0000",
        "It was O’Neill again",
    ],
)
def test_held(text: str) -> None:
    assert may_name_someone(text, NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Mark this as urgent",
        "More lifts. Will they come?",
        "please mark it",
        "The vans should carry what breaks.",
        "We waited from 9 to 11 on 3 May 2026",
        "It costs 12,500 a year",
        "☃☃☃",
        "de facto a rule",
    ],
)
def test_not_held(text: str) -> None:
    assert not may_name_someone(text, NAMES)


def test_initials_and_short_words_are_no_names() -> None:
    assert "j" not in NAMES
    assert "al" not in NAMES
    assert "王小明" in NAMES
