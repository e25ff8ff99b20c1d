"""What a mail server means when it refuses. Pure."""

import re

# RFC 3463: the second number says what it is about, 1 the address and 2 the mailbox.
_ENHANCED = re.compile(r"\b5\.(\d{1,3})\.\d{1,3}\b")
_NO_SUCH_ADDRESS = re.compile(r"\b55[013]\b")
_NOT_ABOUT_THE_ADDRESS = re.compile(
    "relay|spam|block|policy|denied|authenticat|reputation", re.IGNORECASE
)


def is_about_the_address(said: str) -> bool:
    """Whether these words, with their codes, say that there is no such address. A server that
    will not take emails from us, or not this one, says nothing about the address."""
    if status := _ENHANCED.search(said):
        return status[1] in {"1", "2"} and status[0] != "5.2.2"  # 5.2.2: the mailbox is full
    return bool(_NO_SUCH_ADDRESS.search(said)) and not _NOT_ABOUT_THE_ADDRESS.search(said)
