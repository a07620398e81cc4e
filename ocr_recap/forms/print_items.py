"""Print items of a page beside its boxes, and the base classes and types of all parts of a template.

Lengths are nominal millimetres of the printed page, as in `template`; a rectangle is ``[x0, y0, x1, y1]`` along the
centres of its printed lines.
"""

from __future__ import annotations

from typing import Annotated, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, model_validator

Millimetres = Annotated[float, Field(ge=-2000, le=2000, allow_inf_nan=False)]
# Least length: with smaller ones a page of dots would take for ever to draw. By judgement: nothing printed is finer.
Positive = Annotated[float, Field(ge=0.01, le=2000, allow_inf_nan=False)]
Text = Annotated[str, Field(max_length=200)]
Gray = Annotated[float, Field(ge=0, le=1, description="0 black ... 1 white")]
Point = tuple[Millimetres, Millimetres]
Rect = tuple[Millimetres, Millimetres, Millimetres, Millimetres]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=60)]


class Model(BaseModel):
    """Base of every part of a template: frozen, and strict about unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(Model):
    """A text for people, in Indonesian and English; a text in one language stands for both."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    id: Text = ""
    en: Text = ""

    @model_validator(mode="before")
    @classmethod
    def _has_a_text(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        given = cast("dict[str, object]", data)
        texts = [given[key] for key in ("id", "en") if given.get(key) not in (None, "")]
        if not texts:
            raise ValueError("write a text, in Indonesian (id), in English (en), or in both")
        return given | {key: texts[0] for key in ("id", "en") if given.get(key) in (None, "")}


class PrintedFrame(Model):
    """The printed outline of a rectangle."""

    frame: Rect
    width: Positive = 0.4
    gray: Gray = 0.0


class PrintedLine(Model):
    """A printed straight line."""

    line: Rect
    width: Positive = 0.4
    gray: Gray = 0.0


class PrintedTable(Model):
    """A printed table: a line down at every x of `columns`, a line across at every y of `rows`, both full length."""

    columns: tuple[Millimetres, ...] = Field(min_length=2)
    rows: tuple[Millimetres, ...] = Field(min_length=2)
    width: Positive = 0.4
    gray: Gray = 0.0


class PrintedFill(Model):
    """A filled rectangle without outline."""

    fill: Rect
    gray: Gray = 0.5


class PrintedDots(Model):
    """A dotted line to write on."""

    dots: Rect
    pitch: Annotated[Positive, Field(ge=0.3, description="no printer sets dots closer")] = 1.5
    width: Positive = 0.4
    gray: Gray = 0.35


class PrintedText(Model):
    """A printed text; `at` is the baseline's left end, middle or right end, `size` the height of a capital letter."""

    text: Text
    at: Point
    size: Positive = 1.8
    bold: bool = False
    align: Literal["left", "center", "right"] = "left"
    gray: Gray = 0.0


Printed = PrintedFrame | PrintedLine | PrintedTable | PrintedFill | PrintedDots | PrintedText
