"""Every change to what is kept: how long, and letting it go."""

from keeping.services.erasing import (
    WAITS_DAYS,
    ask_to_be_forgotten,
    confirm_request,
    erase_due,
    erase_person,
    person_of,
    take_request_back,
)
from keeping.services.settings import change_keeping
from keeping.services.sweeping import sweep_due

__all__ = [
    "WAITS_DAYS",
    "ask_to_be_forgotten",
    "change_keeping",
    "confirm_request",
    "erase_due",
    "erase_person",
    "person_of",
    "sweep_due",
    "take_request_back",
]
