"""Reads truth, what is written on the photos: a `truth.jsonl`, read by hand or synthetic, or a table typed by a person.

The format of `truth.jsonl` is described in docs/reference/evaluation.md. Quads and centres are pixels of the photo as a
viewer shows it, corners TL, TR, BR, BL in reading orientation. What cannot be used is named by line, never
dropped silently.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from ..batch.inputs import PHOTO_ENDINGS
from ..decide.evidence import interpret
from ..messages.catalog import Wording
from ..messages.data_faults import data_fault
from ..messages.errors import InputUnusable, TableFaulty, system_reason
from ..messages.text import is_number, quoted, shortened
from ..messages.truth_faults import truth_fault
from ..records.station_lists import table

# Families of the public truth file -> (template, page); page None: a form of one page, whose id does not matter.
FAMILIES: Final[Mapping[str, tuple[str, str | None]]] = {
    "C.HASIL-PPWP-2024-p1": ("c-hasil-ppwp-2024", "1"),
    "C.HASIL-PPWP-2024-p2": ("c-hasil-ppwp-2024", "2"),
    "C.HASIL-PPWP-2024-p3": ("c-hasil-ppwp-2024", "3"),
    "C1-KWK-2017": ("c1-kwk-2017", None),
    "C1-KWK-2015": ("c1-kwk-2015-pekalongan", None),
    "PPWP-PLANO-2019": ("ppwp-plano-2019", None),
    "DPR-PLANO-2019": ("dpr-plano-2019", None),
    "C1-PPWP-2014-L1": ("c1-ppwp-2014", "lampiran-1"),
}
BLANK_WORDS: Final = ("kosong", "blank")  # typed answers for nothing written
WRITABLE: Final = frozenset("0123456789Xx- ")  # characters of a typed text
_MOST_TYPED: Final = 100  # characters of one number; by judgement
_MOST_DIGITS: Final = 9  # of a frame number; by judgement
_ROW_TOTAL = "rowsum_"  # prefix of the ids of row totals, which are not numbers of the form
_ENDINGS = PHOTO_ENDINGS | {".pdf", ".tif", ".tiff", ".heic", ".heif"}

TruthKind = Literal["photos", "typed", "sheet"]


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _as_names(value: Any) -> Any:
    """Defects as names, from a list of names or a mapping from names to strengths."""
    return (value,) if isinstance(value, str) else tuple(value or ())


def _as_mapping(value: Any) -> Any:
    return value if isinstance(value, Mapping) else None


Text = Annotated[str, BeforeValidator(_as_text)]
Pixel = Annotated[float, Field(ge=-1e6, le=1e6)]
Point = tuple[Pixel, Pixel]
Corners = tuple[Point, Point, Point, Point]  # TL, TR, BR, BL, photo px


class Lenient(BaseModel):
    """A line of results or truth; unknown keys are ignored, since versions differ."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class TruthField(Lenient):
    """One number as written: a character per cell (0-9, X, -, space); `alt` = other readings that count as right.

    `value` null: nothing is written. `visible`: share of its boxes that the photo shows, where the truth says so. Typed
    truth has no cells and no geometry. Where a number is `struck_out`, its
    boxes hold another one, and `text` and `value` are what replaces it.
    """

    id: str
    text: str
    value: StrictInt | None
    cells: int = 0
    alt: tuple[str, ...] = ()
    quad: Corners | None = None
    cell_quads: tuple[Corners, ...] = ()
    struck_out: dict[str, str] | None = None
    visible: float | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text that counts as right."""
        return self.text, *self.alt

    @property
    def values(self) -> tuple[int | None, ...]:
        """Every value that counts as right."""
        digits = ("".join(c for c in text if c in "0123456789") for text in self.alt)
        return self.value, *(int(d) for d in digits if d)


class TallyTruth(Lenient):
    """Strokes of one grid; `count` null: not countable."""

    count: int | None = None


class WordsTruth(Lenient):
    """What stands in the space for words: `state` as in records, and the number that the words mean."""

    state: str = ""
    value: int | None = None


class RowSumTruth(Lenient):
    """A row total as written; `value` null: not legible or absent."""

    field: str
    row: int
    value: int | None = None


class Consistency(Lenient):
    """True when the written numbers add up; null: there is nothing to check."""

    numbers: bool | None = None


class Truth(Lenient):
    """One photo.

    `partial`: only some of its numbers are known, and others are not judged. `counted`: the counted numbers by field
    id, where a clerk may have written something else; the written numbers are the truth.
    """

    name: str
    family: str | None = None
    template: str | None = None
    page: Text | None = None
    frame: int = 0
    document: Text | None = None
    sheet: Text | None = None
    writer: Text | None = None
    defects: Annotated[tuple[str, ...], BeforeValidator(_as_names)] = ()
    seed: int | str | None = None
    counted: Annotated[Mapping[str, Any] | None, BeforeValidator(_as_mapping)] = None
    width: int | None = None
    height: int | None = None
    image: str | None = None
    fields: tuple[TruthField, ...]
    tallies: Mapping[str, TallyTruth] = Field(default_factory=dict[str, TallyTruth])
    words: Mapping[str, WordsTruth] = Field(default_factory=dict[str, WordsTruth])
    row_sums: tuple[RowSumTruth, ...] = ()
    consistent: Consistency = Consistency()
    partial: bool = False

    @field_validator("fields")
    @classmethod
    def _each_once(cls, fields: tuple[TruthField, ...]) -> tuple[TruthField, ...]:
        ids = [field.id for field in fields]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise PydanticCustomError("listed_twice", "listed twice: {names}", {"names": ", ".join(twice)})
        return fields

    @property
    def wanted(self) -> dict[str, TruthField]:
        """The form's numbers by id, row totals left out."""
        return {field.id: field for field in self.fields if not field.id.startswith(_ROW_TOTAL)}

    @property
    def form(self) -> tuple[str | None, str | None] | None:
        """(template, page) that must be found, either of which may be None for any; None: a form without template."""
        if "template" in self.model_fields_set:
            return (self.template, self.page) if self.template else None
        return (None, None) if self.partial else FAMILIES.get(self.family or "")


@dataclass(frozen=True)
class Fault:
    """A part of the given files that could not be used. `where` is a file with a line, or a photo."""

    code: str
    where: str
    id: str
    en: str

    @classmethod
    def of(cls, code: str, where: str, key: str = "", **data: Any) -> Self:
        """A fault with a sentence of `messages.truth_faults`: that of `key`, by default of the code."""
        return cls(code, where, *truth_fault(key or code, **data))


@dataclass(frozen=True)
class TruthFile:
    """All truth of one file. `kind`: `photos` (all numbers of each photo), `typed`, or a filled-in `sheet`."""

    path: Path
    kind: TruthKind
    photos: tuple[Truth, ...]
    faults: tuple[Fault, ...]


def stem(file: str) -> str:
    """A photo's name without folder and ending, by which truth and results are matched."""
    return PurePosixPath(file.replace("\\", "/")).stem


def stem_of_name(name: str) -> str:
    """The `stem` of a name in a truth, which usually has no ending: a point is part of the name (`... at 20.31.05`)."""
    return PurePosixPath(_without_ending(name)).name


def read_jsonl(path: Path) -> TruthFile:
    """Read a `truth.jsonl`.

    Raises:
        InputUnusable: the file cannot be read.
        TableFaulty: no line of it is truth.
    """
    photos: list[Truth] = []
    faults: list[Fault] = []
    lines = read_lines(path)
    for number, line in lines:
        try:
            photos.append(Truth.model_validate_json(line))
        except ValidationError as fault:
            faults.append(broken_line(path, number, fault))
        else:
            faults += _without_cells(photos[-1], f"{path.name}:{number}")
    if not photos:
        first = Wording(f"\n{faults[0].id}", f"\n{faults[0].en}") if faults else ""
        raise TableFaulty("truth_unusable", path=path, why=first)
    return TruthFile(path, "photos", tuple(photos), tuple(faults))


def _without_cells(photo: Truth, where: str) -> list[Fault]:
    names = ", ".join(name for name, field in photo.wanted.items() if field.cells and len(field.text) != field.cells)
    if not names:
        return []
    return [Fault.of("no_cells", where, "letters_and_cells", names=names)]


def read_typed(path: Path) -> TruthFile:
    """Read a table with the columns `file`, `field`, `text`, and optionally `template`, `page`, `frame`.

    An empty text, `kosong` or `blank` means that nothing is written. Only the listed fields are judged. A page of a PDF
    is `scan.pdf#2` (counted from 1), or `scan.pdf` with the column `frame` (counted from 0).

    Raises:
        InputUnusable: the file cannot be read.
        TableFaulty: the file is no such table; the message lists its faults by line.
    """
    rows: dict[tuple[str, int], dict[str, TruthField]] = {}
    forms: dict[tuple[str, int], dict[str, str]] = {}
    faults: list[Fault] = []
    for line, row in table(path, ("file", "field", "text")):
        where = f"{path.name}:{line}"
        key = _photo_of(row["file"], row.get("frame", ""))
        meaning = typed(row["text"])
        if key is None:
            no_frame = shortened(f"{row['file']} {row.get('frame', '')}")
            faults.append(Fault.of("bad_frame", where, text=no_frame))
        elif meaning is None or not key[0] or not row["field"]:
            faults.append(Fault.of("bad_text", where, text=quoted(row["text"])))
        elif row["field"] in rows.setdefault(key, {}):
            faults.append(Fault.of("doubled", where, "listed_twice", name=f"{row['file']} {row['field']}"))
        else:
            text, value = meaning
            rows[key][row["field"]] = TruthField(id=row["field"], text=text, value=value)
            forms.setdefault(key, {k: row[k] for k in ("template", "page") if row.get(k)})
    photos = [
        Truth.model_validate(
            {"name": name, "frame": frame, "fields": tuple(fields.values()), "partial": True, **forms[name, frame]}
        )
        for (name, frame), fields in rows.items()
        if fields
    ]
    if not photos:
        raise TableFaulty("truth_empty", path=path)
    return TruthFile(path, "typed", tuple(photos), tuple(faults))


def _photo_of(file: str, frame: str) -> tuple[str, int] | None:
    """Name and frame, from 0, of the photo of a table's row; None if they are contradictory or invalid."""
    bare, mark, page = file.rpartition("#")
    named = bool(mark) and is_number(page) and bare.lower().endswith((".pdf", ".tif", ".tiff"))
    from_name = int(page[:_MOST_DIGITS]) - 1 if named else None
    if (frame and not (is_number(frame) and len(frame) <= _MOST_DIGITS)) or (from_name is not None and from_name < 0):
        return None
    from_column = int(frame) if frame else None
    if from_name is not None and from_column not in (None, from_name):
        return None
    return _without_ending(bare if named else file), from_name or from_column or 0


def typed(text: str) -> tuple[str, int | None] | None:
    """Parse a typed answer: text and value, value None for nothing written; None if the text is not valid."""
    text = text.strip()
    if text.lower() in BLANK_WORDS:
        text = ""
    text = text.upper()
    if not set(text) <= WRITABLE or len(text) > _MOST_TYPED:
        return None
    return text, interpret(text)[1]


def read_lines(path: Path) -> Iterable[tuple[int, str]]:
    """Read the lines of a JSON Lines file with their numbers, from 1; empty lines are left out.

    Raises:
        InputUnusable: the file cannot be read.
    """
    try:
        content = path.read_bytes().decode("utf-8-sig", errors="replace")
    except OSError as fault:
        raise InputUnusable("file_unreadable", path=path, why=system_reason(fault)) from None
    return [(i, line) for i, line in enumerate(content.split("\n"), 1) if line.strip()]


def broken_line(path: Path, number: int, fault: ValidationError) -> Fault:
    """The fault of an invalid line, with the first reason."""
    first = fault.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"]))
    said = data_fault(first["type"], first.get("ctx", {}))
    why = Wording(f"{place}: {said.id}", f"{place}: {said.en}") if place else said
    return Fault.of("broken_line", f"{path.name}:{number}", why=why)


def is_json(path: Path) -> bool:
    """True when a file holds JSON Lines, not a table.

    Raises:
        InputUnusable: the file cannot be read.
    """
    for _, line in read_lines(path):
        try:
            return isinstance(json.loads(line), dict) or path.suffix.lower() in (".jsonl", ".json")
        except (ValueError, RecursionError):
            return path.suffix.lower() in (".jsonl", ".json") or line.lstrip().startswith("{")
    return path.suffix.lower() != ".csv"


def _without_ending(file: str) -> str:
    path = PurePosixPath(file.replace("\\", "/").removeprefix("./"))
    return (path.with_suffix("") if path.suffix.lower() in _ENDINGS else path).as_posix()
