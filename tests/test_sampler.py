"""What is looked at together is what is looked at alone: patches, pictures and places of one page."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr_recap.cells.crop import cut_tally
from ocr_recap.cells.sampler import Lattice, Patches, Places, Sampler, Steps
from ocr_recap.cells.tally_crop import cut_grids
from ocr_recap.forms.fields import Tally
from ocr_recap.imaging.photo import Photo, load
from ocr_recap.imaging.spline_surface import Surface

SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "page2-clean.jpg"
PAGE = np.array([[7.0, 0.4, 30.0], [-0.3, 7.2, 40.0], [1e-5, 2e-5, 1.0]])  # mm to px


@pytest.fixture(scope="module")
def sampler() -> Sampler:
    bent = np.random.default_rng(1).normal(0, 0.8, (7, 6, 2))
    surface = Surface(bent, np.array([0.0, 0.0]), np.array([70.0, 75.0]))
    return Sampler(load(cv2.imread(str(SAMPLE)), "photo"), PAGE, surface)


def lattice(left: float, top: float, pitch: float = 5.0) -> Lattice:
    """A picture of 60 x 80 px on 4 x 5 nodes, `pitch` mm apart."""
    nodes = np.stack(np.meshgrid(left + pitch * np.arange(5), top + pitch * np.arange(4)), axis=-1)
    return Lattice(nodes, np.linspace(0, 60, 4), np.linspace(0, 80, 5))


def wanted() -> list[Places | Patches | Lattice]:
    centers = np.random.default_rng(2).uniform(20, 150, (12, 2))
    # The fourth lattice is coarser, so that another level of the photo's pyramid is sampled for it.
    pictures = [lattice(30, 40), lattice(60, 90), lattice(10, 150), lattice(20, 20, 30.0)]
    return [Patches(centers, 0.2, 48), Places(centers), Patches(centers + 1, 0.1, 24), *pictures]


def test_many_are_looked_at_as_one_by_one(sampler: Sampler) -> None:
    together, alone = wanted(), wanted()
    sampler.look(together)
    for one, other in zip(together, alone, strict=True):
        sampler.look([other])
        assert np.allclose(one.seen, other.seen, rtol=0, atol=1e-9)  # gray levels are whole numbers
        assert np.ptp(one.seen) > 10


def test_some_rows_and_columns_of_a_picture_are_those_of_the_whole(sampler: Sampler) -> None:
    whole, part = lattice(30, 40), lattice(30, 40)
    part.rows, part.columns = (0, 7, 8, 59), tuple(range(1, 80, 3))
    sampler.look([whole, part])
    assert whole.seen.shape == (60, 80)
    assert np.array_equal(part.seen, whole.seen[np.ix_(part.rows, part.columns)])


def test_cutters_of_several_rounds_run_side_by_side(sampler: Sampler) -> None:
    found: dict[str, np.ndarray] = {}
    looks: list[int] = []

    def cutter(name: str, rounds: int) -> Steps[None]:
        for turn in range(rounds):
            place = Places(np.array([[10.0 * turn, 20.0]]))
            yield [place]
            found[f"{name}{turn}"] = place.seen
        looks.append(rounds)

    sampler.together([cutter("a", 1), cutter("b", 3), cutter("c", 0)])
    assert sorted(looks) == [0, 1, 3]
    assert np.array_equal(found["a0"], found["b0"])
    assert np.allclose(found["b2"][0], place_of(sampler, (20.0, 20.0)))


def place_of(sampler: Sampler, place: tuple[float, float]) -> np.ndarray:
    one = Places(np.array(place))
    sampler.look([one])
    return one.seen


def ruled() -> Photo:
    """A grid of 5 rows and 10 columns, its corners at (200, 300) and (1000, 700)."""
    picture = np.full((900, 1200), 220, np.uint8)
    for x in np.linspace(200, 1000, 11):
        cv2.line(picture, (round(x), 300), (round(x), 700), 90, 2)
    for y in np.linspace(300, 700, 6):
        cv2.line(picture, (200, round(y)), (1000, round(y)), 90, 2)
    return load(picture, "photo")


def test_grids_of_one_kind_are_cut_as_one_by_one() -> None:
    photo = ruled()
    sampler, size = Sampler(photo, np.eye(3)), (photo.width, photo.height)
    places = [(212, 290, 1012, 690), (196, 305, 996, 705), (30, 10, 830, 250), (700, 500, 1500, 900)]
    grids = [Tally(kind="tally", grid=place, rows=5, columns=10) for place in places]
    together = sampler.cut(cut_grids(grids, size))
    for grid, one in zip(grids, together, strict=True):
        other = sampler.cut(cut_grids([grid], size))[0]
        assert np.array_equal(one.cells, other.cells)
        assert np.allclose(one.drift, other.drift, rtol=0, atol=1e-9)
        assert np.allclose(one.quad, other.quad, rtol=0, atol=1e-9)
        assert (one.inside, one.found, one.hidden) == (other.inside, other.found, other.hidden)
    assert [one.found == 1 for one in together] == [True, True, False, False]
    assert [one.inside for one in together] == [True, True, True, False]


def test_a_grid_of_known_corners_is_found_where_its_lines_are() -> None:
    quad = np.array([[212, 290], [1012, 290], [1012, 690], [212, 690]], float)  # 12 px and 10 px off
    found = cut_tally(ruled(), quad, 5, 10)
    assert found.found == 1
    assert not found.hidden
    # A pixel of a patch is 2 px of the photo wide and 3 px high.
    assert np.abs(found.quad - np.array([[200, 300], [1000, 300], [1000, 700], [200, 700]])).max() < 3
