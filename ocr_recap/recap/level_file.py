"""The level file of a contest: which levels and fields there are, what they are called, which rules hold.

A level file is YAML (`contests/*.yaml`, or a person's own): data, no code. It is parsed within the bounds of
`forms/bounded_yaml.py`, and a file with a fault is refused with the fault's line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from ..forms.bounded_yaml import MOST_BYTES, YamlFault, read
from ..forms.print_items import Identifier, Label, Model
from ..forms.relations import Relation, RuleSyntaxError, parse
from ..forms.yaml_errors import explain
from ..messages.catalog import StackedText
from ..messages.errors import TemplateError
from .areas import LENGTHS, LEVELS, LevelName

_MOST_FAULTS: Final = 10  # lines named in one message; by judgement
_MOST_FIELDS: Final = 300  # the largest contest so far has 28; by judgement


class ContestLevel(Model):
    """A level of the contest, and the level that its areas are parts of; None for the topmost."""

    id: LevelName
    within: LevelName | None = None
    label: Label


class ContestField(Model):
    """A number that is summed. `numbers` has its name on forms that call it otherwise, by form."""

    id: Identifier
    label: Label
    numbers: dict[str, Identifier] = Field(default_factory=dict[str, str])

    def on(self, form: str) -> str:
        """The name of the number on a form."""
        return self.numbers.get(form, self.id)


class ContestRule(Model):
    """A relation of the sums that must hold at every level; grammar: `ocr_recap.forms.relations`."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=60)]
    text: str

    @model_validator(mode="after")
    def _is_a_rule(self) -> ContestRule:
        try:
            parse(self.text)
        except RuleSyntaxError as fault:
            raise ValueError(f"not a rule: {fault}") from None
        return self

    @cached_property
    def relation(self) -> Relation:
        """The parsed text of the rule."""
        return parse(self.text)


class LevelFile(Model):
    """One contest: its levels, the forms it is counted on, the fields that are summed, and rules.

    Attributes:
        candidates: the fields that are votes for somebody, in the order of the ballot.
        turnout: the field of all who voted; None where the forms have none.
        voters: the field of all who might vote; None where the forms have none.
        date: of the vote, ISO 8601.
    """

    schema_version: Literal[1]
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
    title: Label
    date: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    forms: tuple[str, ...] = Field(min_length=1)
    levels: tuple[ContestLevel, ...] = Field(min_length=2)
    fields: tuple[ContestField, ...] = Field(min_length=1, max_length=_MOST_FIELDS)
    candidates: tuple[str, ...] = ()
    turnout: str | None = None
    voters: str | None = None
    rules: tuple[ContestRule, ...] = ()

    @model_validator(mode="after")
    def _hangs_together(self) -> LevelFile:
        for kind, ids in (
            ("field", self.field_ids),
            ("rule", [rule.id for rule in self.rules]),
            ("candidate", self.candidates),
        ):
            if doubled := next((one for one in ids if list(ids).count(one) > 1), None):
                raise ValueError(f"{kind} {doubled!r} is listed twice; keep one of the two")
        known = set(self.field_ids)
        for name in (*self.candidates, *filter(None, (self.turnout, self.voters))):
            if name not in known:
                raise ValueError(f"{name!r} is no field of this file; write one of the ids under `fields`")
        for rule in self.rules:
            for name in rule.relation.fields:
                if name not in known:
                    raise ValueError(f"rule {rule.id!r} names the unknown field {name!r}; write one of the field ids")
        return self

    @field_validator("levels")
    @classmethod
    def _form_a_ladder(cls, levels: tuple[ContestLevel, ...]) -> tuple[ContestLevel, ...]:
        """Each level must lead to one topmost level, without a circle."""
        above: dict[LevelName, LevelName | None] = {level.id: level.within for level in levels}
        if len(above) < len(levels):
            raise ValueError("a level is listed twice; keep one of the two")
        for start in above:
            seen: list[str] = []
            here: LevelName | None = start
            while here is not None:
                if here in seen:
                    circle = " within ".join([*seen[seen.index(here) :], here])
                    raise ValueError(f"the levels go round in a circle ({circle}); correct one `within`")
                if here not in above:
                    raise ValueError(f"level {seen[-1]!r} is within {here!r}, which is no level of this file; add it")
                seen.append(here)
                here = above[here]
        for level, outer in above.items():
            if outer is not None and LENGTHS[outer] >= LENGTHS[level]:
                raise ValueError(f"level {level!r} cannot lie within {outer!r}, whose code is not shorter")
        tops = [level for level, outer in above.items() if outer is None]
        if len(tops) > 1:
            raise ValueError(f"{' and '.join(tops)} are both topmost; write `within` for all levels but one")
        if "station" not in above:
            raise ValueError("the level 'station' is missing; sums begin there")
        return levels

    @cached_property
    def field_ids(self) -> tuple[str, ...]:
        """Ids of the fields, in the order of the file."""
        return tuple(field.id for field in self.fields)

    @cached_property
    def areas(self) -> tuple[LevelName, ...]:
        """The levels above stations, the largest first."""
        mine = {level.id for level in self.levels} - {"station"}
        return tuple(level for level in LEVELS if level in mine)

    @cached_property
    def level_labels(self) -> dict[LevelName, Label]:
        """What the levels are called."""
        return {level.id: level.label for level in self.levels}

    @cached_property
    def labels(self) -> dict[str, Label]:
        """What the fields are called, by id."""
        return {field.id: field.label for field in self.fields}


@dataclass(frozen=True)
class Contest:
    """A level file as it was read: the model, its text and the hash of the text."""

    file: LevelFile
    text: str = field(repr=False)
    sha256: str


def directory() -> Path:
    """The folder of the package's own level files."""
    return Path(__file__).resolve().parent / "contests"


def available() -> dict[str, Path]:
    """The package's own level files: id to file, sorted by id."""
    return {path.stem: path for path in sorted(directory().glob("*.yaml"))}


def load_contest(source: str | Path) -> Contest:
    """Load a level file by id (`ppwp-2024`) or from a file.

    Raises:
        TemplateError: there is no such contest or file, or its content is wrong; the message names file, line and
            remedy.
    """
    known = available()
    path = known.get(str(source), Path(source))
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise TemplateError("contest_unknown", name=source, known=", ".join(known)) from None
    if len(content) > MOST_BYTES:
        raise TemplateError("template_too_large", path=path, limit=MOST_BYTES)
    return Contest(parse_contest(text, str(path)), text, hashlib.sha256(content).hexdigest())


def parse_contest(text: str, name: str) -> LevelFile:
    """Parse the text of a level file.

    Args:
        text: YAML.
        name: of the file, for error messages.

    Raises:
        TemplateError: as `load_contest`.
    """
    node, data = parsed(text, name)
    if not isinstance(data, dict):
        raise faulty([f"{name}, line 1: a level file is a mapping that starts with 'schema_version: 1'"])
    try:
        return LevelFile.model_validate(data)
    except ValidationError as fault:
        raise faulty(faults_of(fault, node, name)) from None


def parsed(text: str, name: str) -> tuple[yaml.Node | None, Any]:
    """Parse YAML within bounds.

    Raises:
        TemplateError: the text is not YAML, or exceeds a bound.
    """
    try:
        return read(text)
    except YamlFault as fault:
        raise faulty([f"{name}, line {fault.line}: {fault}"]) from None


def faults_of(fault: ValidationError, node: yaml.Node | None, name: str) -> Iterator[str]:
    """One line per fault of a YAML file, ten at most."""
    return islice(explain(fault, node, name), _MOST_FAULTS)


def faulty(problems: Iterable[str]) -> TemplateError:
    """The error of a level file or mapping with these problems, one line each."""
    return TemplateError("contest_faulty", problems=StackedText(problems))
