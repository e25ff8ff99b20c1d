"""What a mission asks of staff and of customers, as it reads in the email and on the page."""

from dataclasses import dataclass

from missions.models import Voice


@dataclass(frozen=True, slots=True)
class Asked:
    """The words around one question to one voice."""

    title: str
    message: str
    introduction: str
    question: str
    hint: str
    name_question: str
    name_hint: str
    thanks: str


def of_voice(*, voice: str, organisation_name: str) -> Asked:
    """The question to staff or to customers, with the organisation's name in it."""
    whole = _CUSTOMERS if voice == Voice.CUSTOMER else _STAFF
    return Asked(
        **{
            part: getattr(whole, part).replace("{organisation}", organisation_name)
            for part in Asked.__slots__
        }
    )


_WHO_SEES = (
    "Your words go to those who write the mission of {organisation}, exactly as you write them. "
    "On the mission’s pages they stand without your name, unless you add it below."
)
_NAME = "Your name, if you want it beside your words"

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
    thanks=("Thank you. Your words go to those who write the mission, exactly as you wrote them."),
)
