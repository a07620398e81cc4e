"""Writers: pictures, tables and the report. They show what records say and decide nothing."""

from typing import Final

PHOTOS_FILE: Final = "photos.jsonl"
DOCUMENTS_FILE: Final = "documents.jsonl"
NUMBERS_FILE: Final = "numbers.csv"
STATIONS_FILE: Final = "stations.csv"
REVIEW_FILE: Final = "review.csv"
DECISIONS_FILE: Final = "decisions.jsonl"
REPORT_FILE: Final = "report.html"
OVERLAYS: Final = "overlay"
PAGES: Final = "pages"
