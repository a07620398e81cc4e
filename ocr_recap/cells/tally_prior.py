"""Prior on the cells of a tally grid: clerks fill cells one after the other, and at most the last is not full.

The prior is a hidden Markov model in reading order. The last used cell is unknown. Before it cells are full, with an
occasional open bundle or skipped cell; after it they are empty or cancelled. The prior decides between classes that the
picture leaves open, such as four or five strokes in the middle of a row, or a shadow in an empty row. It is weak enough
that a clearly open bundle is read as written.
"""

from __future__ import annotations

import numpy as np

from ..imaging.arrays import FloatArray

# Rows: states full, gap, last, end. Columns: 0 to 5 strokes, cancelled, something else. By judgement: drawn clerks
# leave a bundle open in one of some 2,000 full cells and skip none; these shares are at least ten times as large, since
# the habits of real clerks are not known.
_SHARES = np.array(
    [
        [0.003, 0.0015, 0.0015, 0.0015, 0.006, 0.976, 0.0005, 0.01],
        [0.9, 0.002, 0.002, 0.002, 0.002, 0.002, 0.05, 0.04],
        [0.0, 0.195, 0.195, 0.195, 0.195, 0.195, 0.005, 0.02],
        [0.7, 2e-5, 2e-5, 2e-5, 2e-5, 2e-5, 0.29, 0.0099],
    ]
)
_CELLS = _SHARES / _SHARES.sum(axis=1, keepdims=True)  # P(class | state)
# P(next state | state), states in the order above; by judgement.
_NEXT = np.array(
    [
        [0.955, 0.002, 0.04, 0.003],
        [0.15, 0.8, 0.05, 0.0],
        [0.003, 0.002, 0.0, 0.995],
        [0.0, 0.0, 0.0, 1.0],
    ]
)
_FIRST = np.array([0.5, 0.002, 0.2, 0.298])  # P(state of the first cell); by judgement


def in_order(probabilities: FloatArray, prior: FloatArray, struck: FloatArray | None = None) -> FloatArray:
    """Posterior of the classes of each cell under the prior, by the forward-backward algorithm.

    Args:
        probabilities: (grids, cells, 8) of each cell seen alone, in reading order.
        prior: (8,) shares of the classes that these probabilities imply already; they are divided out.
        struck: (grids, cells, 8) how likely it is under each class that a long line runs, or does not run, through the
            cell, as far as this was seen; None where it was not looked for.

    Returns:
        (grids, cells, 8) probabilities.
    """
    likelihood = probabilities / prior
    if struck is not None:
        likelihood = likelihood * struck
    seen = likelihood @ _CELLS.T
    seen = np.maximum(seen / seen.max(axis=2, keepdims=True), 1e-300)
    forward, backward = np.empty_like(seen), np.ones_like(seen)
    state = _FIRST * seen[:, 0]
    for cell in range(seen.shape[1]):
        if cell:
            state = (state @ _NEXT) * seen[:, cell]
        state /= state.sum(axis=1, keepdims=True)
        forward[:, cell] = state
    for cell in range(seen.shape[1] - 1, 0, -1):
        state = (seen[:, cell] * backward[:, cell]) @ _NEXT.T
        backward[:, cell - 1] = state / state.sum(axis=1, keepdims=True)
    states = forward * backward
    states /= states.sum(axis=2, keepdims=True)
    classes = likelihood[:, :, None, :] * _CELLS
    classes /= classes.sum(axis=3, keepdims=True)
    return np.einsum("gcs,gcsk->gck", states, classes)
