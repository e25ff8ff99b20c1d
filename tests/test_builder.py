"""The survey builder in use: who may, every action of its page, and moving questions by hand."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from feedback.kinds import Condition
from feedback.models import Survey
from feedback.services import QuestionSpec, translate_survey
from programme.models import Membership, Organisation, Role
from tests import factories
from tests.test_theme_board_browser import signed_in
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db

FRUIT = (("apple", "Apples"), ("pear", "Pears"))
ASKED = (
    QuestionSpec("settled", "yes-no", "Is it settled?", required=True),
    QuestionSpec("liked", "several", "Which did you like?", options=FRUIT, hint="All of them"),
    QuestionSpec("open", "text", "What is open?", condition=Condition("settled", "is", "no")),
    QuestionSpec("score", "recommend-10", "Recommend us?"),
)
PAGES = ("survey_edit", "survey_translate", "survey_frames", "survey_preview")


@pytest.fixture
def survey(organisation: Organisation) -> Survey:
    return factories.survey(organisation, *ASKED)


def _address(survey: Survey, name: str = "survey_edit") -> str:
    return reverse(f"feedback:{name}", args=[survey.organisation.slug, survey.pk])


def _keys(survey: Survey) -> list[str]:
    return [question.key for question in survey.questions.all()]


def _act(client: Client, survey: Survey, action: str, key: str = "", **fields: object) -> str:
    """Press a button of the page; the page that it leads to."""
    answer = client.post(_address(survey), {"action": action, "key": key, **fields}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


# Who may


@pytest.mark.parametrize("role", list(Role))
def test_managers_and_leaders_build_and_the_others_only_look(
    survey: Survey, role: Role, as_user: Callable[[User], Client]
) -> None:
    client = as_user(factories.member(survey.organisation, role).user)
    builds = role in {Role.LEADER, Role.MANAGER}
    for name in PAGES:
        looks = builds or name in {"survey_frames", "survey_preview"}
        assert client.get(_address(survey, name)).status_code == (200 if looks else 403), name
    sent = client.post(_address(survey), {"action": "remove", "key": "liked"})
    assert sent.status_code == (302 if builds else 403)
    assert ("liked" in _keys(survey)) is not builds


def test_another_organisations_survey_is_not_there(
    as_manager: Client, organisation: Organisation
) -> None:
    foreign = factories.survey(factories.organisation())
    for name in PAGES:
        address = reverse(f"feedback:{name}", args=[organisation.slug, foreign.pk])
        assert as_manager.get(address).status_code == 404
    for name in ("survey_edit", "survey_translate"):
        address = reverse(f"feedback:{name}", args=[organisation.slug, foreign.pk])
        sent = {"action": "remove", "key": "comment", "survey~title": "Ours"}
        assert as_manager.post(address, sent).status_code == 404
    assert _keys(foreign) == ["recommend", "comment"]


# Each action


def test_a_copy_stands_beside_its_original(survey: Survey, as_manager: Client) -> None:
    _act(as_manager, survey, "duplicate", "liked")
    assert _keys(survey) == ["settled", "liked", "which-did-you-like", "open", "score"]
    copy = survey.questions.get(key="which-did-you-like")
    assert (copy.kind, copy.hint) == ("several", "All of them")
    assert [option["text"] for option in copy.options] == ["Apples", "Pears"]


def test_what_is_removed_can_be_brought_back(survey: Survey, as_manager: Client) -> None:
    translate_survey(
        survey=survey, language="de", words={}, questions={"open": {"text": "Was ist offen?"}}
    )
    before = survey.questions.values().get(key="open")
    page = _act(as_manager, survey, "remove", "open")
    assert "“What is open?” is removed." in page
    assert _keys(survey) == ["settled", "liked", "score"]
    page = _act(as_manager, survey, "undo", "open")
    assert "is removed" not in page
    assert _keys(survey) == ["settled", "liked", "open", "score"]
    assert survey.questions.values().get(key="open") == {
        **before,
        "id": survey.questions.get(key="open").pk,
    }
    assert "There is no question here to bring back." in _act(as_manager, survey, "undo", "open")


def test_what_cannot_come_back_yet_is_not_lost(survey: Survey, as_manager: Client) -> None:
    _act(as_manager, survey, "remove", "open")
    key = survey.questions.get(key="settled")
    key.delete()
    page = _act(as_manager, survey, "undo")
    assert "has to come before it. Nothing was changed." in page
    assert "“What is open?” is removed." in page


def test_what_others_depend_on_stays(survey: Survey, as_manager: Client) -> None:
    page = _act(as_manager, survey, "remove", "settled")
    assert "“What is open?” is shown depending on another question" in page
    assert _keys(survey) == ["settled", "liked", "open", "score"]
    assert "has to come before it" in _act(
        as_manager, survey, "order", order=["open", "settled", "liked", "score"]
    )
    assert _keys(survey) == ["settled", "liked", "open", "score"]


def test_questions_are_moved_by_buttons_and_as_a_whole(survey: Survey, as_manager: Client) -> None:
    _act(as_manager, survey, "down", "liked")
    assert _keys(survey) == ["settled", "open", "liked", "score"]
    _act(as_manager, survey, "up", "liked")
    _act(as_manager, survey, "up", "settled")
    assert _keys(survey) == ["settled", "liked", "open", "score"]
    _act(as_manager, survey, "order", "score", order=["score", "settled", "liked", "open"])
    assert _keys(survey) == ["score", "settled", "liked", "open"]
    # A page that does not know of every question moves none.
    page = _act(as_manager, survey, "order", order=["open", "score"])
    assert "were changed elsewhere since this page was opened" in page
    assert _keys(survey) == ["score", "settled", "liked", "open"]


def test_pages_are_broken_and_joined_and_their_numbers_shown(
    survey: Survey, as_manager: Client
) -> None:
    shown = as_manager.get(_address(survey)).content.decode()
    assert "Page 2" in shown  # what depends on an answer begins a page by itself
    assert "Page 3" not in shown
    assert "Page 3" in _act(as_manager, survey, "break", "score")
    assert survey.questions.get(key="score").starts_page
    assert "Page 3" not in _act(as_manager, survey, "join", "score")
    assert not survey.questions.get(key="score").starts_page


def test_a_question_is_shown_only_after_an_answer(survey: Survey, as_manager: Client) -> None:
    sent = {
        "question-kind": "text",
        "question-text": "Why so few?",
        "question-show_when": "score=6",
        "question-show_test": "at-most",
    }
    page = _act(as_manager, survey, "question", **sent)
    made = survey.questions.get(key="why-so-few")
    assert made.condition == Condition("score", "at-most", 6)
    assert "Shown only where “Recommend us?” is at most 6" in page
    refused = as_manager.post(
        _address(survey),
        {**sent, "action": "question", "question-show_when": "settled=no"},
    )
    assert refused.status_code == 422
    assert "That comparison needs an answer that is a number." in refused.content.decode()
    assert 'value="Why so few?"' in refused.content.decode()


def test_options_keep_their_keys_when_their_words_change(
    survey: Survey, as_manager: Client
) -> None:
    sent = {
        "action": "question",
        "key": "liked",
        "question-kind": "several",
        "question-text": "Which did you like?",
        "question-options": "Red apples\r\nPears\r\n",
    }
    answer = as_manager.post(_address(survey) + "?question=liked", sent)
    assert answer["Location"] == _address(survey) + "#q-liked"
    assert survey.questions.get(key="liked").options == [
        {"key": "apple", "text": "Red apples"},
        {"key": "pear", "text": "Pears"},
    ]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("", "at least two options"),
        ("One", "at least two options"),
        ("One\nOne", "Two options are the same"),
        ("\n".join(map(str, range(21))), "Nobody reads more than 20 options"),
    ],
)
def test_options_that_cannot_be_are_refused_and_nothing_typed_is_lost(
    survey: Survey, as_manager: Client, options: str, says: str
) -> None:
    sent = {
        "action": "question",
        "question-kind": "ranking",
        "question-text": "In which order?",
        "question-hint": "Best first",
        "question-options": options,
    }
    answer = as_manager.post(_address(survey), sent)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert says in shown
    assert 'value="In which order?"' in shown
    assert 'value="Best first"' in shown
    assert options.rpartition("\n")[2] in shown
    assert survey.questions.count() == len(ASKED)


def test_words_without_a_title_are_kept_on_the_page(survey: Survey, as_manager: Client) -> None:
    sent = {"action": "words", "title": " ", "introduction": "Before you go", "language": "en"}
    answer = as_manager.post(_address(survey), sent)
    assert answer.status_code == 422
    assert "Give the survey a title." in answer.content.decode()
    assert "Before you go" in answer.content.decode()
    survey.refresh_from_db()
    assert survey.title == "How are we doing?"


@pytest.mark.parametrize("action", ["", "dance", "delete"])
def test_an_unknown_action_is_refused(survey: Survey, as_manager: Client, action: str) -> None:
    assert as_manager.post(_address(survey), {"action": action}).status_code == 400


@pytest.mark.parametrize("action", ["remove", "duplicate", "up", "down", "break", "join"])
def test_what_is_gone_is_said_to_be(survey: Survey, as_manager: Client, action: str) -> None:
    assert "no longer in this survey" in _act(as_manager, survey, action, "gone")
    assert _keys(survey) == ["settled", "liked", "open", "score"]


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("remove", {"key": "liked"}),
        ("duplicate", {"key": "liked"}),
        ("down", {"key": "liked"}),
        ("break", {"key": "score"}),
        ("order", {"order": ["score", "settled", "liked", "open"]}),
        ("words", {"title": "Another", "language": "en"}),
    ],
)
def test_each_change_of_a_survey_in_use_makes_its_next_version(
    survey: Survey, as_manager: Client, action: str, fields: dict[str, Any]
) -> None:
    factories.draft_round(survey.organisation, survey=survey)
    before = list(survey.questions.values())
    page = _act(as_manager, survey, action, **fields)
    following = Survey.objects.get(previous=survey)
    assert "so this is its version 2" in page
    assert list(survey.questions.values()) == before
    assert _address(following, "survey_translate") in page
    if action == "remove":
        _act(as_manager, following, "undo", "liked")
        assert _keys(following) == ["settled", "liked", "open", "score"]


# Translations


def test_texts_are_translated_side_by_side(survey: Survey, as_manager: Client) -> None:
    address = _address(survey, "survey_translate") + "?language=ar"
    shown = as_manager.get(address).content.decode()
    assert 'dir="rtl"' in shown
    assert "texts are missing" in shown
    sent = {
        "text~settled": "هل تم حله؟",
        "option~liked~apple": "تفاح",
        "survey~title": "كيف حالنا؟",
    }
    answer = as_manager.post(address, sent, follow=True)
    assert answer.redirect_chain[-1][0] == address
    survey.refresh_from_db()
    assert survey.translations == {"ar": {"title": "كيف حالنا؟"}}
    assert survey.questions.get(key="liked").translations == {"ar": {"options": {"apple": "تفاح"}}}
    preview = as_manager.get(_address(survey, "survey_preview") + "?lang=ar").content.decode()
    assert 'dir="rtl"' in preview
    assert "هل تم حله؟" in preview
    assert "Pears" in preview


def test_a_translation_too_long_is_said_beside_it(survey: Survey, as_manager: Client) -> None:
    address = _address(survey, "survey_translate") + "?language=de"
    sent = {"text~settled": "x" * 501, "survey~title": "Wie machen wir es?"}
    answer = as_manager.post(address, sent)
    assert answer.status_code == 422
    assert "Shorten this: it has 501 characters, and 500 fit." in answer.content.decode()
    assert "Wie machen wir es?" in answer.content.decode()
    survey.refresh_from_db()
    assert survey.translations == {}


# In a browser


def _row(page: Page, key: str) -> Locator:
    return page.locator(f"#q-{key}")


def _shown(page: Page) -> list[str | None]:
    return [row.get_attribute("data-key") for row in page.locator(".question-list > li").all()]


def _middle(locator: Locator) -> tuple[float, float]:
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.django_db(transaction=True)
def test_by_mouse_by_keyboard_and_back_again(
    survey: Survey,
    manager: Membership,
    live_server: LiveServer,
    sign_in_browser: Callable[[User], BrowserContext],
) -> None:
    page = sign_in_browser(manager.user).new_page()
    page.goto(live_server.url + _address(survey))
    page.set_viewport_size({"width": 1280, "height": 900})

    # By mouse, past two others; let go by Escape, nothing happens.
    for kept in (False, True):
        x, y = _middle(_row(page, "score").locator(".handle"))
        _, end = _middle(_row(page, "liked"))
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x, y - 20)
        page.mouse.move(x, end - 20, steps=6)
        expect(_row(page, "score")).to_have_class("dragged")
        if not kept:
            page.keyboard.press("Escape")
            page.mouse.up()
            assert _shown(page) == ["settled", "liked", "open", "score"]
            continue
        with page.expect_navigation():
            page.mouse.up()
    assert _shown(page) == _keys(survey) == ["settled", "score", "liked", "open"]

    # By keyboard: the handle of what was moved has the focus.
    handle = _row(page, "score").locator(".handle")
    expect(handle).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("[data-drag-status]")).to_have_text("Picked up: 2 of 4.")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-drag-status]")).to_have_text("Moved to 4 of 4.")
    expect(handle).to_be_focused()
    page.keyboard.press("Escape")
    assert _shown(page) == ["settled", "score", "liked", "open"]
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Space")
    assert _shown(page) == _keys(survey) == ["settled", "liked", "score", "open"]

    # What may not be is said, and nothing is moved.
    handle = _row(page, "open").locator(".handle")
    handle.focus()
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    with page.expect_navigation():
        page.keyboard.press("Space")
    expect(page.get_by_text("has to come before it")).to_be_visible()
    assert _keys(survey) == ["settled", "liked", "score", "open"]

    # Removed, and brought back.
    page.goto(live_server.url + _address(survey))
    more = _row(page, "liked").locator("summary")
    more.focus()
    page.keyboard.press("Enter")
    _row(page, "liked").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("“Which did you like?” is removed.")).to_be_visible()
    assert Visitor(page).looks() == []
    page.get_by_role("button", name="Bring it back").click()
    expect(_row(page, "liked")).to_be_visible()
    assert _keys(survey) == ["settled", "liked", "score", "open"]


@pytest.mark.django_db(transaction=True)
def test_by_finger(
    survey: Survey, manager: Membership, live_server: LiveServer, browser: Browser
) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = signed_in(context, manager.user, live_server)
    page.goto(live_server.url + _address(survey))
    x, y = _middle(_row(page, "score").locator(".handle"))
    _, end = _middle(_row(page, "liked"))
    fingers = context.new_cdp_session(page)

    def touch(kind: str, at: float | None = None) -> None:
        points = [] if at is None else [{"x": x, "y": at}]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", y)
    for at in (y - 20, (y + end) / 2, end - 20):
        touch("touchMove", at)
    expect(_row(page, "score")).to_have_class("dragged")
    with page.expect_navigation():
        touch("touchEnd")
    assert _keys(survey) == ["settled", "score", "liked", "open"]
    # Every action is large enough for a finger.
    _row(page, "score").locator("summary").tap()
    for button in _row(page, "score").locator("a, summary, .more-panel button").all():
        box = button.bounding_box()
        assert box
        assert box["height"] >= 44
    context.close()
