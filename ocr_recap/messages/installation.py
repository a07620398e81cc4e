"""The closed list of findings of `ocr-recap doctor`, in Indonesian and English. Faults name a remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .catalog import Message, Wording, both

# How Tesseract is installed, by system, as its documentation has it
# (tesseract-ocr.github.io/tessdoc/Installation.html); the build for Windows that it names is called so by winget.
TESSERACT_COMMANDS: Final[Mapping[str, str]] = {
    "Debian, Ubuntu": "sudo apt install tesseract-ocr",
    "Windows": "winget install UB-Mannheim.TesseractOCR",
    "macOS": "brew install tesseract",
}

# What was looked at, where its name is a word of a language.
CHECKS: Final[Mapping[str, Message]] = {
    "packages": ("paket", "packages"),
    "telemetry": ("telemetri", "telemetry"),
    "files": ("berkas", "files"),
    "extras": ("tambahan", "extras"),
    "headings": ("judul", "headings"),
    "templates": ("templat", "templates"),
    "weights": ("bobot", "weights"),
    "self-test": ("uji mandiri", "self-test"),
}

FINDINGS: Final[Mapping[str, Message]] = {
    "fail": ("GAGAL", "FAIL"),
    "well": ("Semua baik.", "All is well."),
    "well_but_optional": (
        "Semua baik; yang bertanda -- tidak wajib.",
        "All is well; what is marked -- is optional.",
    ),
    "faults": (
        "{faults} kesalahan. Jalankan perintah di baris {fail}, lalu ocr-recap doctor lagi.",
        "{faults:fault}. Run the commands in the lines with {fail}, then ocr-recap doctor again.",
    ),
    "check_failed": ("pemeriksaan gagal: {fault}", "the check failed: {fault}"),
    "python_old": (
        "{version}; dibutuhkan {oldest} atau lebih baru",
        "{version}; {oldest} or newer is needed",
    ),
    "package_missing": ("{name} tidak terpasang; jalankan: {fix}", "{name} is missing; run: {fix}"),
    "telemetry_off": (
        "mati; tidak ada yang dikirim ke mana pun ({seen})",
        "off; nothing is sent anywhere ({seen})",
    ),
    "telemetry_unchecked": (
        "belum diperiksa bahwa versi ini tidak mengirim data pemakaian ({seen}); jalankan: {fix}",
        "nobody has checked that this version sends no usage data ({seen}); run: {fix}",
    ),
    "opencv_once": ("satu paket: {version}", "one package: {version}"),
    "opencv_twice": (
        "{found} memakai folder cv2 yang sama dan saling menimpa; jalankan: {fix}",
        "{found} share the folder cv2 and overwrite each other; run: {fix}",
    ),
    "aruco": ("AprilTag 36h10, {size} penanda", "AprilTag 36h10, {size:tag}"),
    "pdf_drawn": ("PDF: {pages} halaman digambar", "PDF: {pages:page} drawn"),
    "pdf_not_drawn": ("PDF tidak tergambar; jalankan: {fix}", "a PDF is not drawn; run: {fix}"),
    "pictures_unreadable": ("{names} tidak terbaca; jalankan: {fix}", "{names} cannot be read; run: {fix}"),
    "extra_missing": (
        "{what}: tidak terpasang (tambahan); bila perlu: {fix}",
        "{what}: not installed (an extra); if needed: {fix}",
    ),
    "tesseract_missing": (
        "Program Tesseract tidak ada, jadi judul formulir tidak dibaca: formulir yang hanya berbeda judulnya (DPR, "
        "DPRD) tidak dibedakan. Bila perlu, pasang lalu jalankan lagi. {fixes}",
        "the program Tesseract is missing, so headings are not read: forms that differ in their heading alone (DPR, "
        "DPRD) are not told apart. If needed, install it and run this again. {fixes}",
    ),
    "templates_missing": (
        "tidak ada templat; pasang ulang ocr-recap",
        "there are no templates; install ocr-recap again",
    ),
    "template": (
        "{name}: {pages} halaman, {fields} angka, {rules} aturan",
        "{name}: {pages:page}, {fields:number}, {rules:rule}",
    ),
    "weights_missing": (
        "{file} tidak ada; pasang ulang ocr-recap",
        "{file} is missing; install ocr-recap again",
    ),
    "weights_damaged": (
        "{file} tidak ada atau rusak; pasang ulang ocr-recap",
        "{file} is missing or damaged; install ocr-recap again",
    ),
    "self_test_good": (
        "{where}: halaman yang digambar sendiri ditemukan",
        "{where}: a page we drew was found",
    ),
    "self_test_bad": (
        "{where}: halaman yang digambar sendiri tidak ditemukan ({codes}); laporkan bersama hasil ini",
        "{where}: a page we drew was not found ({codes}); report it with this output",
    ),
}


def finding(key: str, **data: Any) -> Wording:
    """A sentence of `FINDINGS`, filled with its data.

    Raises:
        KeyError: there is no such sentence, or it needs data that is not given.
    """
    return Wording(**both(FINDINGS[key], data))
