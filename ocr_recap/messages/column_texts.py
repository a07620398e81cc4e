"""Headings of tables for people, in Indonesian and English, by the names of columns; units stand in parentheses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .catalog import Message

COLUMN_TEXTS: Final[Mapping[str, Message]] = {
    # where the number or the document stands
    "document": ("dokumen", "document"),
    "station": ("kode TPS", "station code"),
    "province": ("provinsi", "province"),
    "regency": ("kabupaten/kota", "regency or city"),
    "district": ("kecamatan", "district"),
    "village": ("desa/kelurahan", "village"),
    "file": ("berkas foto", "photo file"),
    "sha256": ("sidik foto (SHA-256)", "hash of the photo (SHA-256)"),
    "frame": ("halaman berkas (dari 0)", "frame of the file (from 0)"),
    "template": ("formulir", "form"),
    "page": ("halaman formulir", "page of the form"),
    "field": ("id angka", "id of the number"),
    "label_id": ("nama angka (Indonesia)", "number (Indonesian)"),
    "label_en": ("nama angka (Inggris)", "number (English)"),
    # a number
    "picture": ("gambar", "picture"),
    "text": ("isi kotak satu per satu", "boxes one by one"),
    "read": ("digit terbaca", "digits read"),
    "value": ("angka terbaca", "number as read"),
    "accepted": ("angka diterima", "accepted number"),
    "status": ("keadaan", "state"),
    "confidence": ("keyakinan (0–1)", "confidence (0–1)"),
    "reasons": ("kode alasan", "codes of reasons"),
    "explanation": ("alasan dan langkah berikutnya", "reason and next step"),
    "settles": ("menyelesaikan (angka)", "settles (numbers)"),
    "report_link": ("laporan", "report"),
    "decided_by": ("ditetapkan oleh", "decided by"),
    "decided_at": ("waktu penetapan (UTC)", "decided at (UTC)"),
    "note": ("catatan", "note"),
    # what a person fills in
    "verified": ("ISI: angka yang tertulis", "FILL IN: number as written"),
    "by": ("ISI: nama pemeriksa", "FILL IN: who checked"),
    # a document
    "pages_present": ("halaman yang ada", "pages present"),
    "pages_missing": ("halaman yang belum ada", "pages missing"),
    "fields_missing": ("angka yang tidak terlihat di foto", "numbers in no photo"),
    "verdict": ("keadaan", "state"),
    "review_count": ("perlu diperiksa (angka)", "to review (numbers)"),
}

# Units of the numbers of a form.
UNITS: Final[Mapping[str, Message]] = {
    "votes": ("suara", "votes"),
    "voters": ("orang", "people"),
    "ballots": ("lembar", "ballots"),
}
