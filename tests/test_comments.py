"""Looking through what people wrote, and tying it to touchpoints."""

from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from feedback import sifting
from feedback.forms.comments import CommentsForm
from feedback.kinds import Condition
from feedback.models import Comment, CommentTheme, Invitation, Round, Survey
from feedback.searching import asked_for, words_of
from feedback.services import (
    Accepted,
    FeedbackError,
    accept_themes,
    close_round,
    open_round,
    tie_comment,
)
from feedback.services.question_specs import QuestionSpec
from feedback.sifting import A_PAGE, Sift, page_of, readable, sift
from programme.models import Organisation, Segment
from tests import factories

pytestmark = pytest.mark.django_db

QUERIES = 11


def _written(
    of: Organisation,
    *texts: str,
    language: str = "en",
    segment: Segment | None = None,
    closed: bool = True,
) -> Round:
    survey = factories.survey(of, QuestionSpec("why", "text", "Why?"))
    survey.language = language
    survey.save()
    people = [factories.customer(of, segment=segment) for _ in texts]
    sent = factories.draft_round(
        of, survey=survey, selection={"people": [person.pk for person in people]}
    )
    open_round(round=sent)
    for person, text in zip(people, texts, strict=True):
        factories.submitted(Invitation.objects.get(round=sent, person=person), why=text)
    return close_round(round=sent) if closed else sent


def _found(of: Organisation, **asked: object) -> set[str]:
    form = CommentsForm(of, data=asked)
    assert form.is_valid(), form.errors
    return set(sift(of, form.wanted()).values_list("text", flat=True))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("waited", {"I was waiting for hours", "They wait"}),
        ("WAIT hour", {"I was waiting for hours"}),
        ("hou", {"I was waiting for hours", "A house of glass"}),
        ("nobody", set()),
        ("…", {"I was waiting for hours", "They wait", "A house of glass"}),
        ("wait:* | house & !glass", set()),
        ("' OR 1=1 --", set()),
    ],
)
def test_words_in_any_of_their_forms(
    organisation: Organisation, words: str, found: set[str]
) -> None:
    _written(organisation, "I was waiting for hours", "They wait", "A house of glass")
    assert _found(organisation, q=words) == found


def test_the_language_is_that_of_the_survey(organisation: Organisation) -> None:
    _written(organisation, "Die Häuser waren kalt", "Zwei Häuserblocks", language="de-AT")
    _written(organisation, "Casas muy frías", language="es")
    _written(organisation, "Kylmä talo", language="fi")
    assert set(Comment.objects.values_list("language", flat=True)) == {"de", "es", "fi"}
    assert "Die Häuser waren kalt" in _found(organisation, q="Haus Häuser")
    assert _found(organisation, q="casa") == {"Casas muy frías"}
    assert _found(organisation, q="kylmä") == {"Kylmä talo"}


def test_the_index_is_used(organisation: Organisation) -> None:
    _written(organisation, "They wait")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    found = Comment.objects.alias(words=words_of("text", "language"))
    found = found.filter(words=asked_for("waiting"))
    assert "comment_words" in found.explain()


def test_by_round_touchpoint_and_segment(organisation: Organisation) -> None:
    offices = factories.segment(organisation, "Offices")
    desk = factories.touchpoint(organisation, "The desk")
    first = _written(organisation, "One", segment=offices)
    _written(organisation, "Two")
    tie_comment(comment=Comment.objects.get(text="Two"), touchpoint=desk)
    assert _found(organisation, round=first.pk) == {"One"}
    assert _found(organisation, segment=offices.pk) == {"One"}
    assert _found(organisation, touchpoint=desk.pk) == {"Two"}
    assert _found(organisation, touchpoint=desk.pk, segment=offices.pk) == set()


def test_only_what_may_be_read(organisation: Organisation, as_member: Client) -> None:
    _written(organisation, "Not yet closed", closed=False)
    apart = _written(organisation, "Words for the mission")
    Round.objects.filter(pk=apart.pk).update(answers_apart=True)
    _written(factories.organisation(), "Of another organisation")
    page = as_member.get(reverse("feedback:comments", args=[organisation.slug])).content.decode()
    assert "Nobody has written anything yet" in page
    for text in ("Not yet closed", "Words for the mission", "Of another"):
        assert text not in page


def test_a_manager_ties_a_comment_to_a_touchpoint(
    organisation: Organisation, as_manager: Client, as_member: Client
) -> None:
    desk = factories.touchpoint(organisation, "The desk")
    elsewhere = factories.touchpoint(factories.organisation())
    _written(organisation, "<b>Too</b> slow")
    comment = Comment.objects.get()
    address = reverse("feedback:comment_sort", args=[organisation.slug, comment.pk])
    assert as_member.post(address, {"touchpoint": desk.pk}).status_code == 403
    assert as_manager.post(address, {"touchpoint": elsewhere.pk}).status_code == 422
    assert b"&lt;b&gt;Too&lt;/b&gt; slow" in as_manager.get(address).content
    assert as_manager.post(address, {"touchpoint": desk.pk}).status_code == 302
    comment.refresh_from_db()
    assert comment.touchpoint == desk
    as_manager.post(address, {"touchpoint": ""})
    comment.refresh_from_db()
    assert comment.touchpoint is None


def test_what_cannot_be_tied(organisation: Organisation) -> None:
    _written(organisation, "Open", closed=False)
    with pytest.raises(FeedbackError, match="once its round is closed"):
        tie_comment(comment=Comment.objects.get(), touchpoint=None)


def test_names_are_for_those_who_may_act(
    organisation: Organisation, as_manager: Client, as_member: Client
) -> None:
    _written(organisation, "Too slow")
    name = Comment.objects.get().response.invitation.person.name  # type: ignore[union-attr]
    address = reverse("feedback:comments", args=[organisation.slug])
    assert name in as_manager.get(address).content.decode()
    assert name not in as_member.get(address).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_as_many_queries_for_three_as_for_one(
    organisation: Organisation, as_manager: Client, django_assert_num_queries: object, count: int
) -> None:
    for number in range(count):
        _written(organisation, *[f"Words {number}"] * count)
    address = reverse("feedback:comments", args=[organisation.slug])
    with django_assert_num_queries(QUERIES):  # type: ignore[operator]
        assert as_manager.get(address, {"q": "words"}).status_code == 200


def test_an_address_that_makes_no_sense(organisation: Organisation, as_manager: Client) -> None:
    address = reverse("feedback:comments", args=[organisation.slug])
    assert as_manager.get(address, {"round": "987654321"}).status_code == 422
    assert as_manager.get(address, {"q": "x" * 5000}).status_code == 422


# Filters together, and page after page


def _asked(
    of: Organisation,
    *questions: QuestionSpec,
    answers: list[dict[str, object]],
    confidential: bool = False,
    title: str = "How are we doing?",
) -> Round:
    """A closed round in which customers, or staff of a confidential one, gave these answers."""
    survey = factories.survey(of, *questions, title=title)
    make = factories.staff if confidential else factories.customer
    people = [make(of) for _ in answers]
    sent = factories.draft_round(
        of,
        survey=survey,
        audience="internal" if confidential else "external",
        confidential=confidential,
        selection={"people": [person.pk for person in people]},
    )
    open_round(round=sent)
    for person, given in zip(people, answers, strict=True):
        invitation = Invitation.objects.get(round=sent, person=person)
        factories.submitted(invitation, **given)  # type: ignore[arg-type]
    return close_round(round=sent)


def test_by_the_moment_that_its_writer_gave_there(organisation: Organisation) -> None:
    desk = factories.touchpoint(organisation, "The desk")
    rated = QuestionSpec("desk", "satisfaction-5", "The desk", touchpoint_id=desk.pk)
    why = QuestionSpec("why", "text", "Why that?", touchpoint_id=desk.pk)
    more = QuestionSpec("more", "text", "Anything else?")
    whole = QuestionSpec("recommend", "recommend-10", "Would you recommend us?")
    closed = _asked(
        organisation,
        *(rated, whole, why, more),
        answers=[
            {"desk": 1, "recommend": 10, "why": "Rude", "more": "Else"},
            {"desk": 5, "recommend": 3, "why": "Kind"},
            {"recommend": 8, "why": "No rating of it"},
            {"more": "Nothing rated at all"},
        ],
    )
    moments = dict(Comment.objects.values_list("text", "moment"))
    assert moments == {
        "Rude": "misery",
        "Else": "magic",  # of the whole, as it is about no touchpoint
        "Kind": "magic",
        "No rating of it": "mediocrity",
        "Nothing rated at all": "",
    }
    assert _found(organisation, moment="misery") == {"Rude"}
    assert _found(organisation, moment="magic", touchpoint=desk.pk) == {"Kind"}
    # About the desk, it has the moment of the desk.
    tie_comment(comment=Comment.objects.get(text="Else"), touchpoint=desk)
    assert _found(organisation, moment="misery", round=closed.pk) == {"Rude", "Else"}
    tie_comment(comment=Comment.objects.get(text="Else"), touchpoint=None)
    assert _found(organisation, moment="magic", q="else") == {"Else"}


def test_by_question_in_all_versions_of_its_survey(organisation: Organisation) -> None:
    why, more = QuestionSpec("why", "text", "Why?"), QuestionSpec("more", "text", "More?")
    first = _asked(organisation, why, more, answers=[{"why": "One", "more": "Two"}])
    second = _asked(organisation, why, answers=[{"why": "Three"}])
    Survey.objects.filter(pk=second.survey_id).update(previous=first.survey, version=2)
    _asked(organisation, why, answers=[{"why": "Of another survey"}], title="Another")
    name = f"{first.survey_id}-why"
    assert _found(organisation, question=name) == {"One", "Three"}
    assert _found(organisation, question=name, round=second.pk) == {"Three"}
    assert _found(organisation, question=f"{first.survey_id}-more", q="two") == {"Two"}
    assert not CommentsForm(organisation, data={"question": f"{second.survey_id}-why"}).is_valid()


def test_by_theme_and_by_none(organisation: Organisation, as_member: Client) -> None:
    _written(organisation, "Slow", "Quick", "Neither")
    keys = dict(Comment.objects.values_list("text", "pk"))
    accept_themes(
        organisation=organisation,
        groups=[Accepted("Speed", None, [keys["Slow"], keys["Quick"]])],
        by=None,
    )
    theme = CommentTheme.objects.get()
    assert _found(organisation, theme=theme.pk) == {"Slow", "Quick"}
    assert _found(organisation, theme=theme.pk, q="slow") == {"Slow"}
    assert _found(organisation, theme="none") == {"Neither"}
    address = reverse("feedback:comments", args=[organisation.slug])
    page = as_member.get(address, {"theme": str(theme.pk), "q": "quick"})
    assert "1 comment" in page.content.decode()
    # The address brings the same view to whoever has it.
    assert f'value="{theme.pk}" selected' in page.content.decode()


CONFIDENTIAL: list[dict[str, object]] = [
    {"desk": 1 + number % 5, "why": f"Words {number}"} for number in range(12)
]


def test_a_confidential_comment_has_nothing_beside_it(organisation: Organisation) -> None:
    desk = factories.touchpoint(organisation, "The desk")
    rated = QuestionSpec("desk", "satisfaction-5", "The desk", touchpoint_id=desk.pk)
    why = QuestionSpec("why", "text", "Why?", touchpoint_id=desk.pk)
    closed = _asked(organisation, rated, why, answers=CONFIDENTIAL, confidential=True)
    assert set(Comment.objects.values_list("moment", flat=True)) == {""}
    # Tied to the same touchpoint anew, it learns nothing.
    tie_comment(comment=Comment.objects.order_by("pk")[0], touchpoint=desk)
    for moment in ("misery", "mediocrity", "magic"):
        assert _found(organisation, moment=moment) == set()
    # Everyone was asked for these words, so which question they answer tells nothing of anyone.
    assert len(_found(organisation, question=f"{closed.survey_id}-why")) == 12
    assert len(_found(organisation, touchpoint=desk.pk)) == 12


def test_no_filter_tells_what_a_confidential_writer_answered_before(
    organisation: Organisation, as_member: Client
) -> None:
    """Only the unhappy were asked what went wrong: neither that question, nor what is left without
    it, nor its touchpoint may find their words."""
    desk = factories.touchpoint(organisation, "The desk")
    closed = _asked(
        organisation,
        QuestionSpec("desk", "satisfaction-5", "The desk", touchpoint_id=desk.pk),
        QuestionSpec(
            "wrong",
            "text",
            "What went wrong?",
            touchpoint_id=desk.pk,
            condition=Condition("desk", "at-most", 2),
        ),
        QuestionSpec("more", "text", "Anything else?"),
        answers=[
            {"desk": 1 + n % 5, "more": f"Else {n}"}
            | ({"wrong": f"Wrong {n}"} if n % 5 < 2 else {})
            for n in range(15)
        ],
        confidential=True,
    )
    everything = _found(organisation, round=closed.pk)
    assert len(everything) == 21
    for key in ("wrong", "more"):
        assert _found(organisation, question=f"{closed.survey_id}-{key}") == set()
    assert _found(organisation, touchpoint=desk.pk) == set()
    for combined in ({"moment": "misery"}, {"question": f"{closed.survey_id}-wrong", "q": "wrong"}):
        assert _found(organisation, round=closed.pk, **combined) == set()
    address = reverse("feedback:comments", args=[organisation.slug])
    page = as_member.get(address, {"question": f"{closed.survey_id}-more"}).content.decode()
    assert "Comments of confidential rounds are left out here" in page


def test_page_after_page_and_back(organisation: Organisation, as_member: Client) -> None:
    first = _written(organisation, *[f"First {n}" for n in range(A_PAGE)])
    second = _written(organisation, *[f"Second {n}" for n in range(A_PAGE + 5)])
    found = readable(organisation)
    pages, after = [], ""
    while True:
        page = page_of(found, after=after)
        pages.append([comment.pk for comment in page.comments])
        assert page.total == 2 * A_PAGE + 5
        if not (after := page.after):
            break
    assert [len(page) for page in pages] == [A_PAGE, A_PAGE, 5]
    assert len({pk for page in pages for pk in page}) == 2 * A_PAGE + 5
    # The newest round first.
    rounds = [Comment.objects.get(pk=pk).round_id for page in pages for pk in page]
    assert rounds == [second.pk] * (A_PAGE + 5) + [first.pk] * A_PAGE
    back = page_of(found, before=page.before)
    assert [comment.pk for comment in back.comments] == pages[1]
    start = page_of(found, before=back.before)
    assert [comment.pk for comment in start.comments] == pages[0]
    assert (start.before, bool(start.after)) == ("", True)
    # What is said meanwhile does not shift the pages.
    _written(organisation, "Newer than all")
    again = page_of(found, after=page_of(found, before=back.before).after)
    assert [comment.pk for comment in again.comments] == pages[1]
    address = reverse("feedback:comments", args=[organisation.slug])
    for nonsense in ("after=1;drop", "before=9-x", "after=99999999999999999999-a"):
        assert as_member.get(f"{address}?{nonsense}").status_code == 200
    end = f"{first.pk}-{'f' * 8}-ffff-ffff-ffff-{'f' * 12}"
    last = as_member.get(f"{address}?round={first.pk}&after={end}")
    assert "No more comments follow" in last.content.decode()


def test_sorting_leads_back_to_the_view_one_came_from(
    organisation: Organisation, as_manager: Client
) -> None:
    _written(organisation, "Too slow at the desk")
    comment = Comment.objects.get()
    address = reverse("feedback:comment_sort", args=[organisation.slug, comment.pk])
    answer = as_manager.post(f"{address}?q=slow&theme=none", {"new_theme": " Waiting  long "})
    assert answer["Location"].endswith("/comments/?q=slow&theme=none")
    assert [theme.name for theme in comment.themes.all()] == ["Waiting long"]
    # The same name again is the same theme, however it is written.
    as_manager.post(address, {"new_theme": "WAITING LONG"})
    assert CommentTheme.objects.count() == 1
    as_manager.post(address, {"touchpoint": ""})
    assert not comment.themes.exists()
    theirs = CommentTheme.objects.create(organisation=factories.organisation(), name="Theirs")
    assert as_manager.post(address, {"themes": theirs.pk}).status_code == 422


def test_of_very_many_comments_it_is_said_that_there_are_more(
    organisation: Organisation, as_member: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page is the same whether all places are put in order or the comments are walked through."""
    for _ in range(2):
        closed = _written(organisation, *(f"Lift {n}" for n in range(30)))
    wanted = Sift(words="lift")
    found = sift(organisation, wanted)

    def read() -> list[list[UUID]]:
        """Forwards to the end, and back to the beginning."""
        page = page_of(found)
        pages = [page]
        while page.after:
            page = page_of(found, after=page.after)
            pages.append(page)
        while page.before:
            page = page_of(found, before=page.before)
            pages.append(page)
        return [[one.pk for one in page.comments] for page in pages]

    in_order = read()
    assert [len(page) for page in in_order] == [25, 25, 10, 25, 25]
    assert in_order[:2] == in_order[:2:-1]
    assert page_of(found).total == 60
    monkeypatch.setattr(sifting, "MOST_COUNTED", 50)
    assert page_of(found).total is None
    assert read() == in_order
    address = reverse("feedback:comments", args=[organisation.slug])
    assert "More than 50 comments" in as_member.get(f"{address}?q=lift").text
    assert page_of(found.filter(round=closed)).total == 30


def test_a_quarter_without_rounds_has_no_comments(organisation: Organisation) -> None:
    assert page_of(sift(organisation, Sift()).filter(round__in=[])).total == 0
