"""Every change of state of surveys, rounds, answers and cases."""

from feedback.services.answering import (
    Answers,
    MissingAnswerError,
    RoundClosedError,
    StaleAnswersError,
    mark_seen,
    questions_of,
    save_answers,
    save_open_answers,
    submit_open_response,
    submit_response,
)
from feedback.services.cases import (
    add_note,
    ask_whether_it_helped,
    lose_case,
    open_case,
    reply,
    say_whether_it_helped,
    update_case,
)
from feedback.services.chain_rounds import ChainRound, prepare_chain_rounds
from feedback.services.change_email import ChangeEmail
from feedback.services.changes import (
    discard_change,
    publish_change,
    withdraw_change,
    write_change,
)
from feedback.services.closing import close_due_rounds, close_round
from feedback.services.comment_themes import (
    Accepted,
    accept_themes,
    delete_theme,
    edit_theme,
    merge_theme,
    sort_comment,
)
from feedback.services.conversations import (
    add_word,
    conversation_of,
    follow_address,
    new_mark,
    unmarked,
)
from feedback.services.errors import FeedbackError
from feedback.services.forgetting import cases_of, emails_shown_of, forget, messages_of
from feedback.services.invitation_emails import CHOSEN, first_scored, sample_email, send_test
from feedback.services.late_cases import escalate_late
from feedback.services.letting_go import (
    let_answers_go,
    mark_thinned,
    write_down_receipts,
    write_down_rounds,
    write_down_settled,
)
from feedback.services.link_secrets import hash_of
from feedback.services.links import invite_by_email, make_link, turn_link
from feedback.services.live_counts import count_what_is_due
from feedback.services.loyalty import count_loyalty, know_loyalty, recount_loyalty
from feedback.services.open_door import (
    DoorPausedError,
    leave_item,
    open_case_from_item,
    recognise_item,
    set_aside,
)
from feedback.services.opening import continue_opening, open_round, wake_opening
from feedback.services.periods import close_period
from feedback.services.question_specs import QuestionSpec
from feedback.services.recognition import thank_colleague
from feedback.services.reminding import remind_due_rounds, reminder_times
from feedback.services.reviewing import review_comment
from feedback.services.rounds import (
    MOST_REMINDERS,
    REST_DAYS,
    asked,
    create_round,
    discard_round,
    last_day,
    minutes_for,
    there,
)
from feedback.services.scheduling import (
    extend_round,
    open_due_rounds,
    pause_round,
    resume_round,
    schedule_round,
    unschedule_round,
)
from feedback.services.seen import (
    ChangedSinceError,
    links_of,
    mark_of_change,
    mark_of_question,
    mark_of_series,
    mark_of_survey,
    mark_of_translations,
)
from feedback.services.series import (
    change_series,
    create_series,
    end_series,
    latest_version,
    open_due_series,
    pause_series,
    resume_series,
    title_of,
)
from feedback.services.standards import (
    due_after,
    pause_door,
    set_standard,
    standard_of,
)
from feedback.services.stopping import receiver_of, set_unsubscribed
from feedback.services.suppressing import suppress_reported
from feedback.services.surveys import (
    TRANSLATED,
    add_question,
    break_page,
    change_question,
    create_survey,
    describe_survey,
    duplicate_question,
    move_question,
    order_questions,
    remove_question,
    restore_question,
    translate_survey,
)
from feedback.services.taking import Taken, take_email
from feedback.services.telling import (
    continue_telling,
    send_change,
    send_change_test,
    wake_telling,
)
from feedback.services.tying import tie_comment

__all__ = [
    "CHOSEN",
    "MOST_REMINDERS",
    "REST_DAYS",
    "TRANSLATED",
    "Accepted",
    "Answers",
    "ChainRound",
    "ChangeEmail",
    "ChangedSinceError",
    "DoorPausedError",
    "FeedbackError",
    "MissingAnswerError",
    "QuestionSpec",
    "RoundClosedError",
    "StaleAnswersError",
    "Taken",
    "accept_themes",
    "add_note",
    "add_question",
    "add_word",
    "ask_whether_it_helped",
    "asked",
    "break_page",
    "cases_of",
    "change_question",
    "change_series",
    "close_due_rounds",
    "close_period",
    "close_round",
    "continue_opening",
    "continue_telling",
    "conversation_of",
    "count_loyalty",
    "count_what_is_due",
    "create_round",
    "create_series",
    "create_survey",
    "delete_theme",
    "describe_survey",
    "discard_change",
    "discard_round",
    "due_after",
    "duplicate_question",
    "edit_theme",
    "emails_shown_of",
    "end_series",
    "escalate_late",
    "extend_round",
    "first_scored",
    "follow_address",
    "forget",
    "hash_of",
    "invite_by_email",
    "know_loyalty",
    "last_day",
    "latest_version",
    "leave_item",
    "let_answers_go",
    "links_of",
    "lose_case",
    "make_link",
    "mark_of_change",
    "mark_of_question",
    "mark_of_series",
    "mark_of_survey",
    "mark_of_translations",
    "mark_seen",
    "mark_thinned",
    "merge_theme",
    "messages_of",
    "minutes_for",
    "move_question",
    "new_mark",
    "open_case",
    "open_case_from_item",
    "open_due_rounds",
    "open_due_series",
    "open_round",
    "order_questions",
    "pause_door",
    "pause_round",
    "pause_series",
    "prepare_chain_rounds",
    "publish_change",
    "questions_of",
    "receiver_of",
    "recognise_item",
    "recount_loyalty",
    "remind_due_rounds",
    "reminder_times",
    "remove_question",
    "reply",
    "restore_question",
    "resume_round",
    "resume_series",
    "review_comment",
    "sample_email",
    "save_answers",
    "save_open_answers",
    "say_whether_it_helped",
    "schedule_round",
    "send_change",
    "send_change_test",
    "send_test",
    "set_aside",
    "set_standard",
    "set_unsubscribed",
    "sort_comment",
    "standard_of",
    "submit_open_response",
    "submit_response",
    "suppress_reported",
    "take_email",
    "thank_colleague",
    "there",
    "tie_comment",
    "title_of",
    "translate_survey",
    "turn_link",
    "unmarked",
    "unschedule_round",
    "update_case",
    "wake_opening",
    "wake_telling",
    "withdraw_change",
    "write_change",
    "write_down_receipts",
    "write_down_rounds",
    "write_down_settled",
]
