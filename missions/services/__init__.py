"""Every change to a mission."""

from missions.services.asking import ask_for_words, close_asking, gather_contributions
from missions.services.candidates import (
    add_candidate,
    ask_to_rank,
    cast_ballot,
    close_rankings,
    take_back_candidate,
)
from missions.services.check_ins import ask_owners, read_link
from missions.services.clause_links import answer_theme, answer_words
from missions.services.commitments import (
    check_in,
    end_commitment,
    give_commitment,
    make_commitment,
)
from missions.services.compass import (
    invite_judges,
    judge,
    number_clauses,
    open_weighing,
    reveal,
    settle,
)
from missions.services.consent import (
    answer_consent,
    ask_consent,
    close_consent,
    open_consent,
    override_objection,
    settle_consent,
    what_holds_up,
    withdraw_objection,
    withdraw_objection_by_link,
)
from missions.services.critique import (
    ask_to_criticise,
    freeze_critique,
    gather_suggestions,
    open_critique,
    settle_suggestion,
    suggest,
)
from missions.services.decisions import (
    change_decision,
    record_decision,
    remind_of_decisions,
    review_decision,
)
from missions.services.drafts import adopt, restore_version, save_draft
from missions.services.errors import (
    ContradictionError,
    MissionsError,
    StaleBoardError,
    StaleDraftError,
)
from missions.services.objection_links import read_objection_link
from missions.services.review import (
    hide_contribution,
    remind_of_reviews,
    set_quotable,
    show_contribution,
    take_off_public_page,
)
from missions.services.themes import (
    create_theme,
    delete_theme,
    merge_themes,
    move_words,
    place_theme,
    rename_theme,
    undo_move,
)
from missions.services.words import add_words, react, start_mission
from missions.services.working_text import Kept, bring_back, go_back, keep_text, throw_away

__all__ = [
    "ContradictionError",
    "Kept",
    "MissionsError",
    "StaleBoardError",
    "StaleDraftError",
    "add_candidate",
    "add_words",
    "adopt",
    "answer_consent",
    "answer_theme",
    "answer_words",
    "ask_consent",
    "ask_for_words",
    "ask_owners",
    "ask_to_criticise",
    "ask_to_rank",
    "bring_back",
    "cast_ballot",
    "change_decision",
    "check_in",
    "close_asking",
    "close_consent",
    "close_rankings",
    "create_theme",
    "delete_theme",
    "end_commitment",
    "freeze_critique",
    "gather_contributions",
    "gather_suggestions",
    "give_commitment",
    "go_back",
    "hide_contribution",
    "invite_judges",
    "judge",
    "keep_text",
    "make_commitment",
    "merge_themes",
    "move_words",
    "number_clauses",
    "open_consent",
    "open_critique",
    "open_weighing",
    "override_objection",
    "place_theme",
    "react",
    "read_link",
    "read_objection_link",
    "record_decision",
    "remind_of_decisions",
    "remind_of_reviews",
    "rename_theme",
    "restore_version",
    "reveal",
    "review_decision",
    "save_draft",
    "set_quotable",
    "settle",
    "settle_consent",
    "settle_suggestion",
    "show_contribution",
    "start_mission",
    "suggest",
    "take_back_candidate",
    "take_off_public_page",
    "throw_away",
    "undo_move",
    "what_holds_up",
    "withdraw_objection",
    "withdraw_objection_by_link",
]
