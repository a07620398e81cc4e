"""What the report's pages share: head, foot, bilingual text, hints, rules, a number with its picture.

Nothing is fetched from anywhere but the folder of results, both languages are in every page, and each works without
scripts. Whatever comes from file names, templates or photos is escaped, and a content security policy forbids any
script and style but our own.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from html import escape

from ..forms.print_items import Label
from ..forms.relations import in_words
from ..messages.catalog import Language
from ..records.field_record import FieldRecord
from ..records.record import Problem, RuleResult
from .pictures import STRIP_HEIGHT
from .style import CSS, JS
from .view_model import ShownPhoto, Strip

VERDICTS = {
    "inconsistent": ("bad", "≠", "tidak cocok seperti tertulis", "does not add up as written"),
    "review": ("look", "?", "perlu diperiksa", "to review"),
    "problem": ("bad", "!", "tidak terbaca", "not read"),
    "missing": ("bad", "∅", "tanpa foto", "no photos"),
    "incomplete": ("none", "–", "halaman kurang", "pages missing"),
    "settled": ("ok", "✓", "selesai", "settled"),
}
_STATUS = {
    "accepted": ("ok", "✓", "diterima", "accepted"),
    "review": ("look", "?", "periksa", "review"),
    "blank": ("none", "–", "kosong", "blank"),
}
_OUTCOME = {
    "holds": ("holds", "✓", "cocok", "holds"),
    "broken": ("broken", "✗", "tidak cocok", "broken"),
    "not_evaluated": ("open", "–", "belum dapat dihitung", "not evaluated"),
}


def head(language: Language, title: str, home: str, rows: int = 0) -> str:
    """The page up to its content.

    Args:
        language: the one shown first.
        title: of the browser's window.
        home: relative path to the folder of results, "" or "../".
        rows: how many strips the longest sheet of crops has.
    """
    # A strip is the part of its sheet that this rule uncovers; a style of its own would break the policy.
    style = CSS + "".join(f".crop .s{i}{{object-position:0 -{i * STRIP_HEIGHT}px}}" for i in range(rows))
    policy = (
        f"default-src 'none'; img-src 'self' file:; style-src '{_hash(style)}'; script-src '{_hash(JS)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    checked = {lang: " checked" if lang == language else "" for lang in ("id", "en")}
    notice = both("Sementara – formulir kertas yang berlaku", "Provisional – paper prevails")
    back = f'<a class="home" href="{home}report.html">{both("← Semua TPS", "← All stations")}</a>' if home else ""
    return f"""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer"><title>{escape(title)}</title><style>{style}</style></head><body>
<input class="vh" type="radio" name="lang" id="lang-id" aria-label="Bahasa Indonesia"{checked["id"]}>
<input class="vh" type="radio" name="lang" id="lang-en" aria-label="English"{checked["en"]}>
<div class="page"><div class="bar" role="note">{back}<p>{notice}</p>
<div class="tongue"><label for="lang-id">ID</label><label for="lang-en">EN</label></div></div>
<main>
"""


def foot(notes: Sequence[str]) -> str:
    """The rest of the page; `notes` are HTML."""
    paragraphs = "".join(f"<p>{note}</p>" for note in notes)
    return f"<footer>{paragraphs}</footer></main></div><script>{JS}</script></body></html>\n"


def search() -> str:
    """The search box, which only the script shows."""
    text = "Cari TPS, berkas / Find station, file"
    return f'<input id="find" type="search" placeholder="{text}" aria-label="{text}">'


def verdict(code: str) -> str:
    """A document's verdict as a coloured word with a sign."""
    kind, sign, text_id, text_en = VERDICTS[code]
    return f'<span class="verdict {kind}"><span class="sign">{sign}</span>{both(text_id, text_en)}</span>'


def number(
    target: str, name: str, field: FieldRecord, label: tuple[str, str], photos: Sequence[ShownPhoto], home: str
) -> str:
    """One number: label, pictures, value and, if it needs a person or had one, why.

    Args:
        target: its anchor.
        name: the field's id.
        field: the number.
        label: Indonesian and English.
        photos: that show it, the one that counts first.
        home: relative path to the folder of results.
    """
    kind, sign, word_id, word_en = _STATUS[field.status]
    value = "" if field.status == "blank" else ("?" if field.value is None else str(field.value))
    said = field.decision
    words = ("terbaca", "read") if said else ("tertulis", "written")
    written = f"{both(*words)} <code>[{escape(field.text.replace(' ', '_'))}]</code>"
    # Sure readings are cut, not rounded, so that nothing doubtful is shown as 100%.
    sure = f"{int(field.confidence * 1000) / 10:g}%"
    fine = f'<p class="fine"><code>{escape(name)}</code> · {written} · {both("keyakinan", "confidence")} {sure}</p>'
    why = ""
    if field.status == "review" or said:
        note = f"<br>{both('Catatan', 'Note')}: {escape(said.note)}" if said and said.note else ""
        why = f'<p class="why">{both(field.explanation.id, field.explanation.en)}{note}</p>'
    images = "".join(_crop(photo.strip(name), label[0], home) for photo in photos)
    grids = "".join(_crop(photo.strokes(name), f"turus / strokes: {label[0]}", home) for photo in photos)
    strokes = f'<div class="crop strokes">{grids}</div>' if grids else ""
    return (
        f'<div class="number {kind}" id="{escape(target)}"><p class="label">{both(*label)}</p>'
        f'<div class="crop">{images}</div>'
        f'<p class="value"><b><span class="sign">{sign}</span>{value}</b> '
        f'<span class="fine">{both(word_id, word_en)}</span></p>{fine}{why}{strokes}</div>\n'
    )


def rule(result: RuleResult, words: Mapping[str, Label]) -> str:
    """One rule in words, and with the numbers that it was evaluated on.

    Args:
        result: what came of it.
        words: the form's rules in words, by id; a rule that is not among them is shown by the ids of its fields.
    """
    kind, sign, word_id, word_en = _OUTCOME[result.outcome]
    told = words.get(result.id, Label(id=result.text, en=result.text))
    filled = in_words(result.text, {n: "?" if v is None else str(v) for n, v in result.numbers.items()})
    difference = ""
    if result.outcome == "broken" and result.difference is not None:
        difference = f" · {both('selisih', 'difference')} {result.difference:+g}"
    slip = f"<br>{both(result.suggestion.text.id, result.suggestion.text.en)}" if result.suggestion else ""
    soft = f" · {both('hanya peringatan', 'only a warning')}" if result.strength == "soft" else ""
    return (
        f'<li class="{kind}"><span class="sign">{sign}</span>{both(word_id, word_en)}{difference}{soft}: '
        f'{both(told.id, told.en)}<br><code class="fine">{escape(filled)}</code> '
        f'<span class="fine">({escape(result.id)}: {escape(result.basis)})</span>{slip}</li>'
    )


def hint(problem: Problem) -> str:
    """A problem's next step."""
    code = f'<code class="fine">{escape(problem.code)}</code>'
    return f'<p class="bad"><span class="sign">!</span>{both(problem.hint.id, problem.hint.en)} {code}</p>'


def both(text_id: str, text_en: str) -> str:
    """A text in both languages, of which the page shows one."""
    if text_id == text_en:
        return escape(text_id)
    return f'<span lang="id">{escape(text_id)}</span><span lang="en">{escape(text_en)}</span>'


def findable(*words: str | None) -> str:
    """What the search box looks for, as an attribute."""
    return f' data-find="{escape(" ".join(word for word in words if word).lower())}"'


def _crop(strip: Strip | None, text: str, home: str) -> str:
    if strip is None:
        return ""
    return (
        f'<img class="s{strip.row}" loading="lazy" width="{strip.width}" height="{strip.height}" alt="{escape(text)}" '
        f'src="{home}{escape(strip.sheet)}">'
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
