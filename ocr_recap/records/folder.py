"""Names of the files, folders and pictures in a folder of results, and the dialects of its tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Literal

Dialect = Literal["rfc4180", "excel-id"]  # of CSV files: commas, or semicolons as Excel in Indonesia expects

# Files of results; docs/reference/records.md describes them.
PHOTOS_FILE: Final = "photos.jsonl"
DOCUMENTS_FILE: Final = "documents.jsonl"
NUMBERS_FILE: Final = "numbers.csv"
STATIONS_FILE: Final = "stations.csv"
STATIONS_FOR_PEOPLE: Final = "stations-labels.csv"  # `stations.csv` with headings and words for people
REVIEW_FILE: Final = "review.csv"
REPORT_FILE: Final = "report.html"
RUN_FILE: Final = "run.json"
SUMS_FILE: Final = "SHA256SUMS"
OFFICE_FILE: Final = "office.sqlite"  # of the local server: people, claims, entries, photos that arrived
LOCK_FILE: Final = ".lock"  # empty, never removed: two processes could otherwise lock different files of this name
SERVER_LOCK_FILE: Final = ".serving"  # held by the local server while it runs; empty and never removed, as above
PART_FOLDER: Final = ".part"  # new results that are not complete
READY_FOLDER: Final = ".ready"  # new results that are complete, while they replace the results before them
WORK_FOLDER: Final = ".work"  # pictures of a batch, before they are published
JOURNAL_FILE: Final = "journal.sqlite"  # not a result: it holds times, and results that are not published yet
JOURNAL_FILES: Final = frozenset({JOURNAL_FILE, f"{JOURNAL_FILE}-wal", f"{JOURNAL_FILE}-shm"})
DECISIONS_FILE: Final = "decisions.jsonl"  # people's decisions, which later batches in the folder keep
# Files of results beside tables; `report/table_formats.py` has the names of tables.
FILES: Final = frozenset({PHOTOS_FILE, DOCUMENTS_FILE, REPORT_FILE, RUN_FILE, SUMS_FILE, DECISIONS_FILE})

SEALED: Final = "sealed"  # signed statements and the files that they vouch for (`seal`); publishing leaves it alone
INCOMING: Final = "incoming"  # photos that the local server received (`web`); every later batch reads them as well

# Folders of results.
OVERLAYS: Final = "overlay"
PAGES: Final = "pages"
CROPS: Final = "crops"
HEADERS: Final = "headers"
STROKES: Final = "strokes"
BUBBLES: Final = "bubbles"
WORDS: Final = "words"
TEMPLATES: Final = "templates"
REPORT_PAGES: Final = "report"
PICTURES: Final = (CROPS, HEADERS, STROKES, BUBBLES, WORDS, OVERLAYS, PAGES)
FOLDERS: Final = frozenset({*PICTURES, TEMPLATES, REPORT_PAGES})


def picture_name(file: str, sha256: str, frame: int = 0) -> str:
    """File name of a photo's pictures: safe in any file system and link, and different for different photos."""
    stem = re.sub(r"[^\w.-]", "_", Path(file).stem).lstrip(".")[:48]
    return f"{stem or 'photo'}-{sha256[:16]}{f'-{frame + 1}' if frame else ''}.jpg"
