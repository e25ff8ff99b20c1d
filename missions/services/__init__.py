"""Every change to a mission."""

from missions.services.asking import ask_for_words, close_asking, gather_contributions
from missions.services.decisions import change_decision, record_decision
from missions.services.drafts import adopt, save_draft
from missions.services.errors import MissionsError, StaleDraftError
from missions.services.themes import (
    create_theme,
    delete_theme,
    put_in_theme,
    rename_theme,
    take_out_of_theme,
)
from missions.services.words import add_words, start_mission

__all__ = [
    "MissionsError",
    "StaleDraftError",
    "add_words",
    "adopt",
    "ask_for_words",
    "change_decision",
    "close_asking",
    "create_theme",
    "delete_theme",
    "gather_contributions",
    "put_in_theme",
    "record_decision",
    "rename_theme",
    "save_draft",
    "start_mission",
    "take_out_of_theme",
]
