"""Themes of comments: suggested by the worker, accepted by a person, and through the rounds."""

from collections.abc import Sequence

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from feedback.models import Comment, CommentTheme, Invitation, Round
from feedback.queries.themes import rounds_to_theme, theme_courses
from feedback.services import (
    Accepted,
    FeedbackError,
    accept_themes,
    close_round,
    edit_theme,
    merge_theme,
    open_round,
)
from feedback.services.question_specs import QuestionSpec
from missions.models import ThemeSuggestion
from missions.queries.suggestions import loose_comments
from missions.services import MissionsError, theme_suggestions
from missions.services.theme_suggestions import suggest_comment_themes
from programme.models import Organisation
from tests import factories
from tests.conftest import wait_until
from tests.test_mission_suggestions import BREAD, NAMES
from tests.test_theme_languages import POLISH

pytestmark = pytest.mark.django_db

THEMES_QUERIES, SUGGESTED_QUERIES = 7, 8


def written(
    of: Organisation, texts: Sequence[str], *, period: str = "2026Q3", confidential: bool = False
) -> Round:
    """A closed round in which these words came back."""
    survey = factories.survey(of, QuestionSpec("why", "text", "Why?"))
    make = factories.staff if confidential else factories.customer
    people = [make(of) for _ in texts]
    sent = factories.draft_round(
        of,
        survey=survey,
        audience="internal" if confidential else "external",
        confidential=confidential,
        period=factories.period(of, period),
        selection={"people": [person.pk for person in people]},
    )
    open_round(round=sent)
    for person, text in zip(people, texts, strict=True):
        factories.submitted(Invitation.objects.get(round=sent, person=person), why=text)
    return close_round(round=sent)


def many(of: Organisation, count: int) -> Round:
    closed = written(of, ["Warm bread"])
    question = closed.survey.questions.get()
    Comment.objects.bulk_create(
        Comment(
            organisation=of,
            round=closed,
            question=question,
            text=f"{(BREAD + NAMES)[n % 8]}, round {n}",
            released_at=closed.closed_at,
        )
        for n in range(count)
    )
    return closed


def url(closed: Round, name: str = "suggested") -> str:
    return reverse(f"comment_themes:{name}", args=[closed.organisation.slug, closed.pk])


def page(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


# Suggesting and accepting


def test_a_few_are_grouped_at_once_and_nothing_changes(
    organisation: Organisation, as_manager: Client
) -> None:
    closed = written(organisation, BREAD + NAMES)
    assert "Nothing has been suggested yet" in page(as_manager, url(closed))
    assert as_manager.post(url(closed, "suggest"))["Location"] == url(closed)
    found = ThemeSuggestion.objects.get(round=closed)
    texts = {str(one.pk): one.text for one in Comment.objects.all()}
    groups = [{texts[key] for key in one["contributions"]} for one in found.groups["5"]]
    assert any(len(group & set(BREAD)) >= 3 and not group & set(NAMES) for group in groups)
    for step in (*theme_suggestions.STEPS, "nonsense"):
        shown = page(as_manager, f"{url(closed)}?step={step}")
        assert "Accept these themes" in shown or not found.groups[step]
    assert not CommentTheme.objects.exists()


def test_a_person_names_merges_and_leaves_what_was_suggested(
    organisation: Organisation, as_manager: Client, as_member: Client
) -> None:
    desk = factories.touchpoint(organisation, "The desk")
    closed = written(organisation, BREAD + NAMES)
    suggestion = suggest_comment_themes(round=closed)
    step, groups = next((s, g) for s, g in suggestion.groups.items() if len(g) >= 2)
    given = {f"name-{place}": "" for place in range(len(groups))}
    given |= {"name-0": "Warm  bread", "name-1": "WARM BREAD", "touchpoint-1": str(desk.pk)}
    use = url(closed, "accept")
    assert as_member.post(use, {"step": step, **given}).status_code == 403
    too_long = as_manager.post(use, {"step": step, **given, "name-0": "x" * 81})
    assert too_long.status_code == 422
    assert "WARM BREAD" in too_long.content.decode()  # nothing typed is lost
    assert as_manager.post(use, {"step": step, **given}).status_code == 302
    theme = CommentTheme.objects.get()
    expected = {key for group in groups[:2] for key in group["contributions"]}
    assert {str(pk) for pk in theme.comments.values_list("pk", flat=True)} == expected
    assert (theme.name, theme.touchpoint) == ("Warm bread", desk)
    # Those of the second group are about the desk by it, as nobody had said what they are about.
    about = set(Comment.objects.filter(touchpoint=desk).values_list("pk", flat=True))
    assert {str(pk) for pk in about} >= set(groups[1]["contributions"])
    # A second look is at what is left.
    again = as_manager.post(use, {"step": step, **given})
    assert again.status_code == 302
    assert set(loose_comments(closed)) == set(Comment.objects.filter(themes=None))


def test_what_cannot_be_suggested_is_said(organisation: Organisation, as_manager: Client) -> None:
    one = written(organisation, ["Warm bread"])
    with pytest.raises(MissionsError, match="nothing to group"):
        suggest_comment_themes(round=one)
    polish = written(organisation, POLISH)
    answer = as_manager.post(url(polish, "suggest"), follow=True)
    assert "read English, German, French, Spanish and Arabic" in answer.content.decode()
    theirs = written(factories.organisation(), BREAD)
    address = reverse("comment_themes:suggested", args=[organisation.slug, theirs.pk])
    assert as_manager.get(address).status_code == 404


def test_held_comments_and_other_rounds_are_not_compared(organisation: Organisation) -> None:
    closed = written(organisation, BREAD)
    written(organisation, NAMES)
    held = Comment.objects.filter(round=closed)[0]
    Comment.objects.filter(pk=held.pk).update(released_at=None, review="held")
    assert held not in loose_comments(closed)
    assert loose_comments(closed).count() == 3
    # Nor does one become part of a theme by being named.
    accept_themes(
        organisation=organisation,
        groups=[
            Accepted("Bread", None, [held.pk, *loose_comments(closed).values_list("pk", flat=True)])
        ],
        by=None,
    )
    assert CommentTheme.objects.get().comments.count() == 3


@pytest.mark.django_db(transaction=True)
def test_thousands_go_to_the_worker_with_progress(
    organisation: Organisation, as_manager: Client, celery_worker: None
) -> None:
    closed = many(organisation, 2_000)
    as_manager.post(url(closed, "suggest"))
    wait_until(lambda: ThemeSuggestion.objects.get(round=closed).state == "ready", 120)
    assert "Accept these themes" in page(as_manager, url(closed))


def test_the_page_says_how_far_it_is(organisation: Organisation, as_manager: Client) -> None:
    closed = many(organisation, 400)
    suggest_comment_themes(round=closed)
    shown = page(as_manager, url(closed))
    assert "Comparing the comments" in shown
    part = as_manager.get(url(closed), headers={"HX-Request": "true"})
    assert b"<html" not in part.content
    assert "HX-Refresh" not in part.headers
    theme_suggestions.find_themes(suggestion_id=ThemeSuggestion.objects.get().pk)
    done = as_manager.get(url(closed), headers={"HX-Request": "true"})
    assert done.headers["HX-Refresh"] == "true"


@pytest.mark.parametrize("count", [1, 3])
def test_as_many_queries_for_three_as_for_one(
    organisation: Organisation,
    as_manager: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    rounds = [written(organisation, BREAD + NAMES * count) for _ in range(count)]
    for number, closed in enumerate(rounds):
        accept_themes(
            organisation=organisation,
            groups=[Accepted(f"Theme {number}", None, [loose_comments(closed)[0].pk])],
            by=None,
        )
    suggest_comment_themes(round=rounds[0])
    with django_assert_num_queries(SUGGESTED_QUERIES):
        as_manager.get(url(rounds[0]))
    address = reverse("feedback:themes", args=[organisation.slug])
    with django_assert_num_queries(THEMES_QUERIES):
        assert as_manager.get(address).status_code == 200


# Themes by hand, and through the rounds


def themed(of: Organisation, closed: Round, name: str, count: int) -> CommentTheme:
    keys = list(Comment.objects.filter(round=closed).order_by("pk").values_list("pk", flat=True))
    accept_themes(organisation=of, groups=[Accepted(name, None, keys[:count])], by=None)
    return CommentTheme.objects.get(name=name)


def test_a_share_of_each_round_with_its_interval_and_what_changed(
    organisation: Organisation, as_member: Client
) -> None:
    before = written(organisation, ["Words"] * 40, period="2026Q2")
    after = written(organisation, ["Words"] * 40, period="2026Q3")
    few = written(organisation, ["Words"] * 4, period="2026Q1")
    untouched = written(organisation, ["Words"] * 9, period="2026Q3")
    themed(organisation, before, "Slow", 4)
    themed(organisation, after, "Slow", 24)
    themed(organisation, few, "Slow", 4)
    themed(organisation, after, "Dear", 3)
    slow, dear = theme_courses(organisation, rounds_to_theme(organisation), "external")
    assert (slow.theme.name, slow.n, dear.theme.name) == ("Slow", 32, "Dear")
    told = {point.round: point.told for point in slow.points}
    assert untouched not in told  # nobody has themed it, which is not to say that nobody said so
    assert told[few] is None
    first, second = told[before], told[after]
    assert first is not None
    assert second is not None
    assert (first.words, second.words) == ("10%", "60%")
    assert (second.interval, second.n) == ("45% to 74%", 40)
    assert slow.latest is not None
    assert dear.latest is not None
    assert slow.latest.change.startswith("up 4")
    assert dear.latest.change == "no detectable change"
    shown = page(as_member, reverse("feedback:themes", args=[organisation.slug]))
    for words in ("60%", "n = 40", "too few comments", "Up 48 points"):
        assert words in shown
    assert "Suggest themes" not in shown  # a member reads


def test_a_confidential_round_shows_no_share_of_few(organisation: Organisation) -> None:
    closed = written(organisation, [f"Words {n}" for n in range(12)], confidential=True)
    themed(organisation, closed, "Slow", 6)
    (slow,) = theme_courses(organisation, rounds_to_theme(organisation), "internal")
    assert slow.points[0].told is not None
    Round.objects.filter(pk=closed.pk).update(comments_from=13)
    (slow,) = theme_courses(organisation, rounds_to_theme(organisation), "internal")
    assert slow.points[0].told is None


def test_renaming_merging_and_letting_go(organisation: Organisation, as_manager: Client) -> None:
    desk = factories.touchpoint(organisation, "The desk")
    closed = written(organisation, ["Words"] * 6)
    slow = themed(organisation, closed, "Slow", 2)
    late = themed(organisation, closed, "Late", 4)
    edit = reverse("feedback:theme_edit", args=[organisation.slug, slow.pk])
    same = as_manager.post(edit, {"name": "LATE"})
    assert same.status_code == 422
    assert "Another theme has this name" in same.content.decode()
    assert as_manager.post(edit, {"name": "Too slow", "touchpoint": desk.pk}).status_code == 302
    slow.refresh_from_db()
    assert (slow.name, slow.touchpoint) == ("Too slow", desk)
    assert Comment.objects.filter(touchpoint=desk).count() == 2
    merge = reverse("feedback:theme_merge", args=[organisation.slug, late.pk])
    assert as_manager.post(merge, {"into": late.pk}).status_code == 422
    assert as_manager.post(merge, {"into": slow.pk}).status_code == 302
    assert [one.name for one in CommentTheme.objects.all()] == ["Too slow"]
    assert slow.comments.count() == 4
    gone = reverse("feedback:theme_delete", args=[organisation.slug, slow.pk])
    assert as_manager.post(gone).status_code == 302
    assert not CommentTheme.objects.exists()
    assert Comment.objects.count() == 6


def test_themes_of_other_organisations_are_out_of_reach(
    organisation: Organisation, as_manager: Client, as_member: Client
) -> None:
    ours = themed(organisation, written(organisation, ["Words"]), "Ours", 1)
    other = factories.organisation()
    theirs = themed(other, written(other, ["Words"]), "Theirs", 1)
    for name in ("theme_edit", "theme_merge", "theme_delete"):
        address = reverse(f"feedback:{name}", args=[organisation.slug, theirs.pk])
        assert as_manager.post(address, {"into": ours.pk}).status_code == 404
    merge = reverse("feedback:theme_merge", args=[organisation.slug, ours.pk])
    assert as_manager.post(merge, {"into": theirs.pk}).status_code == 422
    with pytest.raises(FeedbackError):
        merge_theme(theme=ours, into=theirs)
    with pytest.raises(FeedbackError):
        edit_theme(theme=ours, name="  ", touchpoint=None)
    # Their comments join no theme of ours, whoever names them.
    keys = list(Comment.objects.filter(organisation=other).values_list("pk", flat=True))
    accept_themes(organisation=organisation, groups=[Accepted("Ours", None, keys)], by=None)
    assert ours.comments.count() == 1
    edit = reverse("feedback:theme_edit", args=[organisation.slug, ours.pk])
    assert as_member.get(edit).status_code == 403
    assert "Theirs" not in page(as_member, reverse("feedback:themes", args=[organisation.slug]))


def test_nothing_written_yet(organisation: Organisation, as_manager: Client) -> None:
    shown = page(as_manager, reverse("feedback:themes", args=[organisation.slug]))
    assert "Nobody has written anything yet" in shown
