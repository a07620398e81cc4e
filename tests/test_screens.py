"""Sentences for people stand in `ocr_recap/messages`, whole in both languages, and nowhere inline."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from conftest import ROOT

from ocr_recap.messages import (
    explanation_texts,
    help_texts,
    installation,
    page_titles,
    problems,
    reasons,
    recap_texts,
    screens,
    seal_findings,
    seal_texts,
    table_faults,
    truth_faults,
)
from ocr_recap.messages.catalog import Message
from ocr_recap.messages.errors import CATALOGUE

CATALOGUES: dict[str, Mapping[str, Message]] = {
    "screens": screens.SCREENS,
    "commands": help_texts.COMMANDS,
    "parameters": help_texts.PARAMETERS,
    "defaults": help_texts.DEFAULTS,
    "panels": help_texts.PANELS,
    "words of the help": help_texts.WORDS,
    "installation": installation.FINDINGS,
    "checks": installation.CHECKS,
    "parts of the documentation": page_titles.PARTS,
    "explanations": explanation_texts.EXPLANATIONS,
    "clerk errors": explanation_texts.CLERK_ERRORS,
    "recaps": recap_texts.RECAP_TEXTS,
    "table faults": table_faults.LINE_FAULTS,
    "truth faults": truth_faults.FAULTS,
    "findings of a check of seals": seal_findings.FINDINGS,
    "slip": seal_texts.SLIP,
    "explanation of a sealed number": seal_texts.EXPLAIN,
}
ENTRIES = [(f"{name}.{key}", text) for name, texts in CATALOGUES.items() for key, text in texts.items()]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize(("name", "text"), ENTRIES, ids=[name for name, _ in ENTRIES])
def test_each_sentence_is_there_in_both_languages(name: str, text: Message) -> None:
    text_id, text_en = text
    assert placeholders(text_id) == placeholders(text_en)
    assert text_id.endswith(".") == text_en.endswith("."), "a sentence, or a part of one"


def test_texts_with_words_differ_between_languages() -> None:
    same = {name for name, (text_id, text_en) in ENTRIES if text_id == text_en}
    assert same == set()


@pytest.mark.parametrize(("name", "text"), ENTRIES, ids=[name for name, _ in ENTRIES])
def test_one_word_for_number(name: str, text: Message) -> None:
    assert "bilangan" not in text[0].lower()


def test_indonesian_texts_have_one_term_for_one_thing() -> None:
    errors = [entry.text[0] for entry in CATALOGUE.values()]
    texts = [*errors, *(text[0] for _, text in ENTRIES), *(text[0] for text in problems.PROBLEMS.values())]
    assert len(texts) > 400
    for other, term in (("13 angka", "13 digit"), ("kebenaran", "kunci jawaban"), ("pemungutan", "penghitungan suara")):
        assert [text for text in texts if other in text] == [], f"{term} is the term"
        assert any(term in text for text in texts)


def test_numbers_of_things_agree_in_english() -> None:
    numbers = {"accepted": 1, "review": 2, "blank": 3}
    one = screens.said("en", "totals", photos=1, pages=1, problems=1, **numbers)
    assert one == "1 photo, 1 page found; numbers: 1 accepted, 2 to review, 3 blank; 1 problem photo."
    two = screens.said("en", "totals", photos=2, pages=0, problems=2, **numbers)
    assert two == "2 photos, 0 pages found; numbers: 1 accepted, 2 to review, 3 blank; 2 problem photos."
    assert screens.said("id", "more_photos", more=2) == "... dan 2 foto lagi"


# --- nothing inline ---------------------------------------------------------------------------------------------------

FREE = ("cli", "batch", "records", "read", "recap", "seal")  # packages without sentences of their own
ALLOWED = {"kosong", "tps"}  # what a person may type as an answer, and in the names of files


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{3,}", text.lower()))


def indonesian() -> set[str]:
    """Words of our Indonesian sentences that no English one has."""
    texts = [text for _, text in ENTRIES]
    texts += [entry.text for entry in CATALOGUE.values()]
    texts += [*problems.PROBLEMS.values(), *problems.WARNINGS.values(), *reasons.REASONS.values()]
    bare = [[re.sub(r"\{[^}]*\}", " ", text[place]) for text in texts] for place in (0, 1)]
    own, other = (set().union(*map(words, side)) for side in bare)
    return own - other - ALLOWED


def literals(tree: ast.AST) -> Iterator[ast.Constant]:
    """Texts of a module; docstrings left out."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node


def fixed(node: ast.AST) -> str:
    """What a text says whatever fills it; empty for what is no text."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "|".join(p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str))


def is_sentence(node: ast.AST) -> bool:
    """Whether it is a text of two words or more, filled or not."""
    return re.search(r"[A-Za-z]{2,}[,;:]? (?:.* )?[A-Za-z]{2,}", fixed(node)) is not None


def inline(source: str) -> list[str]:
    """What is said to people in a module itself: calls of `say`, pairs of sentences, Indonesian words."""
    tree, found, known = ast.parse(source), [], indonesian()
    for node in ast.walk(tree):
        name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        if isinstance(node, ast.Call) and name in ("say", "Wording", "Bilingual"):
            values = [*node.args, *(keyword.value for keyword in node.keywords)]
            if sum(bool(words(fixed(value))) for value in values) > 1:
                found.append(f"line {node.lineno}: {name} with two texts")
        if isinstance(node, ast.Tuple | ast.List) and sum(map(is_sentence, node.elts)) > 1:
            found.append(f"line {node.lineno}: several sentences side by side")
    for node in literals(tree):
        if told := words(str(node.value)) & known:
            found.append(f"line {node.lineno}: Indonesian words {', '.join(sorted(told))}")
    return found


MODULES = sorted(path for name in FREE for path in (ROOT / "ocr_recap" / name).rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_sentence_stands_inline(path: Path) -> None:
    assert inline(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        'say(language, "Membaca", "Reading")',
        'raise Fault("tidak dapat dibaca", "cannot be read")',
        'why = f"{path}: tidak dapat dibaca", f"{path}: cannot be read"',
        'why = f"Zeile {line} fehlt hier", f"line {line} is missing"',
        'WORDS = {"good": ("BAIK", "GOOD")}',
        'Bilingual(id=f"Zeile {a}.", en=f"line {a}.")',
    ],
)
def test_inline_sentences_are_found(source: str) -> None:
    assert inline(source)
