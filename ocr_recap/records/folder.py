"""What stands in a folder of results: names of files and folders, and in which dialect its tables are written."""

from __future__ import annotations

from typing import Final, Literal

Dialect = Literal["rfc4180", "excel-id"]  # of CSV files: commas, or semicolons as Excel in Indonesia expects

PHOTOS_FILE: Final = "photos.jsonl"
DOCUMENTS_FILE: Final = "documents.jsonl"
NUMBERS_FILE: Final = "numbers.csv"
STATIONS_FILE: Final = "stations.csv"
REVIEW_FILE: Final = "review.csv"
REPORT_FILE: Final = "report.html"
RUN_FILE: Final = "run.json"
SUMS_FILE: Final = "SHA256SUMS"
LOCK_FILE: Final = ".lock"  # stays, empty: whoever removed it could lock out nobody any more
PART_FOLDER: Final = ".part"  # results while they are put together
READY_FOLDER: Final = ".ready"  # results that are whole, while they take the place of those before them
WORK_FOLDER: Final = ".work"  # pictures of a batch, before they are published
JOURNAL_FILE: Final = "journal.sqlite"  # no result: it holds times, and what is not published yet
JOURNAL_FILES: Final = frozenset({JOURNAL_FILE, f"{JOURNAL_FILE}-wal", f"{JOURNAL_FILE}-shm"})
DECISIONS_FILE: Final = "decisions.jsonl"  # a person's: never written by a batch, and kept by the next one
# What stands there beside tables, whose files the formats name (`report/table_formats.py`).
FILES: Final = frozenset({PHOTOS_FILE, DOCUMENTS_FILE, REPORT_FILE, RUN_FILE, SUMS_FILE, DECISIONS_FILE})

OVERLAYS: Final = "overlay"
PAGES: Final = "pages"
CROPS: Final = "crops"
HEADERS: Final = "headers"
STROKES: Final = "strokes"
TEMPLATES: Final = "templates"
REPORT_PAGES: Final = "report"
PICTURES: Final = (CROPS, HEADERS, STROKES, OVERLAYS, PAGES)
FOLDERS: Final = frozenset({*PICTURES, TEMPLATES, REPORT_PAGES})
