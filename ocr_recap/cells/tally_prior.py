"""How clerks fill a tally grid, as a prior on its cells: full ones one after the other, then at most one that is not.

A hidden Markov model in reading order. The cell that a grid ends with is unknown; before it cells are full, with a
bundle left open or a cell left out now and then; behind it they are empty or cancelled. It settles what a doubtful
picture leaves open (four strokes or five in the middle of a row, a shadow in an empty row) and is weak enough that a
clear open bundle stays open: what is written is to be read.
"""

from __future__ import annotations

import numpy as np

from ..imaging.arrays import FloatArray

# Rows: states full, gap, last, end. Columns: 0 to 5 strokes, cancelled, something else. Drawn clerks leave a bundle
# open in one of some 2,000 full cells and skip none; these shares are ten times that and more, since how often real
# ones do is not known.
_SHARES = np.array(
    [
        [0.003, 0.0015, 0.0015, 0.0015, 0.006, 0.976, 0.0005, 0.01],
        [0.9, 0.002, 0.002, 0.002, 0.002, 0.002, 0.05, 0.04],
        [0.0, 0.195, 0.195, 0.195, 0.195, 0.195, 0.005, 0.02],
        [0.7, 2e-5, 2e-5, 2e-5, 2e-5, 2e-5, 0.29, 0.0099],
    ]
)
_CELLS = _SHARES / _SHARES.sum(axis=1, keepdims=True)
_NEXT = np.array(
    [
        [0.955, 0.002, 0.04, 0.003],
        [0.15, 0.8, 0.05, 0.0],
        [0.003, 0.002, 0.0, 0.995],
        [0.0, 0.0, 0.0, 1.0],
    ]
)
_FIRST = np.array([0.5, 0.002, 0.2, 0.298])


def in_order(probabilities: FloatArray, prior: FloatArray) -> FloatArray:
    """Probabilities of the classes of each cell with the order of filling known: (grids, cells, 8) to the same.

    Args:
        probabilities: of cells seen alone, in reading order.
        prior: (8,) shares of the classes that they carry already.
    """
    likelihood = probabilities / prior
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
