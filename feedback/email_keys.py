"""The keys of the emails that rounds and changes send. Each email is written once by its key, and
held, cancelled, counted and forgotten by the key's beginning or whole. Pure."""

from collections.abc import Sequence

INVITE = "invite"


def reminder(number: int) -> str:
    """How the key of a round's reminder ends; the first is 1."""
    return f"reminder:{number}"


def kinds(reminder_days: Sequence[int]) -> list[str]:
    """How the keys end of the emails that a round may send to one person."""
    return [INVITE, *(reminder(n + 1) for n in range(len(reminder_days)))]


def of_round(round_id: int) -> str:
    """How the keys of all its emails begin."""
    return f"round:{round_id}:"


def in_round(round_id: int, person_id: int | None) -> str:
    """How the keys begin of those to one person; their kind follows."""
    return f"{of_round(round_id)}{person_id}:"


def of_change(change_id: int) -> str:
    """How the keys of all its emails begin."""
    return f"change:{change_id}:"


def to_person(change_id: int, person_id: int) -> str:
    """The key of a change's email to someone on the list."""
    return f"{of_change(change_id)}{person_id}"


def to_outsider(change_id: int, conversation_id: int | None) -> str:
    """The key of a change's email to someone known by a conversation only."""
    return f"{of_change(change_id)}c{conversation_id}"
