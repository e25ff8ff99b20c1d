"""Hints on hard words and on statements that paint nothing; the others are with the mission."""

import pytest

from missions.clarity import hints


@pytest.mark.parametrize(
    ("draft", "found"),
    [
        ("You get operational satisfaction from our bread.", ("operational", "satisfaction")),
        ("Your community, your city, your information.", None),
        ("You get innovative bread.", None),
        ("Your bread is warm.", None),
    ],
)
def test_hard_words_are_shown(draft: str, found: tuple[str, ...] | None) -> None:
    shown = {hint.kind: hint.found for hint in hints(draft)}
    assert shown.get("hard-words") == found


@pytest.mark.parametrize(
    ("draft", "found"),
    [
        ("Integrity and commitment for every customer.", ("integrity", "commitment")),
        ("Integrity and commitment at every customer’s door.", None),
        ("Kindness for every customer.", None),
        ("We carry you home.", None),
        ("Our mission: you.", None),
    ],
)
def test_words_for_ideas_alone_paint_nothing(draft: str, found: tuple[str, ...] | None) -> None:
    shown = {hint.kind: hint.found for hint in hints(draft)}
    assert shown.get("image") == found


@pytest.mark.parametrize(
    "draft",
    [
        "Wir backen jeden Morgen warmes Brot und kennen die Leute mit Namen.",
        "نحن هنا من أجلكم كل يوم",
        "顾客永远是第一位的",
    ],
)
def test_what_needs_english_is_not_said_of_other_languages(draft: str) -> None:
    assert hints(draft) == []
    assert [hint.kind for hint in hints(f"{draft} 2030")] == ["numbers"]
