"""Surveys that we have written, ready to be used: the relationship with customers, and staff."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.models import Question
from feedback.services import QuestionSpec
from touchpoints.models import Touchpoint


@dataclass(frozen=True, slots=True)
class ReadySurvey:
    """A survey to start from; its touchpoint ratings come from the map."""

    name: str
    title: str
    description: str
    introduction: str
    thanks: str
    recommend: str
    comment: str

    def questions(self, touchpoints: Sequence[Touchpoint]) -> list[QuestionSpec]:
        """A rating for each touchpoint, then recommend 0 to 10, then a comment."""
        ratings = [
            QuestionSpec(
                key=f"touchpoint-{touchpoint.pk}",
                kind=Question.Kind.MOMENT,
                text=touchpoint.name,
                touchpoint_id=touchpoint.pk,
            )
            for touchpoint in touchpoints
        ]
        if not self.recommend:
            return ratings
        return [
            *ratings,
            QuestionSpec(
                key="recommend",
                kind=Question.Kind.RECOMMEND,
                text=self.recommend,
                hint="0 is not at all likely, 10 is extremely likely.",
            ),
            QuestionSpec(
                key="comment",
                kind=Question.Kind.LONG_TEXT,
                text=self.comment,
                hint="In your own words, as long or as short as you like.",
            ),
        ]


READY = (
    ReadySurvey(
        name="customers",
        title="How are we doing?",
        description="Customers rate the touchpoints you choose, say whether they would recommend "
        "you, and tell you what one thing would change that.",
        introduction="Think of the last three months with us. For each part below, was it better "
        "than you hoped, as it should be, or did it let you down? Leave out what you have not "
        "come across.",
        thanks="We read every answer, and we will tell you what we change because of them.",
        recommend="How likely are you to recommend us to someone in your position?",
        comment="What one thing should we change?",
    ),
    ReadySurvey(
        name="staff",
        title="What do our customers meet?",
        description="Staff rate the same touchpoints as they see them from inside, say whether "
        "they would recommend you as an employer, and tell you what stands in the way.",
        introduction="You see our work from inside. Think of the last three months: what did "
        "customers meet at each of these points? Leave out what you do not know about.",
        thanks="The results go to everyone who answered, together with what will change.",
        recommend="How likely are you to recommend us to a friend as a place to work?",
        comment="What stands in the way of serving customers better?",
    ),
    ReadySurvey(
        name="blank",
        title="",
        description="Write every question yourself.",
        introduction="",
        thanks="",
        recommend="",
        comment="",
    ),
)
