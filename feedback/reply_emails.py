"""An email that answers one of ours: to which conversation, and what in it is new. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from html import unescape

_TO_A_CASE = re.compile(r"case\+([0-9a-f]{1,16}-[0-9a-f]{32})@", re.IGNORECASE)
# Where mail programs put what is quoted: everything from such a line on is ours coming back.
_QUOTE_BEGINS = re.compile(
    r"^(>|-{2,}\s*(original message|ursprüngliche nachricht|message d’origine|mensaje original)"
    r"|_{10,}\s*$|(from|von|de|من):\s.+@)",
    re.IGNORECASE,
)
_SOMEONE_WROTE = re.compile(
    r"^(on|am|le|el|في)\b.{5,200}(wrote|schrieb|écrit|escribió|كتب).{0,100}:\s*$",
    re.IGNORECASE | re.DOTALL,
)
_TAGS = re.compile(r"<(style|script|head)\b.*?</\1>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_BREAKS = re.compile(r"<(br|/p|/div)\b[^>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReplyEmail:
    """What came in: the tokens that its addresses name, its own id, and the new words."""

    tokens: tuple[str, ...]
    message_id: str
    text: str
    automatic: bool


def token_in(addresses: Iterable[str]) -> tuple[str, ...]:
    """The tokens of `case+TOKEN@…` addresses, in lower case, each once."""
    found = (match.lower() for one in addresses for match in _TO_A_CASE.findall(one))
    return tuple(dict.fromkeys(found))


def read_reply(content: bytes, recipients: Iterable[str] = ()) -> ReplyEmail:
    """Read an email as it came over the wire; `recipients` are those of its envelope."""
    message = message_from_bytes(content, policy=policy.default)
    headers = [str(value) for name in ("To", "Cc", "Delivered-To") for value in _all(message, name)]
    submitted = " ".join(_all(message, "Auto-Submitted")).strip().lower()
    precedence = " ".join(_all(message, "Precedence")).strip().lower()
    return ReplyEmail(
        tokens=token_in([*recipients, *headers]),
        message_id=" ".join(_all(message, "Message-ID")).strip()[:300],
        text=new_words(_plain(message)),
        automatic=submitted not in {"", "no"} or precedence in {"bulk", "junk", "auto_reply"},
    )


def new_words(text: str) -> str:
    """An answer without what it quotes, and without the signature below it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept: list[str] = []
    for number, line in enumerate(lines):
        if line.rstrip("\n") in {"-- ", "--"} or _QUOTE_BEGINS.match(line.strip()):
            break
        # "On Tuesday … <address> wrote:" may be broken into two lines.
        both = " ".join(lines[number : number + 2]).strip()
        if _SOMEONE_WROTE.match(line.strip()) or (
            _SOMEONE_WROTE.match(both) and "@" in both and _quoted_next(lines[number + 2 :])
        ):
            break
        kept.append(line.rstrip())
    return "\n".join(kept).strip()


def _quoted_next(lines: list[str]) -> bool:
    return next((line for line in lines if line.strip()), "").startswith(">")


def _all(message: EmailMessage, name: str) -> list[str]:
    try:
        return [str(value) for value in message.get_all(name, [])]
    except (ValueError, LookupError, IndexError, MessageError):
        return []


def _plain(message: EmailMessage) -> str:
    html = ""
    for part in message.walk():
        if part.is_multipart() or part.get_content_disposition() == "attachment":
            continue
        kind = part.get_content_type()
        if kind == "text/plain":
            return _text(part)
        if kind == "text/html" and not html:
            html = _text(part)
    return html_as_text(html)


def html_as_text(html: str) -> str:
    """The words of an email that has no plain part."""
    return unescape(_TAGS.sub("", _BREAKS.sub("\n", html)))


def _text(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    try:
        text = content.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        text = content.decode("utf-8", "replace")
    return text.replace("\x00", "")
