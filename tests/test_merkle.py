"""Logs: the test vectors of Certificate Transparency (RFC 6962), and what proofs must refuse."""

from __future__ import annotations

import pytest

from ocr_recap.seal import verify
from ocr_recap.seal.merkle import (
    EMPTY,
    LogHead,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    log_head,
    roots,
    tree_head,
)

# Leaves and roots of the first 1 to 8 leaves, as in merkletree/merkle_tree_test.go of certificate-transparency-go.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATH_OF_FIRST = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
)
FROM_SIX = (
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
)


def test_heads_are_those_of_the_test_vectors() -> None:
    assert tree_head([]) == LogHead(0, EMPTY)
    for size, root in enumerate(ROOTS, 1):
        assert tree_head(LEAVES[:size]) == LogHead(size, root)
        assert verify.Check()._tree_root(LEAVES[:size]) == root
    assert roots(LEAVES, range(20)) == {0: EMPTY, **dict(enumerate(ROOTS, 1))}


def test_proofs_are_those_of_the_test_vectors() -> None:
    assert tuple(step.hex() for step in inclusion_proof(LEAVES, 0)) == PATH_OF_FIRST
    assert tuple(step.hex() for step in consistency_proof(LEAVES, 1)) == PATH_OF_FIRST
    assert tuple(step.hex() for step in consistency_proof(LEAVES, 6)) == FROM_SIX


@pytest.mark.parametrize("size", range(1, 20))
def test_each_leaf_is_proved_and_no_other(size: int) -> None:
    leaves = [bytes([number]) for number in range(size)]
    head = tree_head(leaves)
    for index, leaf in enumerate(leaves):
        path = inclusion_proof(leaves, index)
        assert is_included(leaf, index, head, path)
        assert not is_included(b"other", index, head, path)
        assert not is_included(leaf, index, LogHead(size, "0" * 64), path)
        assert not is_included(leaf, index, head, (*path, b"0" * 32))
        assert not is_included(leaf, index + size, head, path)
        if path:
            assert not is_included(leaf, index, head, path[:-1])


@pytest.mark.parametrize("size", range(1, 20))
def test_each_beginning_is_proved_and_no_other(size: int) -> None:
    leaves = [bytes([number]) for number in range(size)]
    head = tree_head(leaves)
    for first in range(1, size + 1):
        earlier, proof = tree_head(leaves[:first]), consistency_proof(leaves, first)
        assert is_consistent(earlier, head, proof)
        assert not is_consistent(LogHead(first, "0" * 64), head, proof)
        assert not is_consistent(earlier, LogHead(size, "0" * 64), proof)
        assert not is_consistent(earlier, head, (*proof, b"0" * 32))
        if first < size:
            assert not is_consistent(earlier, head, ())
    assert not is_consistent(LogHead(size + 1, head.root), head, ())


def test_proofs_of_what_is_not_there_are_refused() -> None:
    with pytest.raises(IndexError):
        inclusion_proof(LEAVES, 8)
    with pytest.raises(IndexError):
        consistency_proof(LEAVES, 9)
    with pytest.raises(IndexError):
        consistency_proof(LEAVES, 0)


def test_a_head_can_be_read_aloud() -> None:
    head = LogHead(1600, ROOTS[0])
    assert head.spoken == "1600: 5204 2038 0632 2709 7531 1013"
    assert log_head(["00" * 32]).spoken != log_head(["01" * 32]).spoken
