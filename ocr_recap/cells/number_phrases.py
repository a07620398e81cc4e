"""Likelihood of every number in words, given probabilities of letters along a line: exact, without a language model.

The probabilities are those of a CTC net (`words_net`): each column shows a symbol or the blank, equal symbols side by
side are one. A phrase may be written with gaps in place of blanks, without a space between words, with a letter left
out, added or exchanged, each at a cost (`Costs`). The likelihood of a number is the sum over all columnwise readings of
all its spellings. With all costs 0 it is the CTC likelihood of the phrase.

Phrases share their beginnings (thousands and hundreds) in one tree that is followed from the left, and their endings
(1 .. 99) in another that is followed from the right. Both are followed at once, all nodes of a column in one step of
numpy, and joined where they meet: a sum over all places between beginning and ending.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..imaging.arrays import FloatArray
from .words_net import ALPHABET, BLANK, DASH, DIGIT, LETTERS, SPACE, STRUCK

DIGITS = ("", "SATU", "DUA", "TIGA", "EMPAT", "LIMA", "ENAM", "TUJUH", "DELAPAN", "SEMBILAN")
ZERO = ("NOL", "KOSONG", "NIHIL")
SUFFIX = "SUARA"  # may follow a number
_SYMBOLS = np.arange(1, 1 + len(LETTERS))
_SPACE, _STRUCK = ALPHABET.index(SPACE), ALPHABET.index(STRUCK)
_OTHERS = [ALPHABET.index(DIGIT), ALPHABET.index(DASH)]
_NOTHING = len(ALPHABET)  # label of nodes without a symbol
_RESCALED = 8  # columns after which masses are scaled; fewer lose nothing, as long as they fit a double


@dataclass(frozen=True)
class Costs:
    """Factors on the likelihood of what deviates from the spelling; 0 forbids it.

    Attributes:
        gap: per column of a gap between letters of a word.
        joined: a space that is not written.
        omitted: a letter that is left out.
        added: per column of a letter that is added.
        exchanged: per column of another letter in place of the right one.
        struck: per column of struck-out ink between letters.
        stray: per column of a digit or a dash between letters.
        suffix: `SUARA` after the number.
        satu: SATU RATUS and SATU RIBU in place of SERATUS and SERIBU.
    """

    gap: float = 0.5
    joined: float = 0.05
    omitted: float = 1e-3
    added: float = 3e-4
    exchanged: float = 1e-3
    struck: float = 0.05
    stray: float = 1e-4
    suffix: float = 0.03
    satu: float = 0.06

    @classmethod
    def none(cls) -> Costs:
        """Only correct spelling."""
        return cls(0, 0, 0, 0, 0, 0, 0, 0, 0)


@dataclass(frozen=True, eq=False)
class _Tree:
    """Phrases that share beginnings; node 0 is the root.

    Attributes:
        labels: (n,) symbol of each node; `_NOTHING` for the root.
        parents, grandparents: (n,) index of the node before, and of the one before that; of the root itself for none.
        ends: last node of each phrase.
    """

    labels: NDArray[np.intp]
    parents: NDArray[np.intp]
    grandparents: NDArray[np.intp]
    ends: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Phrases:
    """Beginnings and endings of all numbers below a limit.

    Attributes:
        front: tree of beginnings, and of the words for zero, as read from the left.
        back: tree of endings, as read from the right, after a chain of `SUFFIX`.
        values: number of each beginning.
        satu: how often each beginning has SATU in place of SE.
        plain: True for beginnings that an ending may follow.
        endings: (99, 3) nodes of `back`: the space before the ending 1 .. 99, its first and its second letter.
        bare: node of `back` that is the last of the chain of `SUFFIX` (its space).
        limit: numbers are 0 .. limit - 1.
    """

    front: _Tree
    back: _Tree
    values: NDArray[np.intp]
    satu: NDArray[np.intp]
    plain: NDArray[np.bool_]
    endings: NDArray[np.intp]
    bare: int
    limit: int


def _grow(phrases: Sequence[str], start: Sequence[tuple[str, int]] = ()) -> tuple[_Tree, list[list[int]]]:
    """Tree of phrases, in the order of reading, and the nodes of each.

    `start` are the first nodes after the root, as symbol and parent; no phrase shares them.
    """
    labels, parents = [_NOTHING], [0]
    for symbol, parent in start:
        labels.append(ALPHABET.index(symbol))
        parents.append(parent)
    known: dict[tuple[int, str], int] = {}
    paths: list[list[int]] = []
    for phrase in phrases:
        node, path = 0, []
        for symbol in phrase:
            if (node, symbol) not in known:
                known[node, symbol] = len(labels)
                labels.append(ALPHABET.index(symbol))
                parents.append(node)
            node = known[node, symbol]
            path.append(node)
        paths.append(path)
    up = np.array(parents)
    ends = np.array([path[-1] if path else 0 for path in paths])
    return _Tree(np.array(labels), up, up[up], ends), paths


def below_hundred(number: int) -> str:
    """1 .. 99 in words."""
    tens, ones = divmod(number, 10)
    if tens == 1 and ones < 2:
        return ("SEPULUH", "SEBELAS")[ones]
    if tens == 1:
        return f"{DIGITS[ones]} BELAS"
    return f"{DIGITS[tens]} PULUH {DIGITS[ones]}".strip() if tens else DIGITS[ones]


def _multiples(unit: str) -> list[tuple[int, str, int]]:
    """Number, words and count of SATU of 0 .. 9 hundreds or thousands."""
    plain = [(0, "", 0), (1, f"SE{unit}", 0), (1, f"SATU {unit}", 1)]
    return plain + [(n, f"{DIGITS[n]} {unit}", 0) for n in range(2, 10)]


@lru_cache(maxsize=2)
def phrases_below(limit: int) -> Phrases:
    """Trees of all phrases below 1,000 or 10,000.

    Raises:
        ValueError: another limit.
    """
    if limit not in (1000, 10_000):
        raise ValueError(f"no phrases below {limit}")
    thousands = _multiples("RIBU") if limit == 10_000 else [(0, "", 0)]
    fronts = [
        (1000 * t + 100 * h, f"{first} {second}".strip(), a + b)
        for t, first, a in thousands
        for h, second, b in _multiples("RATUS")
    ]
    words = [words for _, words, _ in fronts] + list(ZERO)
    front, _ = _grow(words)
    chain = f" {SUFFIX}"[::-1]
    start = [(symbol, i) for i, symbol in enumerate(chain)]
    back, paths = _grow([f" {below_hundred(n)}"[::-1] for n in range(1, 100)], start)
    return Phrases(
        front=front,
        back=back,
        values=np.array([value for value, _, _ in fronts] + [0] * len(ZERO)),
        satu=np.array([count for _, _, count in fronts] + [0] * len(ZERO)),
        plain=np.array([True] * len(fronts) + [False] * len(ZERO)),
        endings=np.array([path[:-4:-1] for path in paths]),
        bare=len(chain),
        limit=limit,
    )


@dataclass(frozen=True, eq=False)
class _Side:
    """States of one tree along lines, scaled by powers of two; row k has seen k columns from the tree's side.

    Attributes:
        symbols: (columns + 1, lines, nodes) mass of readings whose last column shows the node's symbol.
        all: (columns + 1, lines, nodes) the same, with what may stand between symbols after it.
        scale: (columns + 1, lines) exponent of two of a column's masses.
        turned: True for a tree that is followed from the right.
    """

    symbols: FloatArray
    all: FloatArray
    scale: NDArray[np.int64]
    turned: bool

    def of(self, line: int, columns: int) -> _Side:
        """States along one line, without the axis of lines; row k stands before column k of the line."""
        order = slice(None, None, -1) if self.turned else slice(None)
        kept = slice(columns + 1)
        symbols, both = (part[order][kept, line] for part in (self.symbols, self.all))
        return _Side(symbols, both, self.scale[order][kept, line], self.turned)


def likelihoods(lines: Sequence[FloatArray], limit: int, costs: Costs) -> list[FloatArray]:
    """Natural logarithm of the likelihood of each number 0 .. limit - 1, for each line; -inf for none.

    Args:
        lines: (columns, symbols of `ALPHABET`) probabilities, of any lengths from 1.
        limit: 1,000 or 10,000.
        costs: of deviations from the spelling.

    Raises:
        ValueError: another limit.
    """
    phrases = phrases_below(limit)
    if not lines:
        return []
    longest = max(len(line) for line in lines)
    padded = np.zeros((longest, len(lines), len(ALPHABET)))
    padded[:, :, BLANK] = 1.0  # columns of blanks after a line change nothing
    for i, line in enumerate(lines):
        padded[: len(line), i] = line
    symbols, between = _emissions(padded, costs)
    front, back = _follow(phrases, symbols, between, costs)
    return [_meet(phrases, front.of(i, len(line)), back.of(i, len(line)), costs) for i, line in enumerate(lines)]


def _emissions(columns: FloatArray, costs: Costs) -> tuple[FloatArray, FloatArray]:
    """Mass of each symbol in each column, exchanged letters included, and of what may stand between symbols."""
    letters = columns[:, :, _SYMBOLS]
    total = letters.sum(axis=2)
    symbols = np.zeros((*columns.shape[:2], len(ALPHABET) + 1))
    symbols[:, :, _SYMBOLS] = letters + costs.exchanged * (total[:, :, None] - letters)
    symbols[:, :, _SPACE] = columns[:, :, _SPACE]
    between = columns[:, :, BLANK] + costs.gap * columns[:, :, _SPACE] + costs.struck * columns[:, :, _STRUCK]
    between += costs.added * total + costs.stray * columns[:, :, _OTHERS].sum(axis=2)
    return symbols, between


def _follow(phrases: Phrases, symbols: FloatArray, between: FloatArray, costs: Costs) -> tuple[_Side, _Side]:
    """Follow both trees along all lines at once, the second from the right."""
    columns, lines = between.shape
    root = len(phrases.front.labels)
    nodes = root + len(phrases.back.labels)
    shown = np.concatenate([symbols, symbols[::-1]], axis=2)
    labels = np.append(phrases.front.labels, phrases.back.labels + symbols.shape[2])
    into, over, skips = _sources(phrases, costs)
    seen, scale = np.zeros((columns + 1, lines, nodes)), np.zeros((2, columns + 1, lines), np.int64)
    held = np.zeros((columns + 1, lines, 2 * nodes + 1))  # states; gaps alone; the root of endings, suffix included
    held[0][:, [0, root, nodes, nodes + root, 2 * nodes]] = 1.0
    coming, other = np.empty((lines, nodes)), np.empty((lines, nodes))
    for k in range(columns):
        old, new, symbol = held[k], held[k + 1], seen[k + 1]
        np.take(old, into, axis=1, out=coming, mode="clip")
        np.take(old, over, axis=1, out=other, mode="clip")
        other *= skips
        coming += other
        coming += seen[k]
        np.take(shown[k], labels, axis=1, out=other, mode="clip")
        np.multiply(coming, other, out=symbol)
        gone = new[:, nodes : 2 * nodes]
        np.multiply(old[:, :root], between[k, :, None], out=gone[:, :root])
        np.multiply(old[:, root:nodes], between[-1 - k, :, None], out=gone[:, root:])
        np.add(symbol, gone, out=new[:, :nodes])
        scale[:, k + 1] = scale[:, k]
        if k % _RESCALED == _RESCALED - 1:
            for side, part in enumerate((slice(0, root), slice(root, nodes))):
                power = np.frexp(new[:, part].max(axis=1))[1].astype(np.int64)
                scale[side, k + 1] += power
                for masses in (symbol[:, part], new[:, part], gone[:, part]):
                    np.ldexp(masses, -power[:, None], out=masses)
        np.multiply(new[:, root + phrases.bare], costs.suffix, out=new[:, 2 * nodes])
        new[:, 2 * nodes] += new[:, root]
    return (
        _Side(seen[:, :, :root], held[:, :, :root], scale[0], turned=False),
        _Side(seen[:, :, root:], held[:, :, root:nodes], scale[1], turned=True),
    )


def _sources(phrases: Phrases, costs: Costs) -> tuple[NDArray[np.intp], NDArray[np.intp], FloatArray]:
    """Rows of `held` from which each node is reached directly, and by leaving out a symbol; the factor of the latter.

    Equal symbols need a gap between them. Endings may also begin after the suffix.
    """
    nodes = len(phrases.front.labels) + len(phrases.back.labels)
    found: list[tuple[NDArray[np.intp], NDArray[np.intp], FloatArray]] = []
    for tree, first, suffix in ((phrases.front, 0, 0), (phrases.back, len(phrases.front.labels), phrases.bare)):
        labels, up, over = tree.labels, tree.parents, tree.grandparents
        into = first + up + nodes * (labels == labels[up])
        if suffix:
            into[(up == 0) & (np.arange(len(labels)) > suffix)] = 2 * nodes
        skips = np.where(labels[up] == _SPACE, costs.joined, costs.omitted) * (up > 0)
        found.append((into, first + over + nodes * (labels == labels[over]), skips))
    into, over, skips = (np.concatenate([one[i] for one in found]) for i in range(3))
    return into.astype(np.intp), over.astype(np.intp), skips.astype(np.float64)


def _meet(phrases: Phrases, left: _Side, right: _Side, costs: Costs) -> FloatArray:
    """Join beginnings and endings of one line: logarithm of the likelihood of each number.

    `left` at column k has seen k columns; `right` at column k has seen all columns from k on.
    """
    front, ends = phrases.front, phrases.front.ends
    done = left.all
    weight = costs.satu**phrases.satu
    last = done[:, ends] + costs.omitted * np.where(ends > 0, done[:, front.parents[ends]], 0.0) * (
        front.parents[ends] > 0
    )
    with np.errstate(divide="ignore"):
        spread = left.scale + right.scale
        top = int(spread.max())
        factor = np.ldexp(1.0, np.maximum(spread - top, -2000))[:, None]
        found = np.zeros(phrases.limit)
        space, first, second = (right.symbols[:, phrases.endings[:, i]] * factor for i in range(3))
        joined = _opening(phrases)
        follow = phrases.plain & (ends > 0)
        table = last[:, follow].T @ space
        table += costs.joined * (done[:, ends[follow]].T @ first)
        same = front.labels[ends[follow]][:, None] == joined[None, :]
        if same.any():
            table -= same * costs.joined * (left.symbols[:, ends[follow]].T @ first)
        table *= weight[follow][:, None]
        places = phrases.values[follow][:, None] + np.arange(1, 100)
        found += np.bincount(places.ravel(), table.ravel(), minlength=phrases.limit)
        start = done[:, 0]
        found[1:100] += start @ first + costs.omitted * (start @ second)
        tail = last[:, ends > 0].T @ (right.symbols[:, phrases.bare] * factor[:, 0]) * costs.suffix
        whole = np.ldexp(last[-1, ends > 0], max(int(left.scale[-1]) - top, -2000))
        np.add.at(found, phrases.values[ends > 0], weight[ends > 0] * (tail + whole))
        power = int(np.frexp(found.max())[1])  # so that the result does not hang on how columns were scaled
        return np.log(np.ldexp(found, -power)) + (top + power) * np.log(2.0)


def _opening(phrases: Phrases) -> NDArray[np.intp]:
    """Symbol with which each ending begins."""
    return phrases.back.labels[phrases.endings[:, 1]]
