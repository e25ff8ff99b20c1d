"""Reading an email that anyone may have made: nothing here trusts a header, a charset or a part."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, Message

# What servers and programs mislabel: the web reads these as windows-1252 too.
_REALLY_WINDOWS = {"", "ascii", "us-ascii", "iso-8859-1", "iso8859-1", "latin-1", "latin1"}
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, MessageError, RecursionError)
_DEEPEST = 50


def parsed(content: bytes) -> EmailMessage:
    """The message; an empty one where it is nested too deep to be read."""
    try:
        found = message_from_bytes(content, policy=policy.default)
    except _UNREADABLE:
        return EmailMessage()
    assert isinstance(found, EmailMessage)  # noqa: S101  (the policy's own class)
    return found


def headers_of(message: "Message[str, str]", name: str) -> list[str]:
    """Every header of that name that can be read, each in one line."""
    try:
        found = [str(value) for value in message.get_all(name, [])]
    except _UNREADABLE:
        # As it stands: addresses and numbers need no decoding.
        found = [str(value) for key, value in message.raw_items() if key.lower() == name.lower()]
    return [shown(" ".join(value.split())) for value in found]


def words_of(value: object) -> str:
    """A header's text as people read it: decoded where that works, as it stands where not."""
    raw = "" if value is None else str(value)
    try:
        decoded = str(
            policy.default.header_factory("Subject", raw.replace("\r", "").replace("\n", ""))
        )
    except _UNREADABLE:
        decoded = raw
    return shown(" ".join(decoded.split()))


def shown(text: str) -> str:
    """Without what a page or a database cannot hold: lone surrogates and NULs."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def leaves(message: "Message[str, str]", depth: int = 0) -> Iterator["Message[str, str]"]:
    """The parts that hold something, in order; a message inside is one of them, whole."""
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in message.get_payload() if depth < _DEEPEST else ():
            if isinstance(part, Message):
                yield from leaves(part, depth + 1)
    else:
        yield message


def filename_of(part: "Message[str, str]") -> str:
    try:
        found = part.get_filename() or ""
    except _UNREADABLE:
        return ""
    # The last part of a path, without what has a meaning in a header or a file system.
    last = re.split(r"[\\/]", str(found))[-1]
    return shown(re.sub(r"[\x00-\x1f\x7f\"]", "", last)).strip(". ")[:150]


def disposition_of(part: "Message[str, str]") -> str:
    """ "attachment", "inline" or nothing."""
    try:
        return part.get_content_disposition() or ""
    except _UNREADABLE:
        return ""


def text_of(part: "Message[str, str]") -> str:
    """A part's text by its charset, where that is one; by what it must be otherwise."""
    content = bytes_of(part)
    try:
        charset = (part.get_content_charset("") or "").strip()
    except _UNREADABLE:
        charset = ""
    for name in ("utf-8", "windows-1252") if charset in _REALLY_WINDOWS else (charset, "utf-8"):
        try:
            return shown(content.decode(name))
        except (LookupError, ValueError):
            continue
    return shown(content.decode("windows-1252", "replace"))


def bytes_of(part: "Message[str, str]") -> bytes:
    """What a part holds; a message inside as it stands."""
    try:
        if part.is_multipart():
            inside = part.get_payload()
            return b"".join(one.as_bytes() for one in inside if isinstance(one, Message))
        payload = part.get_payload(decode=True)
    except _UNREADABLE:
        return b""
    return payload if isinstance(payload, bytes) else b""
