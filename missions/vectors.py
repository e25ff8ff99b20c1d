"""Short texts as vectors whose dot product says how alike they are; all on this machine.

Half of a vector is meaning: the mean of WordLlama's static token vectors. Its package is read for
two files, the token table and the vectors, and never imported, since importing it configures the
root logger and loads an HTTP client. The other half is the words themselves, stemmed, the rare
ones counting more, folded into a fixed width. Where that package has no build (see
`knows_meaning`), the words are all there is, and every guess is coarser.
"""

import importlib.util
import json
import math
import re
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float32]

WIDTH = 256
_FOLDED = 256
# Nobody means more than this in one phrase; the rest of a pasted page is not compared.
_TOKENS = 512
_CHARACTERS = 10 * _TOKENS
_AT_ONCE = 256
# What the words count for beside the meaning, and what they do in a language of which the table
# knows little; see docs/decisions/0042.
SHARE = 0.5
SHARE_ELSEWHERE = 2.0
# With few phrases their mean says more about them than about the language: draw it to nothing.
_SHRINK = 20

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ENDINGS = ("ingly", "edly", "ing", "ied", "ies", "ed", "es", "ly", "s")


def has_words(text: str) -> bool:
    """Whether there is a letter of any script: an emoji or a number alone has no theme."""
    return _WORD.search(text) is not None


@cache
def knows_meaning() -> bool:
    """Whether WordLlama is installed: it has no build for Python 3.14 or Linux on ARM."""
    return importlib.util.find_spec("wordllama") is not None


def stems(text: str) -> list[str]:
    return [_stem(word.replace("’", "'")) for word in _WORD.findall(text[:_CHARACTERS].lower())]


def rarity(stemmed: Sequence[Sequence[str]]) -> dict[str, float]:
    """How much each stem tells, by the share of the texts that have it; given as their stems."""
    found = Counter(stem for text in stemmed for stem in set(text))
    return {stem: _weight(len(stemmed), n) for stem, n in found.items()}


def centre(meanings: Floats) -> Floats:
    """What all the texts share, (WIDTH,): it says nothing about what sets one apart."""
    shared: Floats = meanings.sum(axis=0) / np.float32(len(meanings) + _SHRINK)
    return shared


def combined(
    stemmed: Sequence[Sequence[str]],
    meanings: Floats,
    *,
    shared: Floats,
    weights: Mapping[str, float],
    seen: int,
    share: float = SHARE,
) -> Floats:
    """Unit vectors, (texts, WIDTH + folded words), comparable if the last four are the same.

    `stemmed` are the stems of each text. `shared` and `weights` come from `centre` and `rarity`
    over `seen` texts. `share` is what the words count for beside the meaning.
    """
    words = np.zeros((len(stemmed), _FOLDED), np.float32)
    unseen = _weight(seen, 0)
    for row, text in zip(words, stemmed, strict=True):
        for stem, n in Counter(text).items():
            hashed = zlib.crc32(stem.encode())
            sign = 1 if hashed & 1 else -1
            row[(hashed >> 1) % _FOLDED] += sign * (1 + math.log(n)) * weights.get(stem, unseen)
    return unit(np.hstack([unit(meanings - shared), np.float32(share) * unit(words)]))


def meanings(texts: Sequence[str]) -> Floats:
    """Unit vectors of the texts' meaning, (texts, WIDTH); zeros where nothing is known."""
    found = np.zeros((len(texts), WIDTH), np.float32)
    if not knows_meaning():
        return found
    tokenizer, table = _wordllama()
    for start in range(0, len(texts), _AT_ONCE):
        # One by one: a batch starts threads, which a process that forks later would miss.
        tokens = [
            tokenizer.encode(_readable(text), add_special_tokens=False).ids
            for text in texts[start : start + _AT_ONCE]
        ]
        lengths = np.array([len(each) for each in tokens])
        rows = np.flatnonzero(lengths)
        if rows.size:
            flat = table[np.concatenate([tokens[row] for row in rows]).astype(np.int64)]
            starts = np.concatenate([[0], np.cumsum(lengths[rows])[:-1]])
            found[start + rows] = np.add.reduceat(flat.astype(np.float32), starts, axis=0)
    return unit(found)


def unit(vectors: Floats) -> Floats:
    """Each row with length 1; rows of zeros stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Floats = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return scaled


def _weight(texts: int, having: int) -> float:
    return math.log((1 + texts) / (1 + having)) + 1


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + ("y" if ending in ("ied", "ies") else "")
    return word


def _readable(text: str) -> str:
    text = text[:_CHARACTERS]
    return text.lower() if text.isupper() else text


@cache
def _wordllama() -> tuple[Any, npt.NDArray[np.float16]]:
    """The tokenizer, and the table (tokens, WIDTH), which stays on disk until a row is read."""
    from tokenizers import Tokenizer  # noqa: PLC0415  (most processes never compare)

    spec = importlib.util.find_spec("wordllama")
    if spec is None or spec.origin is None:
        raise RuntimeError("wordllama is not installed")
    folder = Path(spec.origin).parent
    tokenizer = Tokenizer.from_file(
        str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json")
    )
    tokenizer.no_padding()
    tokenizer.enable_truncation(_TOKENS)
    weights = folder / "weights" / f"l2_supercat_{WIDTH}.safetensors"
    # safetensors: the length of a JSON header in 8 bytes, the header, then the numbers.
    with weights.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        about = json.loads(file.read(length))["embedding.weight"]
    if about["dtype"] != "F16" or about["shape"][1] != WIDTH:
        raise RuntimeError("wordllama's vectors have another form than expected")
    table = np.memmap(
        weights,
        dtype=np.float16,
        mode="r",
        offset=8 + length + about["data_offsets"][0],
        shape=tuple(about["shape"]),
    )
    return tokenizer, table
