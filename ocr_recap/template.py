"""The only model of a form: its geometry, its fields and its rules, read from one YAML file.

All lengths are nominal millimetres of the printed page, origin at the paper's top-left corner, x to the right,
y down. "Nominal" because the true print size of many forms is not known: limits are therefore stated in cell
widths, never in millimetres. A rectangle is ``[x0, y0, x1, y1]`` along the *centres* of its printed lines.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import Field, ValidationError, field_validator, model_validator

from . import rulebook, slips
from .printed import Gray, Identifier, Label, Millimetres, Model, Point, Positive, Printed, Rect
from .rules import Relation, RuleSyntaxError, in_words, parse
from .yaml_faults import explain
from .yaml_tree import MOST_BYTES, YamlFault, read

SCHEMA_VERSION = 1
SCHEMA_FILE = "template.schema.json"
_MOST_FAULTS = 50  # said of one file; who has corrected these runs again
GRID_GRAY = 0.75  # of tally grids and row totals, read off the reference drawings of 2024

FloatArray = NDArray[np.float64]


class TemplateError(ValueError):
    """A template file cannot be used. `problems` holds one line each: file, line, what is wrong, what to write."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Paper(Model):
    """Nominal paper size."""

    width: Positive
    height: Positive


class Tag(Model):
    """An AprilTag. `center` is the middle of its black border square, `side` that square's side.

    `rotation` is the clockwise turn in degrees of the printed tag against the family's own drawing.
    """

    family: Literal["apriltag_36h10"]
    id: Annotated[int, Field(ge=0, le=2319)]
    center: Point
    side: Positive
    rotation: Literal[0, 90, 180, 270] = 0


class CornerMarks(Model):
    """Four equal marks. A staircase is two black squares that touch at the mark's centre: upper left, lower right."""

    kind: Literal["staircase"]
    square: Positive
    tl: Point
    tr: Point
    br: Point
    bl: Point

    @property
    def centers(self) -> FloatArray:
        """Centres TL, TR, BR, BL; (4, 2) millimetres."""
        return np.array([self.tl, self.tr, self.br, self.bl], dtype=np.float64)


class Markers(Model):
    """The fiducials of a page; a page without any has none of both."""

    tag: Tag | None = None
    corners: CornerMarks | None = None


class Region(Model):
    """A named part of a page."""

    id: Identifier
    rect: Rect


class Page(Model):
    """One printed side. `private` regions (names, signatures) are masked in everything we show.

    `find` says how the page is found on a photo: by its corner marks (and tag), or, on paper that has none, by its
    ruled lines alone.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=40)]
    title: Label
    find: Literal["markers", "lines"] = "markers"
    markers: Markers = Markers()
    header: Rect | None = Field(default=None, description="where the station's name is handwritten")
    private: tuple[Region, ...] = ()
    printed: tuple[Printed, ...] = ()

    @model_validator(mode="after")
    def _can_be_found(self) -> Page:
        if self.find == "markers" and self.markers.corners is None:
            raise ValueError(f"page {self.id!r} has no corner marks; add markers.corners, or write 'find: lines'")
        if self.find == "lines" and self.markers != Markers():
            raise ValueError(f"page {self.id!r} has markers and is found by them; remove 'find: lines'")
        return self


class Cells(Model):
    """`count` boxes for one digit each: the first box [x, y, width, height] repeated every `pitch` to the right.

    `dividers` is how walls that two cells share are printed.
    """

    box: tuple[Millimetres, Millimetres, Positive, Positive]
    count: Annotated[int, Field(ge=1, le=12)]
    pitch: Positive
    line: Positive = 0.45
    dividers: Literal["solid", "dotted"] = "solid"

    @model_validator(mode="after")
    def _dividers_are_shared(self) -> Cells:
        if self.dividers == "dotted" and abs(self.pitch - self.box[2]) > 0.01:
            raise ValueError("dotted dividers are walls that two cells share; make pitch equal to the box's width")
        return self

    @property
    def width(self) -> float:
        """Width of one cell."""
        return self.box[2]

    def rects(self) -> list[Rect]:
        """One rectangle per cell, left to right."""
        x, y, width, height = self.box
        return [(x + i * self.pitch, y, x + i * self.pitch + width, y + height) for i in range(self.count)]

    def outline(self) -> Rect:
        """The rectangle around all cells."""
        first, last = self.rects()[0], self.rects()[-1]
        return first[0], first[1], last[2], last[3]


class Bubbles(Model):
    """Ten bubbles (0 at the top) under each cell."""

    kind: Literal["bubbles"]
    first: Point = Field(description="centre of the 0 bubble under the first cell")
    pitch: tuple[Positive, Positive] = Field(description="to the next column, to the next digit")
    radius: Positive

    def centers(self, columns: int) -> FloatArray:
        """Centres, (columns, 10, 2) millimetres."""
        x = self.first[0] + np.arange(columns) * self.pitch[0]
        y = self.first[1] + np.arange(10) * self.pitch[1]
        return np.stack(np.broadcast_arrays(x[:, None], y[None, :]), axis=-1).astype(np.float64)


class Tally(Model):
    """A grid for tally marks, `strokes` in a full cell."""

    kind: Literal["tally"]
    grid: Rect
    rows: Annotated[int, Field(ge=1, le=100)]
    columns: Annotated[int, Field(ge=1, le=100)]
    line: Positive = 0.25
    gray: Gray = GRID_GRAY
    strokes: Annotated[int, Field(ge=1, le=10)] = 5


class RowTotals(Model):
    """Boxes for the total of each row of the tally ("jumlah tiap baris")."""

    kind: Literal["row_totals"]
    grid: Rect
    rows: Annotated[int, Field(ge=1, le=100)]
    cells: Annotated[int, Field(ge=1, le=6)]
    line: Positive = 0.25
    gray: Gray = GRID_GRAY


Witness = Annotated[Bubbles | Tally | RowTotals, Field(discriminator="kind")]


class FormField(Model):
    """One number on a page. Only fields with role `count` decide a verdict."""

    id: Identifier
    page: str
    role: Literal["count", "date"] = "count"
    label: Label
    cells: Cells
    guide: Literal["none", "seven_segment"] = "none"
    witnesses: tuple[Witness, ...] = ()

    @property
    def bubbles(self) -> Bubbles | None:
        """The bubbles of this number, if the form has them."""
        return next((w for w in self.witnesses if isinstance(w, Bubbles)), None)

    @property
    def tally(self) -> Tally | None:
        """The grid for tally marks of this number, if the form has one."""
        return next((w for w in self.witnesses if isinstance(w, Tally)), None)

    @property
    def row_totals(self) -> RowTotals | None:
        """The boxes for the totals of the grid's rows, if the form has them."""
        return next((w for w in self.witnesses if isinstance(w, RowTotals)), None)


class Rule(Model):
    """A relation between fields (grammar: `ocr_recap.rules`) with its strength and where it comes from.

    `exact` and `inequality` rules block acceptance when broken; a `soft` rule only warns. `slip_rate` is how often
    clerks break it on paper; left out, it is that of its strength in `slips`.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=60)]
    text: str
    strength: Literal["exact", "inequality", "soft"]
    basis: str
    slip_rate: Annotated[float, Field(gt=0, lt=1)] | None = None

    @property
    def slip(self) -> float:
        """How often clerks break it on paper."""
        usual = {"exact": slips.RATE, "inequality": slips.INEQUALITY_RATE, "soft": slips.SOFT_RATE}
        return self.slip_rate or usual[self.strength]

    @field_validator("text")
    @classmethod
    def _is_a_rule(cls, text: str) -> str:
        try:
            parse(text)
        except RuleSyntaxError as fault:
            raise ValueError(f"not a rule: {fault}") from None
        return text

    @cached_property
    def relation(self) -> Relation:
        """The parsed text."""
        return parse(self.text)


class Template(Model):
    """One form: pages, fields, rules."""

    schema_version: Literal[1]
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
    title: Label
    source: str = Field(description="where geometry and rules were taken from, and how sure that is")
    paper: Paper
    pages: tuple[Page, ...] = Field(min_length=1)
    fields: tuple[FormField, ...] = Field(min_length=1)
    rules: tuple[Rule, ...] = ()
    sha256: str = Field(default="", exclude=True, description="hash of the file, filled in by the loader")
    yaml: str = Field(default="", exclude=True, repr=False, description="the file's text, filled in by the loader")

    @model_validator(mode="after")
    def _hangs_together(self) -> Template:
        pages = [page.id for page in self.pages]
        names = [field.id for field in self.fields]
        for kind, ids in (("page", pages), ("field", names), ("rule", [rule.id for rule in self.rules])):
            doubled = sorted(i for i, count in Counter(ids).items() if count > 1)
            if doubled:
                raise ValueError(f"{kind} id {doubled[0]!r} is used twice; give each {kind} its own id")
        for field in self.fields:
            if field.page not in pages:
                raise ValueError(f"field {field.id!r} is on page {field.page!r}; write one of {', '.join(pages)}")
        known = set(names)
        for rule in self.rules:
            for name in rule.relation.fields:
                if name not in known:
                    raise ValueError(f"rule {rule.id!r} names the unknown field {name!r}; write one of the field ids")
        wrong = rulebook.fault({r.id: r.relation for r in self.rules if r.strength != "soft"})
        if wrong:
            raise ValueError(wrong)
        tags = [page.markers.tag.id for page in self.pages if page.markers.tag]
        if len(tags) != len(set(tags)):
            raise ValueError("two pages have the same tag id; the tag is what tells the pages apart")
        return self

    def __hash__(self) -> int:
        return hash((self.id, self.sha256))  # what is worked out once for a page is kept by its template

    def __repr__(self) -> str:
        return f"<Template {self.id}: {len(self.pages)} pages, {len(self.fields)} fields, {len(self.rules)} rules>"

    __str__ = __repr__

    def page(self, page_id: str) -> Page:
        """The page of this id.

        Raises:
            KeyError: no such page.
        """
        for page in self.pages:
            if page.id == page_id:
                return page
        raise KeyError(page_id)

    def found_by_markers(self) -> bool:
        """Has this form a page that can be found by its corner marks?"""
        return any(page.find == "markers" for page in self.pages)

    def fields_of(self, page_id: str) -> list[FormField]:
        """The fields on one page, in the order of the file."""
        return [field for field in self.fields if field.page == page_id]

    def rules_of(self, page_id: str) -> list[Rule]:
        """The rules in which at least one field of the page takes part."""
        here = {field.id for field in self.fields_of(page_id)}
        return [rule for rule in self.rules if here.intersection(rule.relation.fields)]

    @cached_property
    def rules_in_words(self) -> Mapping[str, Label]:
        """Each rule by its id, its fields named by their labels."""
        names_id = {field.id: field.label.id for field in self.fields}
        names_en = {field.id: field.label.en for field in self.fields}
        # A sum of many numbers is longer than any label may be; it is made of checked ones.
        words = Label.model_construct
        return {r.id: words(id=in_words(r.text, names_id), en=in_words(r.text, names_en)) for r in self.rules}

    def cell_width(self, page_id: str) -> float:
        """The median cell width of a page: the unit of every residual and limit; millimetres."""
        return float(np.median([field.cells.width for field in self.fields_of(page_id)]))


def directory() -> Path:
    """Where the package's own templates lie: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


_FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def available() -> dict[str, Path]:
    """The package's own templates: id to file, sorted by id."""
    return {path.stem: path for path in sorted(directory().glob("*.yaml"))}


def load(source: str | Path) -> Template:
    """Load a template by id (`c-hasil-ppwp-2024`) or from a YAML file.

    Raises:
        TemplateError: no such template or file, or its content is wrong; the message names file, line and remedy.
    """
    known = available()
    path = known.get(str(source), Path(source))
    if not path.is_file():
        ids = ", ".join(known)
        raise TemplateError([f"{source}: no such template or file; known templates are {ids}, or give a .yaml file"])
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise TemplateError([f"{path}: larger than {MOST_BYTES} bytes, which no form needs; is it a template?"])
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise TemplateError([f"{path}: cannot be read as UTF-8 text ({fault}); save it again as UTF-8"]) from None
    return parse_text(text, str(path), hashlib.sha256(content).hexdigest(), known=path in known.values())


def parse_text(text: str, name: str, sha256: str = "", known: bool = False) -> Template:
    """Parse the text of a template file; `name` is used in error messages.

    `known`: it is the package's own.

    Raises:
        TemplateError: as `load`.
    """
    try:
        # Our own files need no bounds, and the parser in C takes a tenth of the time.
        node, data = (None, yaml.load(text, Loader=_FAST)) if known else read(text)
    except YamlFault as fault:
        raise TemplateError([f"{name}, line {fault.line}: {fault}"]) from None
    if not isinstance(data, dict):
        raise TemplateError([f"{name}, line 1: a template is a mapping that starts with 'schema_version: 1'"])
    try:
        return Template.model_validate(data).model_copy(update={"sha256": sha256, "yaml": text})
    except ValidationError as fault:
        problems = list(islice(explain(fault, node or read(text)[0], name), _MOST_FAULTS + 1))
        if len(problems) > _MOST_FAULTS:
            problems[-1] = f"{name}: and more; correct these first"
        raise TemplateError(problems) from None


def json_schema() -> dict[str, Any]:
    """The JSON Schema that editors and other programs can check a template file against."""
    schema = Template.model_json_schema()
    for filled_in in ("sha256", "yaml"):
        schema["properties"].pop(filled_in, None)
    return schema
