"""Products and linear systems in blocks, so small that the library of linear algebra works on the calling thread alone.

OpenBLAS, which NumPy's wheels bring, shares a large product out among threads. How many there are is one setting of the
whole process, which is the program's and not ours to change; their number changes the last digits; and on a busy
machine threads wait for each other. A product of few multiplications is never shared out, so large ones are done in
blocks, always the same ones. `tests/test_threads.py` compares the bytes of records at one thread and at several.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .arrays import FloatArray

_F = TypeVar("_F", bound=np.floating[Any])

# OpenBLAS computes up to this many multiplications of matrices on one thread (interface/gemm.c: SMP_THRESHOLD_MIN times
# GEMM_MULTITHREAD_THRESHOLD), and of a matrix and a vector up to this many (interface/gemv.c: 2304 times the same).
_PRODUCT = 65_536 * 4
_VECTOR = 2304 * 4
_SIDE = 64  # of a block: its cube is `_PRODUCT`; systems of this size are solved on one thread as well
_TALL = 1000  # rows of few columns whose singular values are found on one thread; by judgement, well below 5,000


def product(a: NDArray[_F], b: NDArray[_F]) -> NDArray[_F]:
    """`a @ b`, the same bytes whatever number of threads the process allows.

    Args:
        a: (..., n, k).
        b: (..., k, m), or (k,) for a vector.

    Returns:
        (..., n, m), or (..., n) for a vector.
    """
    if b.ndim == 1:
        return product(a, b[:, None])[..., 0]
    rows, inner, columns = a.shape[-2], a.shape[-1], b.shape[-1]
    most = _VECTOR if min(rows, columns) == 1 else _PRODUCT
    if rows * inner * columns <= most:
        return np.asarray(a @ b, dtype=a.dtype)
    deep, wide = min(inner, _SIDE), min(columns, _SIDE)
    high = max(1, most // (deep * wide))
    total = np.zeros((*np.broadcast_shapes(a.shape[:-2], b.shape[:-2]), rows, columns), dtype=a.dtype)
    for top in range(0, rows, high):
        for left in range(0, columns, wide):
            block = total[..., top : top + high, left : left + wide]
            for first in range(0, inner, deep):
                upper = a[..., top : top + high, first : first + deep]
                block += upper @ b[..., first : first + deep, left : left + wide]
    return total


def solve(matrix: FloatArray, right: FloatArray) -> FloatArray:
    """The x of `matrix @ x = right`, the same bytes whatever number of threads the process allows.

    Unknowns are eliminated in blocks, without looking for better pivots among them (Higham, Accuracy and Stability of
    Numerical Algorithms, 13.3): that is safe for the symmetric positive definite matrices of least squares.

    Args:
        matrix: (..., n, n), symmetric and positive definite.
        right: (..., n, m), or (n,) for a vector.

    Returns:
        As `right`.

    Raises:
        numpy.linalg.LinAlgError: a block is singular.
    """
    if right.ndim == 1:
        return solve(matrix, right[:, None])[..., 0]
    size = matrix.shape[-1]
    if size <= _SIDE:
        return np.asarray(np.linalg.solve(matrix, right), dtype=np.float64)
    here, rest = slice(0, _SIDE), slice(_SIDE, size)
    # Both the other unknowns and the right side, in terms of the first unknowns.
    ahead = np.concatenate([matrix[..., here, rest], right[..., here, :]], axis=-1)
    parts = [ahead[..., k : k + _SIDE] for k in range(0, ahead.shape[-1], _SIDE)]
    first = np.concatenate([np.linalg.solve(matrix[..., here, here], part) for part in parts], axis=-1)
    taken = product(matrix[..., rest, here], first)
    others = size - _SIDE
    last = solve(matrix[..., rest, rest] - taken[..., :others], right[..., rest, :] - taken[..., others:])
    return np.concatenate([first[..., others:] - product(first[..., :others], last), last], axis=-2)


def solve_banded(matrix: FloatArray, right: FloatArray, band: int) -> FloatArray:
    """As `solve`, of a matrix whose entries farther than `band` from the diagonal are zero; at a fraction of the cost.

    Args:
        matrix: (n, n), symmetric and positive definite.
        right: (n,).
        band: how far from the diagonal entries may differ from zero.

    Returns:
        (n,).

    Raises:
        numpy.linalg.LinAlgError: a block is singular.
    """
    size = len(right)
    parts = [slice(start, min(start + band, size)) for start in range(0, size, band)]
    # Each block of unknowns in terms of the next one, then from the last one back.
    terms: list[FloatArray] = []
    block, side = matrix[parts[0], parts[0]], right[parts[0], None]
    for here, after in pairwise(parts):
        found = solve(block, np.hstack([matrix[here, after], side]))
        terms.append(found)
        taken = product(matrix[after, here], found)
        block, side = matrix[after, after] - taken[:, :-1], right[after, None] - taken[:, -1:]
    found = solve(block, side)
    values = [found]
    for term in reversed(terms):
        found = term[:, -1:] - product(term[:, :-1], found)
        values.append(found)
    return np.concatenate(values[::-1])[:, 0]


def fewer_rows(rows: FloatArray) -> FloatArray:
    """At most `_TALL` rows with the singular values and right singular vectors of those (n, m) that are given.

    Of the vectors the signs may differ; m is far below `_TALL`.

    `numpy.linalg.svd` of a tall matrix is shared out among threads; that of what this returns is not.
    """
    while len(rows) > _TALL:
        parts = [rows[k : k + _TALL] for k in range(0, len(rows), _TALL)]
        rows = np.concatenate([np.asarray(np.linalg.qr(part, mode="r"), dtype=np.float64) for part in parts])
    return rows
