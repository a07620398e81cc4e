"""A hypothesis fitted to its page's ruled lines: as a plane, shaken out of a false place, on paper that is not flat."""

from __future__ import annotations

import numpy as np

from ...imaging.arrays import FloatArray
from ..paper.correspondences import Correspondences
from ..paper.line_fit import Fit, quick_score, refine
from ..paper.nonrigid import follow, outgrown
from ..paper.surface_fit import BENT
from .corner_search import shaken
from .hypotheses import AnchorView, Hypothesis

Fitted = tuple[Fit, Hypothesis]

CONVINCING = 0.99  # support from which no other combination of marks is tried
_CONVINCING_BENT = 0.95  # the same of paper that is not flat, whose lines must be met within 0.15 of a cell width
_HOPEFUL = 0.5  # support from which a fit is worth a second try
_HOPEFUL_WITHOUT_TAG = 0.8  # most hypotheses without a tag are wrong
_FLAT = 0.01  # cell widths: drawn flat pages have 0.003 at most (benchmarks/bent.py)


def fit_plane(view: AnchorView, hypothesis: Hypothesis, homography: FloatArray, near: bool = False) -> Fit:
    """The hypothesis refined on the page's lines, starting from a homography (mm to px); `near`: it is good to a few
    pixels already."""
    rules = view.ruling(hypothesis.template, hypothesis.page_id)
    return refine(view.gray, homography, rules, _anchors(hypothesis), near)


def straighten(
    view: AnchorView,
    fit: Fit,
    hypothesis: Hypothesis,
    last: bool = False,
    unfolded: bool = False,
    gentle: Fit | None = None,
) -> Fit:
    """Follow paper that is not flat, where a plane meets too few of its lines or meets them badly.

    A tag and two marks do not hold a plane: there other planes come first, and only the best is followed, at `last`.
    `unfolded`: creases, which cost much to look for, are left for another call, which is given as `gentle` what came
    of this one.
    """
    if hypothesis.tag and len(hypothesis.marks) < 3 and not last:
        return fit
    if fit.surface or fit.support < _HOPEFUL or is_flat(fit):
        return fit
    ruled = view.ruling(hypothesis.template, hypothesis.page_id)
    creased = (fit.support < CONVINCING or fit.residual > BENT) and not unfolded
    if gentle is not None and not creased:
        return gentle
    distance = (lambda: view.distance) if creased else None
    starts = [hypothesis.homography, fit.homography]
    return follow(view.gray, distance, fit, starts, ruled, _anchors(hypothesis), gentle=gentle)


def improve(view: AnchorView, fit: Fit, hypothesis: Hypothesis) -> Fitted:
    """A fit that is not good enough after a second try, from other places and on paper that is not flat."""
    if (_HOPEFUL if hypothesis.tag else _HOPEFUL_WITHOUT_TAG) < fit.support and not is_enough(fit):
        better = fit_plane(view, hypothesis, shaken(view, hypothesis, fit.homography))
        better = straighten(view, better, hypothesis)
        return (better, hypothesis) if better.support > fit.support else (fit, hypothesis)
    return (fit if fit.surface else straighten(view, fit, hypothesis)), hypothesis


def outgrow(view: AnchorView, fit: Fit, hypothesis: Hypothesis) -> Fitted:
    """Follow the paper from the part of it whose lines a fit meets, where that meets more of them."""
    ruled = view.ruling(hypothesis.template, hypothesis.page_id)
    further = outgrown(view.gray, fit, ruled, _anchors(hypothesis))
    return (further if further.support > fit.support else fit), hypothesis


def is_enough(fit: Fit) -> bool:
    """Whether nothing else needs to be tried: paper that was followed is looked at more closely than a plane."""
    return fit.support >= (CONVINCING if fit.surface is None else _CONVINCING_BENT)


def is_flat(fit: Fit) -> bool:
    """Whether a plane meets the lines as well as it does on flat paper."""
    return fit.support >= CONVINCING and fit.residual <= _FLAT


def rank(view: AnchorView, hypotheses: list[Hypothesis]) -> list[Hypothesis]:
    """Order hypotheses by how well they predict dark lines; more anchors first where lines cannot tell."""
    if not hypotheses:
        return []
    scores = np.empty(len(hypotheses))
    for page in sorted({h.page for h in hypotheses}):
        index = [i for i, h in enumerate(hypotheses) if h.page == page]
        stack = np.stack([hypotheses[i].homography for i in index])
        scores[index] = quick_score(view.distance, stack, view.ruling(hypotheses[index[0]].template, page[1]), 3.0)
    scores += 0.02 * np.array([len(h.marks) for h in hypotheses])
    return [hypotheses[i] for i in np.argsort(-scores, kind="stable")]


def _anchors(hypothesis: Hypothesis) -> Correspondences:
    """The marks that speak for it."""
    corners = hypothesis.template.page(hypothesis.page_id).markers.corners
    assert corners is not None  # hypotheses are made of corner marks
    index = [i for i, _ in hypothesis.marks]
    return Correspondences(corners.centers[index], np.array([p for _, p in hypothesis.marks]).reshape(-1, 2))
