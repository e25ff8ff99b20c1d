"""Surveys, the rounds that send them, what came back, and what follows from it."""

from feedback.models.answers import Comment, Response
from feedback.models.cases import Case, CaseNote, ServiceStandard
from feedback.models.changes import Change, Told
from feedback.models.conversations import MOST_CHARACTERS, Conversation, Message, OpenDoorItem
from feedback.models.imports import ImportJob
from feedback.models.loyalty import LoyaltyCount
from feedback.models.rounds import Invitation, OpenLink, Round, Series
from feedback.models.surveys import Question, Survey
from feedback.models.themes import CommentTheme

__all__ = [
    "MOST_CHARACTERS",
    "Case",
    "CaseNote",
    "Change",
    "Comment",
    "CommentTheme",
    "Conversation",
    "ImportJob",
    "Invitation",
    "LoyaltyCount",
    "Message",
    "OpenDoorItem",
    "OpenLink",
    "Question",
    "Response",
    "Round",
    "Series",
    "ServiceStandard",
    "Survey",
    "Told",
]
