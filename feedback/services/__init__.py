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
    set_unsubscribed,
    submit_open_response,
    submit_response,
)
from feedback.services.cases import open_case, update_case
from feedback.services.chain_rounds import ChainRound, prepare_chain_rounds
from feedback.services.closing import close_due_rounds, close_round
from feedback.services.errors import FeedbackError
from feedback.services.forgetting import cases_of, emails_to, forget
from feedback.services.letting_go import (
    let_answers_go,
    mark_thinned,
    write_down_receipts,
    write_down_rounds,
)
from feedback.services.links import invite_by_email, make_link, turn_link
from feedback.services.opening import continue_opening, open_round, wake_opening
from feedback.services.periods import close_period
from feedback.services.reviewing import review_comment
from feedback.services.rounds import (
    REST_DAYS,
    asked,
    create_round,
    discard_round,
    hash_of,
    last_day,
    minutes_for,
    send_test,
)
from feedback.services.surveys import (
    QuestionSpec,
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
from feedback.services.tying import tie_comment

__all__ = [
    "REST_DAYS",
    "Answers",
    "ChainRound",
    "FeedbackError",
    "MissingAnswerError",
    "QuestionSpec",
    "RoundClosedError",
    "StaleAnswersError",
    "add_question",
    "asked",
    "break_page",
    "cases_of",
    "change_question",
    "close_due_rounds",
    "close_period",
    "close_round",
    "continue_opening",
    "create_round",
    "create_survey",
    "describe_survey",
    "discard_round",
    "duplicate_question",
    "emails_to",
    "forget",
    "hash_of",
    "invite_by_email",
    "last_day",
    "let_answers_go",
    "make_link",
    "mark_seen",
    "mark_thinned",
    "minutes_for",
    "move_question",
    "open_case",
    "open_round",
    "order_questions",
    "prepare_chain_rounds",
    "questions_of",
    "remove_question",
    "restore_question",
    "review_comment",
    "save_answers",
    "save_open_answers",
    "send_test",
    "set_unsubscribed",
    "submit_open_response",
    "submit_response",
    "tie_comment",
    "translate_survey",
    "turn_link",
    "update_case",
    "wake_opening",
    "write_down_receipts",
    "write_down_rounds",
]
