"""Every change to a mission."""

from missions.services.asking import ask_for_words, close_asking, gather_contributions
from missions.services.commitments import check_in, end_commitment, make_commitment
from missions.services.compass import judge, number_clauses, open_weighing, reveal, settle
from missions.services.decisions import change_decision, record_decision
from missions.services.drafts import adopt, save_draft
from missions.services.errors import MissionsError, StaleDraftError
from missions.services.review import (
    hide_contribution,
    remind_of_reviews,
    set_quotable,
    show_contribution,
)
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
    "check_in",
    "close_asking",
    "create_theme",
    "delete_theme",
    "end_commitment",
    "gather_contributions",
    "hide_contribution",
    "judge",
    "make_commitment",
    "number_clauses",
    "open_weighing",
    "put_in_theme",
    "record_decision",
    "remind_of_reviews",
    "rename_theme",
    "reveal",
    "save_draft",
    "set_quotable",
    "settle",
    "show_contribution",
    "start_mission",
    "take_out_of_theme",
]
