"""Merkle trees of RFC 6962 (section 2.1): the head of a log, proofs of inclusion and of consistency.

A leaf is the id of a statement (32 bytes). The head (size and root) commits to all statements and their order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

EMPTY: Final = hashlib.sha256().hexdigest()  # the root of a tree without leaves


@dataclass(frozen=True)
class LogHead:
    """The head of a log: how many statements it holds, and the root of their tree, 64 hexadecimal digits."""

    size: int
    root: str

    @property
    def spoken(self) -> str:
        """The head as digits to be read aloud: the size, then 80 bits of the root as six groups of four digits."""
        digits = f"{int(self.root[:20], 16) % 10**24:024d}"
        return f"{self.size}: " + " ".join(digits[place : place + 4] for place in range(0, 24, 4))

    def export(self) -> dict[str, str | int]:
        """The head as a statement holds it."""
        return {"root": self.root, "size": self.size}


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_head(leaves: Sequence[bytes]) -> LogHead:
    """The head of a tree."""
    return LogHead(len(leaves), roots(leaves, (len(leaves),))[len(leaves)])


def log_head(ids: Iterable[str]) -> LogHead:
    """The head of a log, from the ids of its statements in their order."""
    return tree_head([bytes.fromhex(identifier) for identifier in ids])


def roots(leaves: Sequence[bytes], sizes: Iterable[int]) -> Mapping[int, str]:
    """The roots of the trees of the first leaves.

    Args:
        leaves: in order.
        sizes: how many of them; sizes above the number of leaves are left out.

    Returns:
        The root of each size.
    """
    wanted = {size for size in sizes if size <= len(leaves)}
    found = {0: EMPTY} if 0 in wanted else {}
    peaks: list[tuple[int, bytes]] = []  # complete trees from the left, with their sizes
    for number, leaf in enumerate(leaves, 1):
        peaks.append((1, leaf_hash(leaf)))
        while len(peaks) > 1 and peaks[-1][0] == peaks[-2][0]:
            (size, right), (_, left) = peaks.pop(), peaks.pop()
            peaks.append((2 * size, node_hash(left, right)))
        if number in wanted:
            root = peaks[-1][1]
            for _, left in reversed(peaks[:-1]):
                root = node_hash(left, root)
            found[number] = root.hex()
    return found


def _split(size: int) -> int:
    """The largest power of two below a size of two or more."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The audit path of a leaf (section 2.1.1), from the leaf to the root.

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    if len(leaves) == 1:
        return ()
    half = _split(len(leaves))
    if index < half:
        return (*inclusion_proof(leaves[:half], index), bytes.fromhex(tree_head(leaves[half:]).root))
    return (*inclusion_proof(leaves[half:], index - half), bytes.fromhex(tree_head(leaves[:half]).root))


def is_included(leaf: bytes, index: int, head: LogHead, path: Sequence[bytes]) -> bool:
    """Whether an audit path shows that a leaf stands at an index, from 0, of the log with this head."""
    if not 0 <= index < head.size:
        return False
    place, last, found = index, head.size - 1, leaf_hash(leaf)
    for step in path:
        if last == 0:
            return False
        if place % 2 or place == last:
            found = node_hash(step, found)
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and found.hex() == head.root


def consistency_proof(leaves: Sequence[bytes], size: int) -> tuple[bytes, ...]:
    """The proof (section 2.1.2) that the log began with its first leaves.

    Raises:
        IndexError: the log has less leaves, or the size is below 1.
    """
    if not 1 <= size <= len(leaves):
        raise IndexError(size)
    return _subproof(leaves, size, True)


def _subproof(leaves: Sequence[bytes], size: int, known: bool) -> tuple[bytes, ...]:
    if size == len(leaves):
        return () if known else (bytes.fromhex(tree_head(leaves).root),)
    half = _split(len(leaves))
    if size <= half:
        return (*_subproof(leaves[:half], size, known), bytes.fromhex(tree_head(leaves[half:]).root))
    return (*_subproof(leaves[half:], size - half, False), bytes.fromhex(tree_head(leaves[:half]).root))


def is_consistent(earlier: LogHead, later: LogHead, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows that the log with the later head began as the log with the earlier one (RFC 9162)."""
    if not 1 <= earlier.size <= later.size:
        return False
    if earlier.size == later.size:
        return earlier.root == later.root and not proof
    steps = list(proof)
    if earlier.size & (earlier.size - 1) == 0:  # a complete tree is its own first step
        steps.insert(0, bytes.fromhex(earlier.root))
    if not steps:
        return False
    place, last = earlier.size - 1, later.size - 1
    while place % 2:
        place, last = place >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place % 2 or place == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, step)
        place, last = place >> 1, last >> 1
    return last == 0 and first.hex() == earlier.root and second.hex() == later.root
