"""The blind sheet as a page to print: pictures and empty boxes, nothing of what was read."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from html import escape

from ..report.html import asset
from .sample import Drawn

_STYLE = asset("evaluate", "sheet.css")


def sheet_html(drawn: Sequence[Drawn], pictures: Sequence[str | None], seed: int, accepted: int) -> bytes:
    """The page, in both languages.

    Args:
        drawn: the numbers in the order of the draw.
        pictures: of each, base64 JPEG of its boxes; None where the photo is not at hand.
        seed: of the draw.
        accepted: how many numbers it was drawn from.
    """
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    rows = "".join(_row(i, one, picture) for i, (one, picture) in enumerate(zip(drawn, pictures, strict=True), 1))
    return f"""<!doctype html>
<html lang="id"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer"><title>Lembar buta / Blind sheet</title><style>{_STYLE}</style></head><body>
<h1>Lembar buta / Blind sheet</h1>
<p>{len(drawn):,} dari {accepted:,} bilangan yang diterima, undian {seed}. Tulis setiap bilangan seperti terlihat pada
gambar (kosong = tidak ada tulisan, ? = tidak terbaca), tanpa melihat hasil baca; lalu ketik di kolom text berkas
sheet.csv.</p>
<p lang="en">{len(drawn):,} of {accepted:,} accepted numbers, seed {seed}. Write each number as the picture shows it
(blank = nothing is written, ? = cannot be read), without looking at the results; then type it into the column text of
sheet.csv.</p>
<ol>{rows}</ol></body></html>
""".encode("utf-8", "replace")


def _row(number: int, one: Drawn, picture: str | None) -> str:
    image = f'<img alt="" src="data:image/jpeg;base64,{escape(picture)}">' if picture else "<i>-</i>"
    frame = f" #{one.reading.photo.frame + 1}" if one.reading.photo.frame else ""
    where = f"{one.reading.photo.file}{frame} · {one.field}"
    return f'<li><b>{number}</b>{image}<div class="box"></div><small>{escape(where)}</small></li>'
