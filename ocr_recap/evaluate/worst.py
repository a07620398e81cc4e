"""The worst numbers with their pictures: silent errors first, then other wrong numbers, most confident first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .judge import Judged, JudgedPhoto
from .pictures import Strips
from .readings import ReadNumber

MOST = 50  # numbers in the report; by judgement


@dataclass(frozen=True)
class WorstNumber:
    """One wrong number. Texts have a character per cell; `picture` is a base64 JPEG of the boxes, or None."""

    photo: str
    field: str
    want: str | None
    got: str | None
    silent: bool
    confidence: float | None
    picture: str | None


def worst(photos: Iterable[JudgedPhoto], strips: Strips, most: int = MOST) -> tuple[list[WorstNumber], int]:
    """Select the worst numbers and find their pictures.

    Args:
        photos: judged.
        strips: finds pictures.
        most: largest number of selected numbers.

    Returns:
        The selected numbers, and how many wrong numbers there are on located photos or as silent errors.
    """
    wrong = [(photo, n) for photo in photos for n in photo.numbers if n.silent or (n.got is not None and not n.right)]
    wrong.sort(key=lambda pair: (not pair[1].silent, -_confidence(pair[1]), pair[0].truth.name, pair[1].field))
    kept = wrong[:most]
    # Cut photo by photo, so that each is opened once.
    order = sorted(range(len(kept)), key=lambda i: kept[i][0].truth.name)
    shown: dict[int, WorstNumber] = {i: _show(*kept[i], strips) for i in order}
    return [shown[i] for i in range(len(kept))], len(wrong)


def _show(photo: JudgedPhoto, number: Judged, strips: Strips) -> WorstNumber:
    truth, got, want = photo.truth, number.got, number.want
    picture = strips.find(photo.reading, (truth.image, truth.name), number.field, want.quad if want else None)
    return WorstNumber(
        truth.name,
        number.field,
        want.text if want else None,
        _text_of(got) if got else None,
        number.silent,
        got.confidence if got else None,
        picture,
    )


def _text_of(got: ReadNumber) -> str | None:
    return str(got.value) if got.text is None and got.value is not None else got.text


def _confidence(number: Judged) -> float:
    return (number.got.confidence if number.got else None) or 0.0
