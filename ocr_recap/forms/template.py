"""The only model of a form: its geometry, its fields and its rules, read from one YAML file.

All lengths are nominal millimetres of the printed page, origin at the paper's top-left corner, x to the right,
y down. "Nominal" because the true print size of many forms is not known: limits are therefore stated in cell
widths, never in millimetres. A rectangle is ``[x0, y0, x1, y1]`` along the *centres* of its printed lines.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from ..messages.catalog import StackedText
from ..messages.errors import TemplateError
from . import clerk_errors, rule_checks
from .bounded_yaml import MOST_BYTES, YamlFault, read
from .election import Election
from .fields import Bubbles, FormField, Page, Paper, Words
from .print_items import Label, Model, Rect
from .relations import Relation, RuleSyntaxError, in_words, parse
from .yaml_errors import explain

SCHEMA_VERSION = 1  # of template files; rises when the meaning of a key changes
SCHEMA_FILE = "template.schema.json"  # JSON Schema in the folder of templates
_MOST_FAULTS = 50  # faults of one file in a message; by judgement
# By judgement: fifteen times the fullest page of the package's forms (66), and a form of 300 candidates with 3 numbers
# each.
MOST_CELLS = 1_000  # digit boxes of one page, each of which is cut, measured and read by a net
MOST_FIELDS = 1_000  # numbers of one form


class Rule(Model):
    """A relation between fields (grammar: `ocr_recap.forms.relations`) with its strength and its basis.

    `exact` and `inequality` rules block acceptance when broken; a `soft` rule only warns. `slip_rate` is the
    probability that clerks break the rule on paper; the default is that of the rule's strength in `clerk_errors`.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=60)]
    text: str
    strength: Literal["exact", "inequality", "soft"]
    basis: str
    slip_rate: Annotated[float, Field(gt=0, lt=1)] | None = None

    @property
    def slip(self) -> float:
        """Probability that clerks break the rule on paper."""
        usual = {"exact": clerk_errors.RATE, "inequality": clerk_errors.INEQUALITY_RATE, "soft": clerk_errors.SOFT_RATE}
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
        """The parsed text of the rule."""
        return parse(self.text)


class Template(Model):
    """One form: pages, fields, rules."""

    schema_version: Literal[1]
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
    title: Label
    source: str = Field(description="where geometry and rules were taken from, and how sure that is")
    paper: Paper
    pages: tuple[Page, ...] = Field(min_length=1)
    fields: tuple[FormField, ...] = Field(min_length=1, max_length=MOST_FIELDS)
    rules: tuple[Rule, ...] = ()
    election: Election | None = None
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
        for page, cells in self._cells().items():
            if cells > MOST_CELLS:
                raise ValueError(f"page {page!r} has {cells} digit boxes; a page may have {MOST_CELLS}: divide it")
        known = set(names)
        for rule in self.rules:
            for name in rule.relation.fields:
                if name not in known:
                    raise ValueError(f"rule {rule.id!r} names the unknown field {name!r}; write one of the field ids")
        wrong = rule_checks.fault({r.id: r.relation for r in self.rules if r.strength != "soft"})
        if wrong:
            raise ValueError(wrong)
        tags = [page.markers.tag.id for page in self.pages if page.markers.tag]
        if len(tags) != len(set(tags)):
            raise ValueError("two pages have the same tag id; the tag is what tells the pages apart")
        return self

    @model_validator(mode="after")
    def _has_its_dates(self) -> Template:
        dates = {field.id for field in self.fields if field.role == "date"}
        for name in self.election.date_fields if self.election else ():
            if name not in dates:
                raise ValueError(f"election.date_fields names {name!r}, which is no field with 'role: date'; write one")
        return self

    @model_validator(mode="after")
    def _words_have_space(self) -> Template:
        for field in self.fields:
            if field.words is None:
                continue
            x0, y0, x1, y1 = rect = field.words.rect
            if x0 < 0 or y0 < 0 or x1 > self.paper.width or y1 > self.paper.height:
                raise ValueError(f"the space for words of field {field.id!r} is outside the paper; correct its rect")
            for other in self.fields_of(field.page):
                for kind, taken in _taken(other, field):
                    if _overlap(rect, taken):
                        raise ValueError(
                            f"the space for words of field {field.id!r} lies over the {kind} of field {other.id!r}; "
                            "correct its rect"
                        )
        return self

    def _cells(self) -> Counter[str]:
        """Number of digit boxes of each page, by page id."""
        found: Counter[str] = Counter()
        for field in self.fields:
            found[field.page] += field.cells.count
        return found

    def __hash__(self) -> int:
        return hash((self.id, self.sha256))  # caches of results of a page have the template as key

    def __repr__(self) -> str:
        return f"<Template {self.id}: {len(self.pages)} pages, {len(self.fields)} fields, {len(self.rules)} rules>"

    __str__ = __repr__

    def page(self, page_id: str) -> Page:
        """The page with this id.

        Raises:
            KeyError: there is no such page.
        """
        for page in self.pages:
            if page.id == page_id:
                return page
        raise KeyError(page_id)

    def found_by_markers(self) -> bool:
        """True when a page of the form can be located by its corner marks."""
        return any(page.find == "markers" for page in self.pages)

    def fields_of(self, page_id: str) -> list[FormField]:
        """The fields on one page, in the order of the file."""
        return [field for field in self.fields if field.page == page_id]

    def possible_dates(self, day: date | None = None) -> tuple[tuple[str, ...], tuple[tuple[int, ...], ...]]:
        """Ids of the numbers of day, month and year, and their values on each date that may be written.

        A year of two boxes has its last two digits.

        Args:
            day: election day in place of those of the template.

        Returns:
            Two empty tuples where the form has no such numbers, or no day is known.
        """
        usual = Election.model_construct(days=(), basis="")
        election, boxes = self.election or usual, {f.id: f.cells.count for f in self.fields if f.role == "date"}
        dates = election.possible(day)
        if not dates or not boxes.keys() >= set(election.date_fields):
            return (), ()
        rows = ((d.day, d.month, d.year % 10 ** boxes[election.date_fields[2]]) for d in dates)
        return election.date_fields, tuple(rows)

    def rules_of(self, page_id: str) -> list[Rule]:
        """The rules that contain at least one field of the page."""
        here = {field.id for field in self.fields_of(page_id)}
        return [rule for rule in self.rules if here.intersection(rule.relation.fields)]

    @cached_property
    def rules_in_words(self) -> Mapping[str, Label]:
        """The text of each rule with labels in place of field ids, by rule id."""
        names_id = {field.id: field.label.id for field in self.fields}
        names_en = {field.id: field.label.en for field in self.fields}
        # A sum of many numbers is longer than any label may be; it is made of checked ones.
        words = Label.model_construct
        return {r.id: words(id=in_words(r.text, names_id), en=in_words(r.text, names_en)) for r in self.rules}

    def cell_width(self, page_id: str) -> float:
        """The median cell width of a page: the unit of every residual and limit; millimetres."""
        return float(np.median([field.cells.width for field in self.fields_of(page_id)]))


def _taken(field: FormField, reader: FormField) -> Iterator[tuple[str, Rect]]:
    """What a field has on its page, but for the words of `reader` itself: name of the part, and its rectangle."""
    yield "boxes", field.cells.outline()
    for witness in field.witnesses:
        match witness:
            case Bubbles():
                r, centers = witness.radius, witness.centers(field.cells.count).reshape(-1, 2)
                (left, top), (right, bottom) = centers.min(axis=0).tolist(), centers.max(axis=0).tolist()
                yield "bubbles", (left - r, top - r, right + r, bottom + r)
            case Words():
                if field.id != reader.id:
                    yield "words", witness.rect
            case _:
                yield witness.kind.replace("_", " "), witness.grid


def _overlap(one: Rect, other: Rect) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def directory() -> Path:
    """The folder of the package's own templates: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


# PyYAML's parser in C, where it is available.
_FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def available() -> dict[str, Path]:
    """The package's own templates: id to file, sorted by id."""
    return {path.stem: path for path in sorted(directory().glob("*.yaml"))}


def load(source: str | Path) -> Template:
    """Load a template by id (`c-hasil-ppwp-2024`) or from a YAML file.

    Raises:
        TemplateError: there is no such template or file, or its content is wrong; the message names file, line and
            remedy.
    """
    known = available()
    path = known.get(str(source), Path(source))
    if not path.is_file():
        ids = ", ".join(known)
        raise TemplateError("template_unknown", name=source, known=ids)
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise TemplateError("template_too_large", path=path, limit=MOST_BYTES)
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise TemplateError("template_unreadable", path=path) from None
    return parse_text(text, str(path), hashlib.sha256(content).hexdigest(), known=path in known.values())


def parse_text(text: str, name: str, sha256: str = "", known: bool = False) -> Template:
    """Parse the text of a template file.

    Args:
        text: YAML.
        name: of the file, for error messages.
        sha256: of the file, kept in the template.
        known: whether the file is the package's own, which is parsed without bounds.

    Raises:
        TemplateError: as `load`.
    """
    try:
        # The package's own files need no bounds, and the parser in C takes a tenth of the time.
        node, data = (None, yaml.load(text, Loader=_FAST)) if known else read(text)
    except YamlFault as fault:
        raise _faulty([f"{name}, line {fault.line}: {fault}"]) from None
    if not isinstance(data, dict):
        raise _faulty([f"{name}, line 1: a template is a mapping that starts with 'schema_version: 1'"])
    try:
        return Template.model_validate(data).model_copy(update={"sha256": sha256, "yaml": text})
    except ValidationError as fault:
        problems = list(islice(explain(fault, node or read(text)[0], name), _MOST_FAULTS + 1))
        if len(problems) > _MOST_FAULTS:
            problems[-1] = f"{name}: and more; correct these first"
        raise _faulty(problems) from None


def _faulty(problems: Iterable[str]) -> TemplateError:
    """The error of a file with these problems, one line each: file, line, what is wrong, what to write."""
    return TemplateError("template_faulty", problems=StackedText(problems))


def json_schema() -> dict[str, Any]:
    """The JSON Schema that editors and other programs can check a template file against."""
    schema = Template.model_json_schema()
    for filled_in in ("sha256", "yaml"):
        schema["properties"].pop(filled_in, None)
    return schema
