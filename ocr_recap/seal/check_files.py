"""Part of `judge`: the files of a bundle against its manifests, and against what was signed. Pure functions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from .bag import INFO, MANIFEST, TAG_MANIFEST, read_info, read_manifest
from .findings import Finding
from .source import BAGIT, BundleContent, is_inside
from .statement import SealedStatement
from .store import DATA, ENDING, LOGS, PHOTOS, ROLL, STATEMENTS

VERIFIER: Final = "verify.py"
PHOTOS_ENTRY: Final = "Ocr-Recap-Photos"  # of `bag-info.txt`: `with` or `without`
_TAG_FILES: Final = frozenset({BAGIT, INFO, MANIFEST, TAG_MANIFEST, ROLL, VERIFIER})
_BAGIT: Final = re.compile(rb"BagIt-Version: (0\.97|1\.0)\r?\nTag-File-Character-Encoding: UTF-8(\r?\n)?")


@cache
def known_verifiers() -> frozenset[str]:
    """SHA-256 of the versions of `verify.py` that this program gives out."""
    return frozenset({hashlib.sha256(verifier()).hexdigest()})


@cache
def verifier() -> bytes:
    """The file `verify.py`."""
    return (Path(__file__).parent / "verify.py").read_bytes()


def bag_findings(content: BundleContent, renamed: dict[str, str]) -> Iterator[Finding]:
    """Compare the files with the manifests; `renamed` is filled with the names of renamed files, old to new."""
    if not _BAGIT.fullmatch(content.texts.get(BAGIT, b"")):
        yield Finding("bag_malformed", BAGIT)
    listed: dict[str, str] = {}
    yield from _read_manifests(content, listed)
    refused = {fault.where for fault in content.faults}
    added = {name for name in content.hashes if name not in listed and name != TAG_MANIFEST}
    by_hash = {content.hashes[name]: name for name in sorted(added)}
    for name in sorted(listed):
        if name not in content.hashes and name not in refused:
            new = by_hash.get(listed[name])
            if new is None:
                yield Finding("file_missing", name)
            else:
                renamed[name] = new
                yield Finding("file_renamed", name, {"name": new})
        elif content.hashes.get(name, listed[name]) != listed[name]:
            yield Finding("file_changed", name)
    for name in sorted(added - set(renamed.values())):
        yield Finding("file_added", name)
    yield from _tag_findings(content, listed)


def _read_manifests(content: BundleContent, listed: dict[str, str]) -> Iterator[Finding]:
    """Read both manifests; `listed` is filled with their hashes by name."""
    for name, is_data in ((MANIFEST, True), (TAG_MANIFEST, False)):
        manifest = read_manifest(content.texts[name]) if name in content.texts else None
        if manifest is None:
            yield Finding("bag_malformed", name)
            continue
        for inner, digest in manifest.items():
            if not is_inside(inner) or inner.startswith(f"{DATA}/") != is_data:
                yield Finding("path_outside", inner)
            else:
                listed[inner] = digest


def _tag_findings(content: BundleContent, listed: Iterable[str]) -> Iterator[Finding]:
    """Files outside `data/` that nothing signed vouches for, and a verifier that is not ours."""
    for name in sorted(content.texts.keys() & set(listed)):
        folder, _, file = name.partition("/")
        if name not in _TAG_FILES and not (folder == STATEMENTS and file.endswith(ENDING)) and folder != LOGS:
            yield Finding("file_unsigned", name)
    if VERIFIER in content.texts and content.hashes[VERIFIER] not in known_verifiers():
        yield Finding("verifier_differs", VERIFIER)


def subject_findings(
    content: BundleContent, statements: Iterable[SealedStatement], renamed: Mapping[str, str]
) -> Iterator[Finding]:
    """Compare the files with what was signed."""
    if content.kind == "loose":
        return
    here = {name.removeprefix(f"{DATA}/"): found for name, found in content.hashes.items() if name.startswith(DATA)}
    subjects = {(file.name, file.sha256) for statement in statements for file in statement.subjects}
    left_out = _photos_left_out(content, here, {name for name, _ in subjects})
    for name, digest in sorted(subjects):
        if not is_inside(name):
            yield Finding("path_outside", name)
        elif name in here and here[name] != digest:
            yield Finding("file_not_as_signed", f"{DATA}/{name}")
        elif name not in here and name not in left_out and f"{DATA}/{name}" not in renamed:
            yield Finding("file_missing", f"{DATA}/{name}")
    if left_out:
        yield Finding("photos_left_out", DATA, {"count": len(left_out)})
    for name in sorted(here.keys() - {name for name, _ in subjects}):
        if f"{DATA}/{name}" not in renamed.values():
            yield Finding("file_unsigned", f"{DATA}/{name}")


def _photos_left_out(content: BundleContent, here: Mapping[str, str], subjects: Iterable[str]) -> set[str]:
    """The photos that are not here and need not be: a bundle has all of them or none, a folder of results any."""
    photos = {name for name in subjects if name.startswith(f"{PHOTOS}/")}
    said = read_info(content.texts.get(INFO, b"")).get(PHOTOS_ENTRY)
    if content.kind == "bag" and (said != "without" or photos & here.keys()):
        return set()
    return photos - here.keys()
