"""Text as it comes from a word processor, made plain: what cannot be seen goes, words stay."""

import re
import unicodedata

# Vertical tabs are how Word writes a line break within a paragraph.
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# A hint where a word may be broken, joints and marks of width nothing, what turns reading round,
# and the place of a picture. Joiners stay: Persian and emoji need them.
_UNSEEN = re.compile("[\xad\u200b\u2060-\u2064\ufeff\u202a-\u202e\u2066-\u2069\ufffc]")
_SPACE = re.compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Bullets, also those that Word takes from Symbol and Wingdings.
_BULLET = re.compile(
    "^[ \t]*(?:[•‣◦⁃∙●○■□▪▫◆◇►▸➢➤✓✔\uf0b7\uf0a7\uf0d8\uf076\uf0fc·]|[o*–—-](?=\t))[ \t\xa0]*",
    re.MULTILINE,
)


def plain(text: str) -> str:
    """The text with line ends as "\\n", plain spaces and no bullets; quotation marks, dashes and
    signs of any script stay. NUL stays too, for the form to refuse."""
    text = unicodedata.normalize("NFC", _LINE_END.sub("\n", text))
    text = _BULLET.sub("", _UNSEEN.sub("", text))
    text = _SPACE.sub(" ", text).replace("\u2011", "-")
    text = "".join(sign for sign in text if sign in "\n\x00" or unicodedata.category(sign) != "Cc")
    lines = (re.sub(" {2,}", " ", line).strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
