"""Answering an email of the mailbox as whoever received it, so that the whole way can be tried on
one computer: the answer goes by SMTP to the installation's own mail server, as any would."""

from email.utils import formatdate, make_msgid, parseaddr

from django.core.mail import EmailMessage

from outbox.incoming import tokens_in
from outbox.mailbox import Opened


def answers_go_to(opened: Opened) -> str:
    """The address that an answer goes to, where it would come back to us; empty otherwise."""
    address = parseaddr(_header(opened, "Reply-To"))[1]
    return address if tokens_in([address]) else ""


def answer(opened: Opened, text: str) -> None:
    """Send it, quoting the email as mail programs do. Raises OSError where the server is away."""
    message_id = _header(opened, "Message-ID")
    quoted = "\n".join(f"> {line}" for line in opened.text.strip().splitlines())
    wrote = f"On {_header(opened, 'Date')}, {opened.summary.sender} wrote:"
    subject = opened.summary.subject
    EmailMessage(
        subject=subject if subject.lower().startswith("re:") else f"Re: {subject}",
        body=f"{text.strip()}\n\n{wrote}\n{quoted}\n",
        from_email=parseaddr(opened.summary.to)[1],
        to=[answers_go_to(opened)],
        headers={
            "Message-ID": make_msgid(domain="localhost"),
            "Date": formatdate(),
            **({"In-Reply-To": message_id, "References": message_id} if message_id else {}),
        },
    ).send(using="default")


def _header(opened: Opened, name: str) -> str:
    return next((words for key, words in opened.headers if key.lower() == name.lower()), "")
