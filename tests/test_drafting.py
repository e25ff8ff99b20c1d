"""Drafting: what is typed is never lost, and clauses keep the words they came from."""

import csv
import io
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from missions import drafting, services
from missions.coverage import TakenUp, coverage
from missions.models import ClauseLink, Contribution, Draft, Mission, Theme, WorkingText
from missions.services import MissionsError
from missions.services.working_text import LONGEST_KEPT
from programme.models import Membership, Role
from tests import factories
from tests.missions import MARKUP, NEXT_YEAR, begin, html, said, say, url
from tests.test_mission_suggestions import BREAD, NAMES

BREADS = "We bake warm bread every morning"
PHONE = "and we answer the phone"
TEXT = f"{BREADS}, {PHONE}."


@pytest.fixture
def mission(leader: Membership) -> Mission:
    return begin(leader, felt="Proud of the vans we drive")


@pytest.fixture
def bread(mission: Mission) -> Theme:
    words = say(mission, *BREAD)
    return services.create_theme(mission=mission, name="Bread", contributions=words)


@pytest.fixture
def by_name(mission: Mission) -> Theme:
    words = say(mission, *NAMES)
    return services.create_theme(mission=mission, name="By name", contributions=words)


def save(mission: Mission, text: str, **given: Any) -> Draft:
    latest = mission.drafts.first()
    version = latest.version if latest else 0
    assert mission.started_by is not None
    draft, _ = services.save_draft(
        mission=mission,
        text=text,
        based_on_version=version,
        author=mission.started_by,
        **given,
    )
    return draft


def answer(theme: Theme, clause: str, text: str, taken_up: bool | None) -> None:
    by = theme.mission.started_by
    assert by is not None
    services.answer_theme(theme=theme, clause=clause, text=text, taken_up=taken_up, by=by)


def marks(mission: Mission, text: str) -> dict[str, TakenUp]:
    seen = coverage(mission, text)
    assert seen is not None
    return {one.name: one for one in seen.themes}


def working(mission: Mission) -> WorkingText:
    found = drafting.working_text(mission)
    assert found is not None
    return found


# Clauses and the words they came from


def test_yes_outweighs_the_guess_and_says_whose_it_is(
    mission: Mission, by_name: Theme, leader: Membership
) -> None:
    assert marks(mission, TEXT)["By name"].level == "missing"
    answer(by_name, PHONE, TEXT, taken_up=True)
    seen = marks(mission, TEXT)["By name"]
    assert seen.level == "covered"
    assert seen.confirmed is not None
    assert (seen.confirmed.clause, seen.confirmed.by) == (PHONE, str(leader.user))
    found = coverage(mission, TEXT)
    assert found is not None
    assert not found.unsaid
    answer(by_name, PHONE, TEXT, taken_up=None)
    assert marks(mission, TEXT)["By name"].level == "missing"


def test_no_outweighs_the_guess_until_another_clause_takes_it_up(
    mission: Mission, bread: Theme
) -> None:
    assert marks(mission, TEXT)["Bread"].level == "covered"
    answer(bread, BREADS, TEXT, taken_up=False)
    seen = marks(mission, TEXT)["Bread"]
    assert seen.level == "missing"
    assert [one.clause for one in seen.rejected] == [BREADS]
    other = f"{TEXT} Warm bread is ready when the door opens in the morning."
    assert marks(mission, other)["Bread"].level == "covered"


def test_a_link_by_hand_is_no_answer_for_the_whole_theme(
    mission: Mission, by_name: Theme, leader: Membership
) -> None:
    first = by_name.contributions.all()[0]
    services.answer_words(contribution=first, clause=PHONE, text=TEXT, taken_up=True, by=leader)
    seen = marks(mission, TEXT)["By name"]
    assert (seen.level, seen.linked, seen.confirmed) == ("partly", 1, None)


def test_links_follow_a_clause_through_versions_and_back(mission: Mission, bread: Theme) -> None:
    save(mission, TEXT)
    answer(bread, BREADS, TEXT, taken_up=True)
    reworded = "We bake good warm bread every single morning"
    for text in (f"{reworded}.", "Something else entirely.", TEXT):
        save(mission, text)
        lines = drafting.lines(mission, text)
        assert len(lines[0].taken_up) == (0 if "else" in text else 4)
    # Reworded, and reworded again, far from where it began.
    save(mission, "We bake good warm loaves every single morning.")
    far = "They bake good warm loaves every single day."
    save(mission, far)
    assert len(drafting.lines(mission, far)[0].taken_up) == 4
    assert ClauseLink.objects.count() == 4
    save(mission, "They never bake good warm loaves every single day.")
    assert not drafting.lines(mission, mission.drafts.all()[0].text)[0].links


def test_words_that_go_take_their_links_along(mission: Mission, bread: Theme) -> None:
    answer(bread, BREADS, TEXT, taken_up=True)
    bread.contributions.all()[0].delete()
    assert len(drafting.lines(mission, TEXT)[0].taken_up) == 3
    bread.contributions.filter(text=BREAD[1]).update(is_hidden=True)
    assert len(drafting.lines(mission, TEXT)[0].taken_up) == 2
    # The board may be sorted anew: the words keep what was said of them.
    services.delete_theme(theme=bread)
    assert len(drafting.lines(mission, TEXT)[0].taken_up) == 2


def test_an_adopted_statement_keeps_its_links_for_good(
    mission: Mission, bread: Theme, leader: Membership
) -> None:
    draft = save(mission, TEXT)
    answer(bread, BREADS, TEXT, taken_up=True)
    bread.contributions.filter(text=BREAD[0]).update(quotable=True)
    adopted = services.adopt(mission=mission, draft=draft, review_on=NEXT_YEAR)
    first, second = drafting.sources(adopted)
    assert (first.clause, first.counts.customer) == (BREADS, 4)
    assert [name for name, _ in first.themes] == ["Bread"]
    assert [one.text for one in first.quotes] == [BREAD[0]]
    assert second.counts.total == 0
    with pytest.raises(MissionsError, match="has been adopted"):
        answer(bread, BREADS, TEXT, taken_up=None)
    shown = html(Client().get(reverse("public_mission", args=[leader.organisation.slug])))
    assert "Clause by clause" in shown
    assert BREAD[0] in shown
    assert BREAD[1] not in shown


def test_a_clause_that_is_not_in_the_text_is_refused(mission: Mission, bread: Theme) -> None:
    with pytest.raises(MissionsError, match="no longer in the text"):
        answer(bread, "Something else", TEXT, taken_up=True)


def test_one_click_answers_without_the_script_and_keeps_what_is_typed(
    mission: Mission, bread: Theme, as_leader: Client, leader: Membership
) -> None:
    form = {"text": TEXT, "based_on_version": 0, "revision": 0}
    address = url(mission, "draft_answer")
    given = {**form, "answer": f"yes:{bread.pk}:{BREADS}"}
    assert as_leader.post(address, given)["Location"] == url(mission, "draft")
    shown = html(as_leader.get(url(mission, "draft")))
    assert f"Confirmed by {leader.user}" in shown
    assert TEXT in shown
    assert not mission.drafts.exists()
    part = as_leader.post(
        address, {**given, "answer": f"clear:{bread.pk}:{BREADS}"}, headers={"HX-Request": "true"}
    )
    assert "<html" not in html(part)
    assert "Confirmed by" not in html(part)
    for nonsense in ("", "perhaps:1:x", "yes:x:y", f"yes:²:{BREADS}", f"yes:99999:{BREADS}"):
        assert as_leader.post(address, {**form, "answer": nonsense}).status_code == 404
    gone = {**form, "answer": f"yes:{bread.pk}:Something else"}
    assert "no longer in the text" in said(as_leader.post(address, gone))[0]


def test_words_are_linked_one_by_one(
    mission: Mission, bread: Theme, as_leader: Client, as_auditor: Client
) -> None:
    save(mission, TEXT)
    words = bread.contributions.all()[0]
    data = {"contribution": words.pk, "clause": PHONE, "answer": "yes", "back": "clause=2"}
    done = as_leader.post(url(mission, "draft_link"), data)
    assert done["Location"] == url(mission, "draft_links") + "?clause=2"
    page = as_leader.get(done["Location"])
    assert page.context["linked"] == {words.pk}
    read = html(as_auditor.get(done["Location"]))
    assert words.text in read
    assert "Take the link away" not in read
    as_leader.post(url(mission, "draft_link"), {**data, "answer": "clear"})
    assert not ClauseLink.objects.exists()
    for bad in ({"answer": "?"}, {"contribution": 99999}, {"clause": "Not there"}, {"clause": ""}):
        refused = as_leader.post(url(mission, "draft_link"), {**data, **bad})
        assert refused.status_code == 302
        assert said(refused)
    assert not ClauseLink.objects.exists()


@pytest.mark.parametrize(
    "name",
    ["draft_keep", "draft_answer", "draft_link", "draft_go_back", "draft_restore"],
)
def test_only_leaders_write(
    mission: Mission, as_manager: Client, as_member: Client, stranger_client: Client, name: str
) -> None:
    where = {"version": 1} if name == "draft_restore" else {}
    assert as_manager.post(url(mission, name, **where)).status_code == 403
    assert as_member.post(url(mission, name, **where)).status_code == 403
    assert stranger_client.post(url(mission, name, **where)).status_code == 404


def test_others_do_not_see_what_is_not_saved(
    mission: Mission, leader: Membership, as_auditor: Client
) -> None:
    save(mission, TEXT)
    keep(mission, "Half a thought", leader, version=1, revision=0)
    for name in ("draft", "draft_links"):
        assert "Half a thought" not in html(as_auditor.get(url(mission, name)))


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_links_and_the_hints(
    mission: Mission,
    bread: Theme,
    as_leader: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    text = ". ".join(f"Clause number {n} is here" for n in range(count))
    save(mission, text)
    for n in range(count):
        answer(bread, f"Clause number {n} is here", text, taken_up=True)
    as_leader.get(url(mission, "draft"))
    with django_assert_num_queries(15):
        as_leader.get(url(mission, "draft_links"))
    with django_assert_num_queries(6):
        as_leader.post(url(mission, "draft_hints"), {"text": text})


# What is typed


def keep(
    mission: Mission,
    text: str,
    by: Membership,
    *,
    version: int = 0,
    revision: int = 0,
    aside: int | None = None,
) -> services.Kept:
    return services.keep_text(
        mission=mission,
        text=text,
        based_on_version=version,
        revision=revision,
        by=by,
        aside=aside,
    )


def test_two_who_write_at_once_lose_nothing(mission: Mission, leader: Membership) -> None:
    other = factories.member(mission.organisation, Role.LEADER)
    mine = keep(mission, "Mine", leader)
    assert mine.other is None
    theirs = keep(mission, "Theirs", other)
    assert theirs.other is not None
    assert (working(mission).text, theirs.row.text, theirs.row.is_aside) == ("Mine", "Theirs", True)
    # Each goes on in their own place.
    more = keep(mission, "Theirs, longer", other, aside=theirs.row.pk)
    assert more.row.pk == theirs.row.pk
    assert keep(mission, "Mine, longer", leader, revision=mine.row.revision).other is None
    assert working(mission).text == "Mine, longer"
    services.bring_back(row=more.row, by=other)
    assert working(mission).text == "Theirs, longer"
    assert [one.text for one in drafting.kept_aside(mission)] == ["Mine, longer"]


def test_a_tab_left_open_over_a_saved_version_does_not_overwrite(
    mission: Mission, leader: Membership
) -> None:
    kept = keep(mission, "One", leader)
    save(mission, "One, finished", revision=kept.row.revision)
    assert working(mission).text == "One, finished"
    late = keep(mission, "One, by the other tab", leader, revision=kept.row.revision)
    assert late.row.is_aside
    assert working(mission).text == "One, finished"
    # Nor where nothing had been kept before the version was saved.
    services.throw_away(row=late.row)
    assert not drafting.kept_aside(mission).exists()


def test_what_is_being_written_outlasts_a_version_saved_elsewhere(
    mission: Mission, leader: Membership
) -> None:
    save(mission, "First")
    keep(mission, "Half a thought", leader, version=1)
    save(mission, "Second")
    assert (working(mission).text, working(mission).based_on_version) == ("Half a thought", 1)


def test_going_back_keeps_what_was_left(mission: Mission, as_leader: Client) -> None:
    save(mission, TEXT)
    form = {"text": "Half a thought", "based_on_version": 1, "revision": 0}
    assert as_leader.post(url(mission, "draft_keep"), form).status_code == 200
    shown = html(as_leader.get(url(mission, "draft")))
    assert "Half a thought</textarea>" in shown
    assert "Go back to version 1" in shown
    assert "Back at version 1" in said(as_leader.post(url(mission, "draft_go_back")))[0]
    shown = html(as_leader.get(url(mission, "draft")))
    assert f"{TEXT}</textarea>" in shown
    (aside,) = drafting.kept_aside(mission)
    as_leader.post(url(mission, "draft_bring_back", aside=aside.pk))
    assert working(mission).text == "Half a thought"
    assert as_leader.post(url(mission, "draft_bring_back", aside=aside.pk)).status_code == 404
    as_leader.post(url(mission, "draft_go_back"))
    (aside,) = drafting.kept_aside(mission)
    as_leader.post(url(mission, "draft_throw_away", aside=aside.pk))
    assert not drafting.kept_aside(mission).exists()


def test_keeping_says_when_another_came_between(mission: Mission, as_leader: Client) -> None:
    other = factories.member(mission.organisation, Role.LEADER)
    keep(mission, "Theirs", other)
    form = {"text": "Mine", "based_on_version": 0, "revision": 0}
    refused = as_leader.post(url(mission, "draft_keep"), form)
    assert refused.status_code == 409
    told = refused.json()
    assert str(other.user) in told["said"]
    assert WorkingText.objects.get(pk=told["aside"]).text == "Mine"
    # Saved as a version, it is no longer aside, and theirs is still there.
    saved = as_leader.post(url(mission, "draft_save"), {**form, "aside": told["aside"]})
    assert saved.status_code == 302
    assert not drafting.kept_aside(mission).exists()
    assert working(mission).text == "Theirs"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", 200),
        ("z" * 10_000, 200),
        ("z" * (LONGEST_KEPT + 1), 422),
        ("with a \x00", 200),
        (MARKUP, 200),
    ],
)
def test_texts_of_any_kind_are_kept_while_typed(
    mission: Mission, as_leader: Client, text: str, status: int
) -> None:
    form = {"text": text, "based_on_version": 0, "revision": 0}
    assert as_leader.post(url(mission, "draft_keep"), form).status_code == status
    if status == 200:
        assert working(mission).text == text.replace("\x00", "")
        assert "<script>alert" not in html(as_leader.get(url(mission, "draft")))
    bad = {**form, "based_on_version": "x"}
    assert as_leader.post(url(mission, "draft_keep"), bad).status_code == 422


def test_what_is_too_long_is_said_and_kept(mission: Mission, as_leader: Client) -> None:
    long = "word " * 2000
    part = html(as_leader.post(url(mission, "draft_hints"), {"text": long}))
    assert "9999 characters, and 2000 fit" in part
    shown = html(as_leader.get(url(mission, "draft")))
    assert "maxlength" not in shown


def test_a_paste_out_of_word_is_saved_plain(mission: Mission, as_leader: Client) -> None:
    pasted = "•\tWe “care”\xa0for\u00ad you\x0bevery day"
    as_leader.post(url(mission, "draft_save"), {"text": pasted, "based_on_version": 0})
    assert mission.drafts.get().text == "We “care” for you\nevery day"


def test_an_older_version_is_restored_as_a_new_one(mission: Mission, as_leader: Client) -> None:
    save(mission, "First")
    save(mission, "Second")
    as_leader.post(url(mission, "draft_restore", version=1))
    assert [one.text for one in mission.drafts.all()] == ["First", "Second", "First"]
    again = as_leader.post(url(mission, "draft_restore", version=3))
    assert "says the same already" in said(again)[-1]
    assert "no such version" in said(as_leader.post(url(mission, "draft_restore", version=9)))[-1]
    assert mission.drafts.count() == 3


def test_versions_go_out_with_what_they_came_from(
    mission: Mission, bread: Theme, as_leader: Client, as_member: Client
) -> None:
    save(mission, "=1+1 is what we are.")
    save(mission, TEXT)
    words = Contribution.objects.get(text=BREAD[0])
    words.text = "=HYPERLINK(1)"
    words.save()
    answer(bread, BREADS, TEXT, taken_up=True)
    answered = as_leader.get(url(mission, "draft_table", kind="csv"))
    rows = list(csv.reader(io.StringIO(answered.content.decode("utf-8-sig"))))
    assert len(rows) == 1 + 1 + 4 + 1
    assert rows[1][3] == "'=1+1 is what we are."
    assert {row[5] for row in rows[2:6]} == {BREADS}
    assert {row[9] for row in rows[2:6]} == {"'=HYPERLINK(1)", *BREAD[1:]}
    assert {row[8] for row in rows[2:6]} == {"Bread"}
    book = openpyxl.load_workbook(
        io.BytesIO(as_leader.get(url(mission, "draft_table", kind="xlsx")).content)
    )
    assert book.worksheets[0].max_row == 7
    # Whoever has not given words yet reads none.
    refused = as_member.get(url(mission, "draft_table", kind="csv"))
    assert refused["Location"] == url(mission, "words")
