"""The nine questions of commitment, and the check before one publishes the answers. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CharterQuestion:
    """One question to the leader; `key` is what its answer is kept under."""

    key: str
    text: str
    hint: str


QUESTIONS = (
    CharterQuestion(
        "why",
        "Why do you want this?",
        "Not why it is sensible: why it is yours. What would hurt if nothing changed?",
    ),
    CharterQuestion(
        "whom",
        "For which customers above all?",
        "Whoever is for everybody decides for nobody. Say who comes first when two wishes collide.",
    ),
    CharterQuestion(
        "offer",
        "What do they get from you that they would miss?",
        "In their words, not in the brochure’s.",
    ),
    CharterQuestion(
        "matters",
        "What matters most to them, and how do you know?",
        "Whom did you ask, when, and what surprised you?",
    ),
    CharterQuestion(
        "bears",
        "What do they put up with today?",
        "The queue, the form, the third call: what you would not put up with yourself.",
    ),
    CharterQuestion(
        "change",
        "What will change first, and what will be hard?",
        "One thing that is easy and seen within weeks, and one that will take nerve.",
    ),
    CharterQuestion(
        "give-up",
        "What do you give up for it?",
        "Money, a habit, a rule, a favourite project. Without a price it is only a wish.",
    ),
    CharterQuestion(
        "seen",
        "How will people see that you mean it?",
        "What you will do yourself, on ordinary days, that they can watch.",
    ),
    CharterQuestion(
        "alive",
        "What keeps it alive when the year gets rough?",
        "Who asks for it, what is measured, what is rewarded, when you look at it again.",
    ),
)
KEYS = tuple(question.key for question in QUESTIONS)

# The readiness check: what the leader ticks, honestly, before the charter is shown.
READY = (
    ("felt", "I would do this if nobody measured it."),
    ("told", "I have told the people around me what it will cost."),
    ("diary", "My own diary of the next month shows it."),
)
READY_KEYS = tuple(key for key, _ in READY)
