"""What is new in an answer by email: without what it quotes, and without the signature. Pure.

Mail programs quote in two ways. Lines that begin with ">" are dropped and what stands between or
below them stays, since some people answer there. Behind a heading ("-----Original Message-----", a
block of From, Sent and Subject) nothing shows where the quotation ends: all of it goes.
"""

import re
from html.parser import HTMLParser

_QUOTED = re.compile(r"\s{0,3}>")
_SIGNATURE = {"--", "-- "}
_ALL_BELOW_IS_QUOTED = re.compile(
    r"\s*(-{2,}\s*(original message|forwarded message|ursprüngliche nachricht|originalnachricht"
    r"|message d[’']origine|message transféré|mensaje original|الرسالة الأصلية).*|_{10,}\s*)$",
    re.IGNORECASE,
)
_FROM = re.compile(r"\s*\*?(from|von|de|من)\s?:\*?\s*\S", re.IGNORECASE)
_WHEN = re.compile(
    r"\s*\*?(sent|date|gesendet|datum|envoyé|enviado|fecha|enviado el|تاريخ الإرسال|التاريخ)\s?:",
    re.IGNORECASE,
)
_SOMEONE_WROTE = re.compile(
    r"\s*(on|am|le|el|في|بتاريخ)\b.{5,300}(wrote|schrieb|écrit|escribió|كتب).{0,150}:\s*$",
    re.IGNORECASE | re.DOTALL,
)
_SOMEONE_WROTE_LINES = 3  # mail programs break such a heading


def new_words(text: str) -> str:
    """An answer without the emails that it answers. Where nothing else would be left, all of it:
    better too much than nothing of what somebody wrote."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        if line in _SIGNATURE or _ends_here(lines, number):
            break
        if long := _heading(lines, number):
            if not _quoted_next(lines[number + long :]):
                break
            number += long
            continue
        if not _QUOTED.match(line):
            kept.append(line.rstrip())
        number += 1
    return _joined(kept) or text.strip()


def _ends_here(lines: list[str], number: int) -> bool:
    """Whether all that follows is an older email."""
    if _ALL_BELOW_IS_QUOTED.match(lines[number]):
        return True
    follows = lines[number + 1 : number + 4]
    return bool(_FROM.match(lines[number])) and any(_WHEN.match(line) for line in follows)


def _heading(lines: list[str], number: int) -> int:
    """How many lines "On Tuesday … wrote:" takes here; 0 where there is none."""
    for long in range(1, _SOMEONE_WROTE_LINES + 1):
        heading = " ".join(lines[number : number + long])
        if not _SOMEONE_WROTE.match(heading):
            continue
        # A sentence may look like one: an address, or a quotation below, says that it is.
        if "@" in heading or _quoted_next(lines[number + long :]):
            return long
    return 0


def _quoted_next(lines: list[str]) -> bool:
    return bool(_QUOTED.match(next((line for line in lines if line.strip()), "")))


def _joined(lines: list[str]) -> str:
    """With one empty line where several were left."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


_UNSHOWN = {"head", "style", "script", "title", "template"}
_BLOCKS = {
    *("p", "div", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("blockquote", "pre", "section", "article", "header", "footer", "hr"),
}


class _Reader(HTMLParser):
    """The words of HTML, a line a block; what a blockquote holds begins with ">"."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.unshown = 0
        self.quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSHOWN:
            self.unshown += 1
        elif tag == "br":
            self.lines.append("")
        elif tag in _BLOCKS or tag == "li":
            self._break()
            if dict(attrs).get("id") == "divRplyFwdMsg":
                # Outlook puts no mark but this before the email that it answers.
                self.lines += ["_" * 20, ""]
        if tag == "blockquote":
            self.quoted += 1
        elif tag == "li":
            self.handle_data("- ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in _UNSHOWN or tag == "blockquote":
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSHOWN:
            self.unshown = max(0, self.unshown - 1)
        elif tag in _BLOCKS:
            self._break()
            if tag == "p":
                self.lines.append("")
        if tag == "blockquote":
            self.quoted = max(0, self.quoted - 1)

    def handle_data(self, data: str) -> None:
        if self.unshown:
            return
        words = re.sub(r"\s+", " ", data)
        if not self.lines[-1]:
            words = words.lstrip()
            if words and self.quoted:
                words = f"> {words}"
        self.lines[-1] += words

    def _break(self) -> None:
        if self.lines[-1]:
            self.lines.append("")


def html_as_text(html: str) -> str:
    """The words of an email that has no plain part."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return _joined([line.rstrip() for line in reader.lines])
