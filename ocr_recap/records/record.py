"""The record: the result of one photo, frozen and versioned. Other programs read its JSON: names are a contract.

All coordinates are pixels of the photo as a viewer shows it (EXIF orientation applied), x right, y down. Floats are
rounded where the record is made, so that the same result gives the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, PrivateAttr

from ..imaging.spline_surface import Surface
from ..messages.problems import hint
from .field_record import Bilingual, FieldRecord, Frozen, Quad, bilingual, in_short, is_none
from .frozen import FrozenMapping
from .rows import OF_A_NUMBER, OF_A_PHOTO, Row, data_frame, number_rows

if TYPE_CHECKING:
    from pandas import DataFrame

# Version of a line of `photos.jsonl`; rises when the meaning of a key changes. Lines of earlier versions are read as
# well. 2: a field may be `not_in_photo`, where it was in review with the reason `outside_photo` before.
RECORD_SCHEMA = 2

Verdict = Literal["settled", "review", "inconsistent", "problem"]


class PhotoInfo(Frozen):
    """The file as received. `width`, `height` count pixels after EXIF orientation; `frame` counts from 0."""

    file: str
    frame: int = 0
    sha256: str
    width: int
    height: int

    @property
    def label(self) -> str:
        """The photo's name for people: the file and, if later than the first, its frame from 1 (`scan.pdf#2`)."""
        return label(self.file, self.frame)


class Station(Frozen):
    """The polling station, as text; `source` says where the code came from."""

    code: str | None = None
    source: str | None = None


class PaperShape(Frozen):
    """The displacement field of paper that is not flat, in nominal millimetres (`spline_surface.Surface`).

    `across` and `down` are rows of coefficients of uniform cubic B-splines, whose first span begins at `origin` (x, y)
    and whose spans are `step` (x, y) long. `folds` are the creases that were seen: `[axis, place]`, where axis `x` is a
    crease that runs down the page at x = place, `y` one that runs across at y = place. `residual_before` is the
    median distance of the printed lines that are met from where the homography alone has them, in cell widths.
    """

    origin: tuple[float, float]
    step: tuple[float, float]
    across: tuple[tuple[float, ...], ...]
    down: tuple[tuple[float, ...], ...]
    residual_before: float
    folds: tuple[tuple[Literal["x", "y"], float], ...] = ()

    def surface(self) -> Surface:
        """The displacement field as a `Surface`, to be evaluated at places on the page."""
        return Surface(np.stack([self.across, self.down], axis=-1), np.array(self.origin), np.array(self.step))


class SheetBeside(Frozen):
    """A second sheet in sight beside the page that was read (`second_sheet`). It is not read.

    `template` and `page` are those of its tag, or of the page with the most similar lines. `homography` maps its
    nominal millimetres to photo pixels: exactly where the sheet is `placed` by its marks and lines, else roughly.
    `above`: it lies over the page. `in_sight` is the share of its numbers whose boxes are visible. Where it
    `could_be_meant` no number of the photo is accepted.
    """

    template: str
    page: str
    homography: tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]
    placed: bool
    above: bool
    in_sight: float
    could_be_meant: bool


class PagePlace(Frozen):
    """Where a page of a template lies on the photo.

    `corners` are the paper's corner-mark centres (or the paper's own corners where a form has no marks), TL, TR, BR, BL
    in reading orientation. `residual` is the median distance of the printed lines that are met from where the page has
    them, in cell widths. `anchors` says what the page was found by, `tag` or `lines` (digit boxes or ruled lines), and
    then which corner marks are seen where the page has them (`tl`, `tr`, `br`, `bl`). `homography` maps nominal
    millimetres of flat paper to photo pixels, row by row; `shape` is the displacement field of paper that is not flat,
    else null. `ink` is the fingerprint of the sheet (`sheet_fingerprint.ink`). `others` are further sheets in sight.
    """

    template: str
    page: str
    corners: Quad
    residual: float
    anchors: tuple[str, ...]
    homography: tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]
    ink: str = ""
    shape: PaperShape | None = None
    others: tuple[SheetBeside, ...] = ()

    @property
    def rivals(self) -> str:
        """The other sheets that could be the one that is meant, as text for a message; empty without any."""
        return ", ".join(f"{other.template} {other.page}" for other in self.others if other.could_be_meant)

    def moved(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Apply the displacement field to places on the page.

        Args:
            points: (..., 2) nominal mm.

        Returns:
            (..., 2) mm of flat paper, which `homography` maps to the photo.
        """
        return points if self.shape is None else self.shape.surface().moved(points)


class PhotoQuality(Frozen):
    """The quality of the photo over the page's cells; each number's record has the measures of its cells.

    `pixels`, `blur` (null = no line was seen), `paper`, `contrast` and `noise` are medians over the cells of the page's
    counts, `glare` the share of cells that are burnt out. `cut` names the sides of the paper outside the photo.
    `pattern` is the strength of a regular pattern on blank paper (`recapture.pattern`), `pale_print` the relative
    contrast of the palely printed lines (1 as printed, 0 missing, null = the form has none in sight).
    """

    pixels: float
    blur: float | None
    paper: float
    contrast: float
    noise: float
    glare: float
    cut: tuple[str, ...]
    pattern: float
    pale_print: float | None


class RowSum(Frozen):
    """A row total of a tally grid as written: `row` from 1, `confidence` the probability of `value`, given strokes."""

    field: str
    row: int
    text: str
    value: int | None
    confidence: float


class SuggestedSlip(Frozen):
    """A suggested clerk error: with `fits` in place of `written` the broken rule would hold (`likely_error`)."""

    field: str
    written: int
    fits: int
    kind: str
    other: str | None = None
    text: Bilingual


class RuleResult(Frozen):
    """One rule with the numbers that it was evaluated on. `difference` = left side minus right side.

    `holds` is the probability that an exact rule holds as written, null where it was not computed. `suggestion` is the
    clerk error that would explain a broken rule; it changes no number. The suggestions of one document or photo are
    chosen together, and a number has the same suggestion in all its rules.
    """

    id: str
    text: str
    strength: Literal["exact", "inequality", "soft"]
    basis: str
    numbers: FrozenMapping[str, int | None]
    outcome: Literal["holds", "broken", "not_evaluated"]
    difference: float | None
    holds: float | None = None
    suggestion: SuggestedSlip | None = None


class Problem(Frozen):
    """One member of `problems.PROBLEMS` or `WARNINGS`, its data, and the next step for the user."""

    code: str
    data: FrozenMapping[str, Any]
    hint: Bilingual


class Provenance(Frozen):
    """Versions, hashes and options that made this record, so that it can be made again.

    `template_sha256` is that of the template's file, null without a page. `words_sha256` is left out where no words
    were read. `options_sha256` is that of `options` as JSON with sorted keys and no spaces: records with the same
    hashes and version were made in the same way.
    """

    ocr_recap: str
    template_sha256: str | None
    weights_sha256: str | None
    tally_sha256: str | None = None
    alterations_sha256: str | None = None
    words_sha256: str | None = Field(default=None, exclude_if=is_none)
    options: FrozenMapping[str, Any]
    options_sha256: str
    runtime: FrozenMapping[str, str]


class JsonLine(Frozen):
    """The content of one line of a `.jsonl` file; its first key is the version, `schema`."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=lambda name: "schema" if name == "schema_" else name,
        populate_by_name=True,
    )

    def export(self) -> dict[str, Any]:
        """Plain JSON types, exactly as the line holds them."""
        return self.model_dump(mode="json", by_alias=True)

    def to_json(self) -> str:
        """The line, without the line break."""
        return self.model_dump_json(by_alias=True)

    @classmethod
    def from_json(cls, line: str) -> Self:
        """The content of such a line.

        Raises:
            pydantic.ValidationError: the line is not of this kind and schema version.
        """
        return cls.model_validate_json(line)


class Record(JsonLine):
    """The result of one photo. Every number in it is provisional: paper prevails.

    After grouping `station` and `document` are set, and `fields`, `rules` and `status` hold the document's decisions.
    `counts` is then false where the photo has no page, or other photos of the page are used for all of its numbers. A
    number of which another photo is used has the reason `other_photo_counts`, and is never accepted, so that no number
    is given twice.

    `problems` keep a photo from being read or used; `warnings` (`problems.WARNINGS`) advise on how to take a better
    photo.
    """

    schema_: int = RECORD_SCHEMA
    photo: PhotoInfo
    station: Station = Station()
    document: str | None = None
    counts: bool = True
    page: PagePlace | None
    fields: FrozenMapping[str, FieldRecord]
    row_sums: tuple[RowSum, ...] = ()
    rules: tuple[RuleResult, ...] = ()
    status: Verdict
    problems: tuple[Problem, ...] = ()
    quality: PhotoQuality | None = None
    warnings: tuple[Problem, ...] = ()
    provenance: Provenance
    provisional: Literal[True] = True

    _path: str = PrivateAttr(default="")

    def read_from(self, path: str) -> Self:
        """Set the path of the photo, with forward slashes, in this record and return it; the JSON does not change."""
        found = self.model_copy()
        found._path = path
        return found

    @property
    def found_at(self) -> str:
        """The path that `Reader` read the photo from, with forward slashes; empty in a loaded record."""
        return self._path if f"/{self._path}".endswith(f"/{self.photo.file}") else ""

    @property
    def is_withdrawn(self) -> bool:
        """True where a person withdrew the photo."""
        return any(one.code == "photo_withdrawn" for one in self.problems)

    def to_rows(self) -> list[Row]:
        """A dict per number, with the names of `numbers.csv` and plain values; none where no form was found.

        Add up `accepted`, which is None unless the number was accepted.
        """
        page = self.page
        where = (self.document, self.station.code, self.photo.file, self.photo.sha256, self.photo.frame)
        form = (page.template, page.page) if page else (None, None)
        return number_rows(dict(zip(OF_A_PHOTO, (*where, *form), strict=True)), self.fields)

    def to_pandas(self) -> DataFrame:
        """The rows of `to_rows` as a table of pandas; `value` and `accepted` are `Int64`, with `<NA>` for None.

        Raises:
            ocr_recap.messages.errors.ExtraMissing: pandas is not installed.
        """
        return data_frame(self.to_rows(), (*OF_A_PHOTO, *OF_A_NUMBER), ("frame", "value", "accepted"))

    def __repr__(self) -> str:
        where = f"{self.page.template} page {self.page.page}" if self.page else "no form"
        numbers = in_short(self.fields.values())
        problems = ", ".join(p.code for p in self.problems)
        said = "; ".join(part for part in (where, numbers, problems, self.status) if part)
        return f"<Record {self.photo.label}: {said}>"

    __str__ = __repr__


def label(file: str, frame: int) -> str:
    """The name of a photo for people, from its file and its frame from 0; see `PhotoInfo.label`."""
    return file if frame == 0 else f"{file}#{frame + 1}"


def problem(code: str, **data: Any) -> Problem:
    """Build a problem with its message and next step.

    Raises:
        KeyError: the code is neither in `problems.PROBLEMS` nor in `WARNINGS`, or its message needs other data.
    """
    return Problem(code=code, data=data, hint=bilingual(hint(code, data)))
