"""One PDF page about one number of a bundle: picture, witnesses, rules, decisions, seals with their checks, versions.

The left column is in Indonesian, the right one in English. Only files whose hashes are as sealed are used.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepInFrame, Paragraph

from ..forms import template
from ..messages.catalog import Language, Message, filled
from ..messages.errors import InputUnusable, TemplateError
from ..messages.seal_texts import EXPLAIN
from ..records.folder import TEMPLATES
from .device_key import short
from .explain_pictures import NumberPictures, number_pictures
from .judge import SealVerdict, judge
from .pieces import DECISIONS_PIECE, DOCUMENT_PIECE, photo_name
from .roll import KeyRoll
from .source import BundleContent, FileTree, opened, read_content
from .statement import SealedStatement
from .store import DATA
from .strict_json import plain

_MARGIN: Final = 36.0  # points
_PICTURE: Final = 130.0  # points of the picture's height
_WORDS: Final = 60.0  # points: the largest height of the picture of its words
_GAP: Final = 6.0  # points below a picture
_MOST_FOUND: Final = 8  # findings that the page lists; by judgement


@dataclass(frozen=True)
class NumberStory:
    """What a bundle says about a number.

    Attributes:
        station, field, template: which number.
        document: the sealed document.
        record: the photo's record; None where no photo shows the number.
        decisions: lines of the log about it.
        statement: the newest statement with this document.
        pictures: parts of the photo; none where it is not carried or not as sealed.
        photo: its name in `data/` and its hash.
        label: what the form calls the number, in Indonesian and English; its id where the form is not as sealed.
        verdict: of the whole bundle.
        files: names of the sealed files that were used.
    """

    station: str
    field: str
    template: str
    document: Mapping[str, Any]
    record: Mapping[str, Any] | None
    decisions: tuple[Mapping[str, Any], ...]
    statement: SealedStatement
    pictures: NumberPictures
    photo: tuple[str, str] | None
    label: Message
    verdict: SealVerdict
    files: tuple[str, ...]

    @property
    def number(self) -> Mapping[str, Any]:
        """The number in the document."""
        return self.document["fields"][self.field]


def number_story(bundle: Path, station: str, field: str, roll: KeyRoll | None) -> NumberStory:
    """Collect what a bundle says about a number.

    Args:
        bundle: folder, zip, or folder of results.
        station: 13 digits.
        field: id of the number.
        roll: the trusted one; None: nobody vouches.

    Raises:
        InputUnusable: the bundle cannot be read, or has no such station or number as it was sealed.
        WrongUse: it is no bundle.
    """
    with opened(bundle) as (kind, tree, faults):
        content = read_content(kind, tree, faults)
        verdict = judge(content, roll)
        for statement in sorted(verdict.about(station), key=lambda one: one.stamp.at, reverse=True):
            story = _story(tree, content, verdict, statement, field)
            if story is not None:
                return story
    raise InputUnusable("explain_nothing", path=bundle, station=station, field=field)


def _story(
    tree: FileTree, content: BundleContent, verdict: SealVerdict, statement: SealedStatement, field: str
) -> NumberStory | None:
    sealed = {
        file.name: file.sha256
        for file in statement.subjects
        if content.hashes.get(f"{DATA}/{file.name}") == file.sha256
    }
    document = next((_lines(tree, name)[0] for name in sealed if f"/{DOCUMENT_PIECE}" in name), None)
    if document is None or field not in document["fields"]:
        return None
    records = [line for name in sealed if "/photos-" in name for line in _lines(tree, name)]
    records = [one for one in records if field in one["fields"]]
    records.sort(key=lambda one: not one["counts"])
    record = next((one for one in records if one["fields"][field]["quad"]), None)
    decisions = [line for name in sealed if f"/{DECISIONS_PIECE}" in name for line in _lines(tree, name)]
    photo, pictures = None, NumberPictures()
    if record is not None:
        photo = photo_name(record["photo"]["sha256"], record["photo"]["file"]), record["photo"]["sha256"]
        if photo[0] in sealed:
            pictures = number_pictures(tree, record, field)
    return NumberStory(
        statement.area,
        field,
        statement.body["template"]["id"],
        document,
        record,
        tuple(line for line in decisions if line.get("field") == field),
        statement,
        pictures,
        photo,
        _label(tree, sealed, field),
        verdict,
        tuple(name for name in sealed if name.startswith("stations/")),
    )


def _label(tree: FileTree, sealed: Iterable[str], field: str) -> Message:
    """What the sealed form calls a number."""
    for name in sealed:
        if name.startswith(f"{TEMPLATES}/"):
            with tree.opened(f"{DATA}/{name}") as file, suppress(TemplateError, UnicodeDecodeError):
                form = template.parse_text(file.read().decode(), name)
                return next((one.label.id, one.label.en) for one in form.fields if one.id == field)
    return field, field


def _lines(tree: FileTree, name: str) -> list[Any]:
    with tree.opened(f"{DATA}/{name}") as file:
        return [plain(line) for line in file.read().split(b"\n") if line]


def explanation_pdf(story: NumberStory) -> bytes:
    """The page as PDF."""
    into = io.BytesIO()
    canvas = Canvas(into, pagesize=A4, invariant=1)
    canvas.setTitle(f"{story.station} {story.field}")
    width, height = A4
    top = height - _MARGIN
    for picture, most in zip(story.pictures, (_PICTURE, _WORDS), strict=True):
        if picture:
            image = ImageReader(io.BytesIO(picture))
            size = image.getSize()
            scale = min(most / size[1], (width - 2 * _MARGIN) / size[0])
            top -= size[1] * scale
            canvas.drawImage(image, _MARGIN, top, size[0] * scale, size[1] * scale)
            top -= _GAP
    half = (width - 3 * _MARGIN) / 2
    for column, language in enumerate(("id", "en")):
        parts: list[Flowable] = [Paragraph(_safe(text), _STYLES[style]) for style, text in _texts(story, language)]
        frame = KeepInFrame(half, top - _MARGIN - 12, parts, mode="shrink")
        used = frame.wrapOn(canvas, half, top - _MARGIN - 12)
        frame.drawOn(canvas, _MARGIN + column * (half + _MARGIN), top - 12 - used[1])
    canvas.save()
    return into.getvalue()


_STYLES: Final = {
    "title": ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=13, leading=16, spaceAfter=4),
    "head": ParagraphStyle("head", fontName="Helvetica-Bold", fontSize=10, leading=12, spaceBefore=7, spaceAfter=2),
    "text": ParagraphStyle("text", fontName="Helvetica", fontSize=8.5, leading=11, splitLongWords=1, spaceAfter=2),
}


def _safe(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _texts(story: NumberStory, language: Language) -> Iterable[tuple[str, str]]:
    """The paragraphs of a column: style and text."""

    def said(key: str, /, **data: Any) -> str:
        return filled(EXPLAIN[key], language, data)

    number = story.number
    yield "title", said("explain_title", label=filled(story.label, language, {}))
    yield "text", said("explain_provisional")
    yield "text", said("explain_where", station=story.station, template=story.template, field=story.field)
    value = said("explain_no_value") if number["value"] is None else number["value"]
    yield "text", said("explain_value", value=value, status=_in_words(number["status"], language))
    yield "text", number["explanation"][language]
    if story.photo:
        key = "explain_photo" if story.pictures.boxes else "explain_photo_left"
        shown = story.record["photo"]["file"] if story.record else story.photo[0]
        yield "text", said(key, name=shown, hash=story.photo[1])
    yield "head", said("explain_witnesses")
    for text in _witnesses(number["evidence"], language):
        yield "text", text
    yield "head", said("explain_rules")
    for text in _rules(story, language):
        yield "text", text
    yield "head", said("explain_decisions")
    for line in story.decisions:
        data = {"at": _clock(line["at"]), "person": line["by"], "value": line["new"], "old": line["old"]["value"]}
        yield "text", said("explain_decision", note=line.get("note", ""), **data)
        if line.get("key"):
            yield "text", said("explain_decision_key", key=short(str(line["key"])))
    if not story.decisions:
        yield "text", said("explain_no_decision")
    yield from _seals(story, language)
    if story.record:
        yield "head", said("explain_versions")
        for text in _versions(story.record["provenance"], language):
            yield "text", text


def _rules(story: NumberStory, language: Language) -> Iterable[str]:
    """The rules about the number, and whether they hold."""
    rules = [rule for rule in story.document["rules"] if story.field in rule["numbers"]]
    for rule in rules:
        kind = {"holds": "explain_rule_holds", "broken": "explain_rule_broken"}.get(
            rule["outcome"], "explain_rule_open"
        )
        yield filled(EXPLAIN[kind], language, {"text": rule["text"], "difference": rule["difference"]})
    if not rules:
        yield filled(EXPLAIN["explain_no_rule"], language, {})


def _versions(made: Mapping[str, Any], language: Language) -> Iterable[str]:
    """What the number was read with."""
    names = ("template", "weights", "tally", "alterations")
    hashes = {name: (made[f"{name}_sha256"] or "-")[:16] for name in names}
    yield filled(EXPLAIN["explain_made"], language, {"version": made["ocr_recap"], **hashes})
    if made.get("words_sha256"):
        yield filled(EXPLAIN["explain_made_words"], language, {"words": made["words_sha256"][:16]})


def _in_words(state: str, language: Language) -> str:
    """A status or state in words; one of another version as it is."""
    text = EXPLAIN.get(f"explain_is_{state}")
    return filled(text, language, {}) if text else state


def _witnesses(evidence: Mapping[str, Any] | None, language: Language) -> Sequence[str]:
    """What each witness says."""
    if evidence is None:
        return [filled(EXPLAIN["explain_no_witness"], language, {})]
    digits = evidence["digits"]
    data = {"text": digits["text"], "chance": _percent(digits["probability"])}
    texts = [filled(EXPLAIN["explain_digits"], language, data)]
    for name, value in (("bubbles", "value"), ("tally", "count"), ("row_totals", "sum")):
        if one := evidence.get(name):
            none = filled(EXPLAIN["explain_no_value"], language, {})
            shown = none if one[value] is None else one[value]
            data = {"state": _in_words(one["state"], language), "value": shown, "chance": _percent(one["probability"])}
            texts.append(filled(EXPLAIN[f"explain_{name}"], language, data))
    if words := evidence.get("words"):
        texts.append(_words(words, language))
    return texts


def _words(words: Mapping[str, Any], language: Language) -> str:
    """What is written in words: the letters, the number they mean and its probability, or why there is none."""
    if words["state"] != "read":
        state = _in_words(f"words_{words['state']}", language)
        return filled(EXPLAIN["explain_no_words"], language, {"state": state})
    data = {"text": words["text"].strip(), "value": words["value"], "chance": _percent(words["probability"])}
    return filled(EXPLAIN["explain_words"], language, data)


def _seals(story: NumberStory, language: Language) -> Iterable[tuple[str, str]]:
    """Who sealed the number, whether the files are as sealed, and what the check of the bundle found."""

    def said(key: str, /, **data: Any) -> str:
        return filled(EXPLAIN[key], language, data)

    verdict = story.verdict
    yield "head", said("explain_seals")
    for one in verdict.about(story.station):
        holder = verdict.holder(one)
        data = {
            "at": _clock(one.stamp.at),
            "person": holder.person if holder else "?",
            "role": holder.role if holder else "?",
            "key": short(one.keyid),
            "statement": short(one.id),
            "verdict": said("explain_counts" if verdict.counts(one) else "explain_not_vouched"),
        }
        yield "text", said("explain_seal", **data)
    for name in story.files:
        yield "text", said("explain_file", name=name.rpartition("/")[2])
    faults = [finding for finding in verdict.findings if finding.is_fault]
    if not faults:
        yield "text", said("explain_whole")
        return
    yield "text", said("explain_found")
    for finding in faults[:_MOST_FOUND]:
        yield "text", finding.sentence[language]
    if len(faults) > _MOST_FOUND:
        yield "text", said("explain_more", count=len(faults) - _MOST_FOUND)


def _clock(at: str) -> str:
    return at.replace("T", " ").removesuffix("Z")


def _percent(chance: float) -> str:
    return f"{100 * chance:.1f}%"
