"""The benchmark of digit readers counts as it says, and takes the printed frame off without eating what is written."""

from __future__ import annotations

import sys

import cv2
import numpy as np
import pytest
from conftest import ROOT

from ocr_recap.evaluate.truths import TruthField

sys.path.insert(0, str(ROOT / "benchmarks"))
import digit_peers
import digits as benchmark


def box(width: int = 60, height: int = 64, level: int = 225) -> np.ndarray:
    """An empty printed box, from the middle of its lines on."""
    picture = np.full((height, width), level, np.uint8)
    cv2.rectangle(picture, (0, 0), (width - 1, height - 1), 60, 5)
    return picture


def number(text: str, value: int | None, alt: tuple[str, ...] = ()) -> benchmark.Number:
    want = TruthField(id="a", text=text, value=value, cells=len(text), alt=alt)
    patches = np.zeros((len(text), 48, 48), np.uint8)
    return benchmark.Number("photo", want, [box()] * len(text), patches, np.full((len(text), 2), 32.0))


def test_score_counts_digits_cells_and_numbers() -> None:
    numbers = [number("X17", 17), number("-05", 5), number("   ", None), number("---", 0), number("9 3", 93, ("913",))]
    found = benchmark.score("reader", list("X1708 1   - 913"), 0.015, numbers)
    assert found.digits == (2 + 0 + 2, 6)
    assert found.cells == (3 + 0 + 2 + 3 + 3, 15)
    assert found.numbers == (3, 4), "the blank is no number, 8 is not 5"
    assert found.milliseconds == pytest.approx(1.0)
    assert benchmark.score("reader", list("X17 05      9 3"), 0, numbers).digits == (6, 6)
    assert benchmark.score("reader", list("X17 05      9 3"), 0, numbers).numbers == (4, 4)


def test_sample_keeps_whole_numbers_and_is_the_same_every_time() -> None:
    numbers = [number(f"{i:03d}", i) for i in range(40)]
    some = benchmark.sample(numbers, 31)
    assert len(some) == 10
    assert [n.want.value for n in some] == [n.want.value for n in benchmark.sample(numbers, 31)]
    assert len(benchmark.sample(numbers, 10**6)) == 40


@pytest.mark.parametrize(("width", "height"), [(60, 64), (34, 64), (120, 64)])
def test_an_empty_box_has_no_ink(width: int, height: int) -> None:
    assert not digit_peers.ink_of(box(width, height)).any()
    assert digit_peers.normalised(box(width, height)) is None
    assert digit_peers.cleaned(box(width, height), 0.2, 48) is None


def test_the_frame_goes_and_the_digit_stays() -> None:
    picture = box()
    cv2.putText(picture, "5", (14, 52), 0, 1.6, 40, 4, cv2.LINE_AA)
    ink = digit_peers.ink_of(picture)
    assert 0.05 < (ink > 0).mean() < 0.4
    assert not ink[:4].any()
    assert not ink[:, :4].any()
    small = digit_peers.normalised(picture)
    assert small is not None
    rows, columns = np.flatnonzero(small.max(axis=1)), np.flatnonzero(small.max(axis=0))
    assert len(rows) > len(columns), "the true aspect is kept"
    assert rows.mean() == pytest.approx(13.5, abs=1.5)
    clean = digit_peers.cleaned(picture, 0.2, 48)
    assert clean is not None
    assert clean.shape[0] == 48
    assert clean.min() < 120 < clean.max()


PAGE = """
a
<!-- peers: written by benchmarks/digits.py -->
Weights 111.

| cells | reader | digit cells |
|---|---|---|
| real | **ocr_recap** | 97.0% of 265 (95-98%) |
| real | peer | 46.0% of 265 |

MNIST test, 10 bare digits: ours 90.00%, the MNIST net 99.06%.
<!-- end of peers -->
b
"""


def test_own_lines_are_renewed_and_those_of_others_stay() -> None:
    new = "Weights 222.\n\n| real | **ocr_recap** | 99.0% of 265 (98-99%) |\n\nMNIST test, 10 bare digits: ours 95.00%."
    assert benchmark.renewed(PAGE, new).splitlines() == [
        "Weights 222.",
        "",
        "| cells | reader | digit cells |",
        "|---|---|---|",
        "| real | **ocr_recap** | 99.0% of 265 (98-99%) |",
        "| real | peer | 46.0% of 265 |",
        "",
        "MNIST test, 10 bare digits: ours 95.00%, the MNIST net 99.06%.",
    ]
    with pytest.raises(SystemExit, match="numbers of cells"):
        benchmark.renewed(PAGE, new.replace("of 265", "of 266"))
    with pytest.raises(SystemExit, match="other lines"):
        benchmark.renewed(PAGE, new.replace("MNIST", "Other"))


def test_a_table_goes_between_its_markers_and_nowhere_else(tmp_path) -> None:
    page = tmp_path / "digits.md"
    page.write_text(f"a\n{benchmark.BEGIN}\nold\n{benchmark.END}\nz\n", encoding="utf-8")
    benchmark.fill_in(page, "new")
    assert page.read_text("utf-8") == f"a\n{benchmark.BEGIN}\nnew\n{benchmark.END}\nz\n"
    page.write_text("nothing here", encoding="utf-8")
    with pytest.raises(SystemExit, match="put the lines"):
        benchmark.fill_in(page, "new")
