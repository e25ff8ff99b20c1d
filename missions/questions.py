"""What a mission asks of staff and of customers, as it reads in the email and on the page."""

from dataclasses import dataclass, fields

from missions.models import Voice


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around the questions of a round."""

    title: str
    message: str
    introduction: str
    thanks: str


@dataclass(frozen=True, slots=True)
class Asked(Around):
    """The words around one question to one voice."""

    question: str
    hint: str
    name_question: str
    name_hint: str
    quote_question: str
    quote_hint: str


def of_voice(*, voice: str, organisation_name: str) -> Asked:
    """The question to staff or to customers, with the organisation's name in it."""
    whole = _CUSTOMERS if voice == Voice.CUSTOMER else _STAFF
    return Asked(
        **{
            part: getattr(whole, part).replace("{organisation}", organisation_name)
            for part in (field.name for field in fields(Asked))
        }
    )


def to_rank(*, organisation_name: str) -> Around:
    """What stands around the candidates when staff or customers rank them."""
    return Around(
        title=f"Which should be the mission of {organisation_name}?",
        message=(
            "Out of everyone’s words we have made a few short statements. Which of them should we "
            "steer by? Putting them in order takes about a minute."
        ),
        introduction=(
            "Give each statement a place: 1 is the best. Two may share a place, and those that you "
            "leave out come last. They stand in no particular order, and without their authors."
        ),
        thanks="Thank you. Your order counts as much as anyone’s.",
    )


def to_criticise(*, organisation_name: str, statement: str) -> Around:
    """What stands around a draft when staff or customers say what they would change."""
    return Around(
        title="What would you change in our mission?",
        message=(
            "We have a draft of our mission. Before we go on with it, we would like to hear what "
            "must change, and what would make it better. Two minutes are plenty."
        ),
        introduction=(
            f"{statement}\n\nWhat you suggest stands on the mission’s pages at "
            f"{organisation_name}, word for word and without your name. We tell you by email what "
            "became of it."
        ),
        thanks=(
            "Thank you. We weigh every suggestion, and write to you once we know what becomes of "
            "yours."
        ),
    )


def to_consent(*, organisation_name: str, statement: str) -> Around:
    """What stands around the question whether someone consents to a statement."""
    return Around(
        title="Can you live with our mission?",
        message=(
            "We think that we have found our mission. Before we adopt it, we would like to know "
            "whether you love it, can live with it, or object."
        ),
        introduction=(
            f"{statement}\n\nNo answer shows before the question closes. Then an objection, with "
            "its reason and the change asked for, stands on the mission’s pages at "
            f"{organisation_name}, without your name. While it stands, the mission is not adopted, "
            "unless a leader says publicly why it is adopted all the same."
        ),
        thanks=(
            "Thank you. You can change your answer until the question closes. If you object, we "
            "write to you once we know what becomes of it."
        ),
    )


_WHO_SEES = (
    "Your words go to those who write the mission of {organisation}, exactly as you write them. "
    "On the mission’s pages they stand without your name, unless you add it below."
)
_NAME = "Your name, if you want it beside your words"
_QUOTE = "May we quote your words on our public page?"
_QUOTE_HINT = (
    "Never with your name. If you choose nothing, we do not quote you. You can change this until "
    "the question closes; after that, reply to our email and we take your words off."
)

_STAFF = Asked(
    title="Words for our mission",
    message=(
        "We are looking for our mission: one short sentence that all of us can steer by when a "
        "decision is hard. Nobody has drafted it yet. First we would like to hear from you.\n\n"
        "It is one question, and one to three sentences are plenty."
    ),
    introduction=_WHO_SEES,
    question="When we are at our best for our customers, what do we do, and why does it matter?",
    hint="One to three sentences, the way you would say it to a friend.",
    name_question=_NAME,
    name_hint="You can leave this empty.",
    quote_question=_QUOTE,
    quote_hint=_QUOTE_HINT,
    thanks=(
        "Thank you. Your words now stand beside those of your colleagues, as you wrote them. "
        "You will see the mission that comes out of them."
    ),
)
_CUSTOMERS = Asked(
    title="What should {organisation} be here for?",
    message=(
        "We are writing down, in one sentence, what {organisation} is here to do for its "
        "customers. Before we write a word, we are asking a small number of customers whose "
        "view matters most to us, and you are one of them.\n\n"
        "It is one question, and one to three sentences are plenty."
    ),
    introduction=_WHO_SEES,
    question="What do we do for you that you would miss, and what should we always care about?",
    hint="One to three sentences, in your own words. Plain is good.",
    name_question=_NAME,
    name_hint="You can leave this empty.",
    quote_question=_QUOTE,
    quote_hint=_QUOTE_HINT,
    thanks=("Thank you. Your words go to those who write the mission, exactly as you wrote them."),
)
