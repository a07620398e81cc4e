"""Mutated files and templates: a photo, a problem, a template or its faults come out, and never anything else.

`FUZZ=100` in the environment (`make fuzz`) tries a hundred times as many, other ones each time. Seeds and what was once
found with them lie in `corpus/`.
"""

from __future__ import annotations

import math
import os
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocr_recap import Options
from ocr_recap.forms import drawing
from ocr_recap.forms.template import Template, TemplateError, parse_text
from ocr_recap.imaging import frames
from ocr_recap.imaging.photo import load, load_color
from ocr_recap.messages.problems import PROBLEMS, PhotoProblem

pytestmark = pytest.mark.slow

CORPUS = Path(__file__).parent / "corpus"
SEEDS = {path.name: path.read_bytes() for path in sorted(CORPUS.iterdir()) if path.suffix not in (".py", ".yaml")}
FORMS = {path.name: path.read_text("utf-8") for path in sorted(CORPUS.glob("*.yaml"))}
OPTIONS = Options(max_pixels=2_000_000)
TIMES = int(os.environ.get("FUZZ", "1"))
NEVER_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def tried(examples: int) -> settings:
    return settings(
        max_examples=examples * TIMES,
        deadline=None,
        derandomize=TIMES == 1,
        database=None,
        suppress_health_check=NEVER_SLOW,
    )


# --- files ------------------------------------------------------------------------------------------------------------

EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
NUMBERS = st.builds(
    lambda value, form: struct.pack(form, value & ((1 << 8 * struct.calcsize(form)) - 1)),
    st.sampled_from(EXTREMES) | st.integers(0, 2**32 - 1),
    st.sampled_from(("<B", "<H", ">H", "<I", ">I")),
)
# Most of what decides lies at the beginning, and at the end of a PDF.
PLACES = st.one_of(st.floats(0, 0.05), st.floats(0, 1), st.floats(0.9, 1))
CHANGES = st.one_of(
    st.tuples(st.just("set"), PLACES, NUMBERS),
    st.tuples(st.just("put"), PLACES, st.binary(max_size=8) | NUMBERS),
    st.tuples(st.just("drop"), PLACES, st.integers(1, 64)),
    st.tuples(st.just("again"), PLACES, st.integers(1, 400)),
    st.tuples(st.just("cut"), PLACES, st.none()),
)


def changed(content: bytes, changes: list[tuple]) -> bytes:
    """The bytes with each change made in turn."""
    for what, place, more in changes:
        at = math.floor(place * len(content))
        if what == "cut":
            content = content[:at]
        elif what == "drop":
            content = content[:at] + content[at + more :]
        elif what == "again":
            content = content[:at] + content[at : at + more] + content[at:]
        else:
            content = content[:at] + more + content[at + (len(more) if what == "set" else 0) :]
    return content


def comes_to(content: bytes) -> str:
    """The problem's code, or `photo`: nothing else may happen."""
    assert frames.count(content) >= 1
    for frame in (0, 1):
        try:
            photo = load(content, "x", max_pixels=OPTIONS.max_pixels, frame=frame)
            color = load_color(content, frame)
        except PhotoProblem as problem:
            assert problem.code in PROBLEMS
            if frame == 0:
                return problem.code
        else:
            assert photo.gray.dtype == np.uint8
            assert photo.gray.ndim == 2
            assert color.shape == (photo.height, photo.width, 3)
            assert photo.width * photo.height <= OPTIONS.max_pixels
    return "photo"


@pytest.mark.parametrize("name", SEEDS)
def test_seeds_are_what_they_are_kept_for(name: str) -> None:
    known = name.partition("-")[0]
    assert comes_to(SEEDS[name]) == (known if known in PROBLEMS else "photo")


@pytest.mark.parametrize("name", [name for name in SEEDS if name.partition("-")[0] not in PROBLEMS])
def test_mutated_files_are_photos_or_problems(name: str) -> None:
    seen: set[str] = set()

    @tried(60)
    @given(st.lists(CHANGES, min_size=1, max_size=4))
    def check(changes: list[tuple]) -> None:
        seen.add(comes_to(changed(SEEDS[name], changes)))

    check()
    assert len(seen) > 1, "mutations that never break anything test nothing"


@tried(40)
@given(st.sampled_from((b"", *(content[:32] for content in SEEDS.values()))), st.binary(max_size=300))
def test_any_bytes_are_photos_or_problems(head: bytes, rest: bytes) -> None:
    comes_to(head + rest)


# --- templates --------------------------------------------------------------------------------------------------------

# What breaks parsers of YAML and of rules, and numbers that break geometry.
PIECES = st.sampled_from(
    (
        *("", "0", "-1", "1e-300", "1e400", ".nan", "-.inf", "0x1F", "1_0", "0o17", "1:30", "~", "yes", "2001-01-01"),
        *(
            "[]",
            "{}",
            "[1, 2",
            "{a: 1",
            "&x 1",
            "*x",
            "&x [*x]",
            "<<: *x",
            "!!int",
            "!!bool maybe",
            "!!binary x",
            "!x y",
        ),
        *(
            "- ",
            ": ",
            "? ",
            "| ",
            "> ",
            "# ",
            "---\n",
            "...\n",
            "%YAML 1.1\n",
            "'",
            '"',
            "\\",
            "\t",
            "\n",
            "\0",
            "\x1b[0m",
        ),
        *("a = a", "a <= b <= a", "+-", "9" * 30, "9" * 5000, "a" * 3000, "\u202e", "\ud800", "\ufeff", "id", "page"),
    )
)
EDITS = st.lists(
    st.tuples(st.sampled_from(("value", "put", "line", "again", "cut")), st.floats(0, 1), PIECES),
    min_size=1,
    max_size=3,
)


def edited(text: str, edits: list[tuple[str, float, str]]) -> str:
    """The text with each edit made in turn: a value, a line or any place of it."""
    for what, place, piece in edits:
        at = math.floor(place * len(text))
        start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at) + 1 or len(text)
        if what == "value":
            stop = min((k for k in (text.find(sign, at) for sign in ",]}\n") if k >= 0), default=len(text))
            begin = max(text.rfind(sign, 0, stop) for sign in ",[{:") + 1
            text = f"{text[:begin]} {piece}{text[max(begin, stop) :]}"
        elif what == "put":
            text = text[:at] + piece + text[at:]
        elif what == "cut":
            text = text[:at]
        else:
            text = (
                text[: start if what == "line" else end] + (piece if what == "line" else text[start:end]) + text[end:]
            )
    return text


def is_template(text: str) -> bool:
    """Whether it is one; one that is must be drawn and described without a fault."""
    try:
        form = parse_text(text, "form.yaml")
    except TemplateError as fault:
        assert fault.problems
        assert all(problem.startswith("form.yaml") and problem.isprintable() for problem in fault.problems)
        assert max(map(len, fault.problems)) < 1000
        return False
    assert isinstance(form, Template)
    for page in form.pages:
        assert len(drawing.primitives(form, page.id)) < 1_000_000
        assert all(rule.relation.fields for rule in form.rules_of(page.id))
    assert form.rules_in_words.keys() == {rule.id for rule in form.rules}
    return True


@pytest.mark.parametrize("name", FORMS)
def test_the_seeds_are_templates(name: str) -> None:
    assert is_template(FORMS[name]) == (not name.startswith("fault-"))


def test_mutated_templates_are_templates_or_faults() -> None:
    seen: set[bool] = set()

    @tried(250)
    @given(st.sampled_from([FORMS["small.yaml"]]), EDITS)
    def check(text: str, edits: list[tuple[str, float, str]]) -> None:
        seen.add(is_template(edited(text, edits)))

    check()
    assert seen == {True, False}
