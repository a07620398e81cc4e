"""One reader shared by threads: the same bytes as one photo after the other, and the process stays as it was."""

from __future__ import annotations

import locale
import logging
import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from conftest import SAMPLES
from PIL import Image
from threadpoolctl import ThreadpoolController

from ocr_recap import Reader
from ocr_recap.imaging.linear import fewer_rows, product, solve, solve_banded
from ocr_recap.imaging.threads import limit_threads
from ocr_recap.read.check import check

pytestmark = pytest.mark.slow

LIBRARIES = ThreadpoolController()
THREADS = 4
ROUNDS = 2
# Found by their tag, by ruled lines on bent paper (systems of equations large enough to be shared out), and a problem.
PHOTOS = (
    "page2-clean.jpg",
    "page1-tilted.jpg",
    "page2-torn-corner-covered-tag.jpg",
    "a.pdf",
    "b.png",
)


def settings() -> dict[str, Any]:
    """What belongs to the whole process."""
    loggers = [logging.getLogger(), logging.getLogger("ocr_recap"), logging.getLogger("PIL")]
    return {
        "environment": dict(os.environ),
        "OpenCV": (cv2.getNumThreads(), cv2.useOptimized()),
        "linear algebra": [(library["filepath"], library["num_threads"]) for library in LIBRARIES.info()],
        "warnings": list(warnings.filters),
        "showwarning": warnings.showwarning,
        "logging": [(one.level, one.disabled, tuple(one.handlers), tuple(one.filters)) for one in loggers],
        "logging disabled": logging.root.manager.disable,
        "folder": Path.cwd(),
        "locale": locale.setlocale(locale.LC_ALL),
        "signals": {number: signal.getsignal(number) for number in signal.valid_signals()},
        "numpy": (np.geterr(), np.get_printoptions()),
    }


def changes(before: dict[str, Any]) -> list[str]:
    """Which settings are not as they were."""
    now = settings()
    return [name for name in before if now[name] != before[name]]


@contextmanager
def allowed(threads: int) -> Iterator[None]:
    """As a program might: so many threads for linear algebra and OpenCV."""
    opencv = cv2.getNumThreads()
    try:
        with LIBRARIES.limit(limits=threads, user_api="blas"):
            cv2.setNumThreads(threads)
            yield
    finally:
        cv2.setNumThreads(opencv)


@contextmanager
def watched(before: dict[str, Any], seen: list[str]) -> Iterator[None]:
    """Within, another thread notes again and again which settings are not as they were."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            seen.extend(changes(before))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Samples, the page of a PDF, and a file that is damaged."""
    folder = tmp_path_factory.mktemp("photos")
    picture = cv2.resize(cv2.imread(str(SAMPLES / "page2-shadow.jpg")), None, fx=0.8, fy=0.8)
    Image.fromarray(picture[:, :, ::-1]).save(folder / "a.pdf")
    (folder / "b.png").write_bytes(cv2.imencode(".png", picture)[1].tobytes()[:5000])
    return [folder / name if (folder / name).exists() else SAMPLES / name for name in PHOTOS]


def test_overlapping_reads_are_as_reads_one_by_one_and_change_nothing(reader: Reader, photos: list[Path]) -> None:
    alone = [reader.read(photo).to_json() for photo in photos]
    together = threading.Barrier(THREADS)
    seen: list[str] = []

    def work(first: int) -> list[tuple[int, str]]:
        """All photos, each thread another one at a time."""
        found: list[tuple[int, str]] = []
        for turn in range(ROUNDS * len(photos)):
            index = (first + turn) % len(photos)
            together.wait(120)
            found.append((index, reader.read(photos[index]).to_json()))
        return found

    with allowed(2):
        before = settings()
        with watched(before, seen), ThreadPoolExecutor(THREADS) as pool:
            results = [result for found in pool.map(work, range(THREADS)) for result in found]
        assert changes(before) == []
    assert set(seen) == set()
    assert [index for index, record in results if record != alone[index]] == []
    assert len(results) == THREADS * ROUNDS * len(photos)


def test_overlapping_checks_change_nothing(reader: Reader, photos: list[Path]) -> None:
    together = threading.Barrier(THREADS)
    seen: list[str] = []

    def work(_: int) -> Any:
        together.wait(120)
        return check(photos[0], "photo", reader.templates, reader.options)

    with allowed(2):
        before = settings()
        with watched(before, seen), ThreadPoolExecutor(THREADS) as pool:
            found = list(pool.map(work, range(THREADS)))
        assert changes(before) == []
    assert set(seen) == set()
    assert found == found[:1] * THREADS


def test_bytes_do_not_depend_on_the_threads_that_the_process_allows(reader: Reader, photos: list[Path]) -> None:
    expected = [reader.read(photo).to_json() for photo in photos[1:3]]
    with allowed(5):
        assert [reader.read(photo).to_json() for photo in photos[1:3]] == expected


def definite(size: int, batch: tuple[int, ...] = ()) -> np.ndarray:
    """Matrices of least squares."""
    rows = np.random.default_rng(size).normal(size=(*batch, 3 * size, size))
    return np.swapaxes(rows, -1, -2) @ rows


def banded(size: int, band: int) -> np.ndarray:
    """The same, with nothing farther from the diagonal than `band`."""
    far = np.abs(np.subtract.outer(np.arange(size), np.arange(size))) > band
    matrix = np.where(far, 0.0, definite(size))
    return matrix + np.diag(np.abs(matrix).sum(axis=1))


RNG = np.random.default_rng(3)
TALL, WIDE, VECTOR = RNG.normal(size=(3000, 190)), RNG.normal(size=(190, 300)), RNG.normal(size=3000)
BANDED = banded(250, 70)
BATCH, RIGHT = definite(150, (3,)), RNG.normal(size=(3, 150, 2))
CASES: dict[str, tuple[Callable[[], np.ndarray], Callable[[], np.ndarray]]] = {
    "product": (lambda: product(TALL, WIDE), lambda: TALL @ WIDE),
    "product with itself": (lambda: product(TALL.T, TALL), lambda: TALL.T @ TALL),
    "product with a vector": (lambda: product(TALL.T, VECTOR), lambda: TALL.T @ VECTOR),
    "float32": (lambda: product(TALL.astype("f4"), WIDE.astype("f4")), lambda: TALL.astype("f4") @ WIDE.astype("f4")),
    "systems": (lambda: solve(BATCH, RIGHT), lambda: np.linalg.solve(BATCH, RIGHT)),
    "system": (lambda: solve(BATCH[0], RIGHT[0, :, 0]), lambda: np.linalg.solve(BATCH[0], RIGHT[0, :, 0])),
    "small system": (lambda: solve(definite(9), VECTOR[:9]), lambda: np.linalg.solve(definite(9), VECTOR[:9])),
    "singular values": (
        lambda: np.linalg.svd(fewer_rows(TALL[:, :3]), compute_uv=False),
        lambda: np.linalg.svd(TALL[:, :3], compute_uv=False),
    ),
    "banded system": (
        lambda: solve_banded(BANDED, VECTOR[:250], 70),
        lambda: np.linalg.solve(BANDED, VECTOR[:250]),
    ),
    "banded system of one block": (
        lambda: solve_banded(BANDED[:60, :60], VECTOR[:60], 70),
        lambda: np.linalg.solve(BANDED[:60, :60], VECTOR[:60]),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_blocks_give_what_numpy_gives(case: str) -> None:
    ours, numpys = CASES[case]
    found, expected = ours(), numpys()
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    within = 1e-3 if found.dtype == np.float32 else 1e-9
    assert np.allclose(found, expected, rtol=within, atol=within)


@pytest.mark.parametrize("case", CASES)
def test_blocks_give_the_same_bytes_on_any_number_of_threads(case: str) -> None:
    expected = CASES[case][0]().tobytes()
    for threads in (2, 5):
        with allowed(threads):
            assert CASES[case][0]().tobytes() == expected


def test_a_process_of_ours_runs_on_one_thread() -> None:
    with allowed(2):
        limit_threads()
        assert cv2.getNumThreads() == 1
        assert {library["num_threads"] for library in LIBRARIES.info() if library["user_api"] == "blas"} == {1}


def test_a_warning_that_was_made_an_error_is_not_the_photos_fault(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = SAMPLES / "page2-clean.jpg"
    with Image.open(photo) as image:
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", image.width * image.height * 2 // 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        (problem,) = reader.read(photo).problems
    assert problem.code == "internal_error"
    assert "DecompressionBombWarning" in problem.data["error"]
    with pytest.warns(Image.DecompressionBombWarning):
        assert reader.read(photo).page is not None
