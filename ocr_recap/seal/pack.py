"""Packs the sealed part of a folder into a bundle: a BagIt 1.0 folder or zip with all that is needed to check it.

It is written under a temporary name, forced to the disk, read back and judged, and gets its name last: a stick that is
pulled out leaves nothing that looks like a bundle.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO, Final

from ..messages.errors import CannotWrite, InputUnusable, WrongUse, system_reason
from ..messages.seal_findings import BROKEN
from ..records.folder import INCOMING
from .bag import DECLARATION, INFO, MANIFEST, TAG_MANIFEST, info_text, manifest_text
from .check_files import PHOTOS_ENTRY, VERIFIER, verifier
from .durable import force_folder
from .judge import SealVerdict, judge
from .source import BAGIT, read_bundle
from .statement import SealedStatement
from .store import DATA, ENDING, LOGS, PHOTOS, ROLL, STATEMENTS, SealedFolder, sealed_folder

ZIP: Final = ".zip"
_CHUNK: Final = 1 << 20
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # of files in a zip, so that equal bundles have equal bytes
_NAMED: Final = 5  # photos that a message names; by judgement


@dataclass(frozen=True)
class PackedBundle:
    """A bundle that was written and read back.

    Attributes:
        path: of the folder or zip.
        files: how many files it has.
        photos: how many of them are photos.
        verdict: of the check after reading it back.
        was_there: whether the same bundle was there before.
    """

    path: Path
    files: int
    photos: int
    verdict: SealVerdict
    was_there: bool = False


@dataclass(frozen=True)
class _Plan:
    """The files of a bundle: each a file on the disk or its content; and the hash of each."""

    name: str
    files: Mapping[str, Path | bytes]
    hashes: Mapping[str, str]


def pack(
    folder: Path, out: Path, photos: Sequence[Path] = (), with_photos: bool = True, as_zip: bool = False
) -> PackedBundle:
    """Pack a folder of results.

    Args:
        folder: of results, with sealed statements.
        out: an existing folder, in which the bundle gets a name of its own; else the name of the new bundle, a zip
            where it ends with `.zip`.
        photos: folders in which the photos are looked for, beside those that the folder holds.
        with_photos: False carries their hashes only.
        as_zip: whether a bundle with a name of its own is a zip.

    Raises:
        WrongUse: nothing is sealed yet, or something else has the name of the bundle.
        InputUnusable: photos are not found.
        FolderDamaged: the sealed part is damaged.
        CannotWrite: the bundle cannot be written, or is not what was written when it is read back.
    """
    store = sealed_folder(folder)
    statements = store.everything()
    if not statements:
        raise WrongUse("nothing_sealed", folder=folder)
    places = (folder / INCOMING, *photos)
    try:
        plan = _plan(store, statements, places, with_photos)
        is_place = out.is_dir() and not (out / BAGIT).exists()
        path = out / f"{plan.name}{ZIP if as_zip else ''}" if is_place else out
        if path.exists():
            return _compared(path, plan)
        path.parent.mkdir(parents=True, exist_ok=True)
        return _written(path, plan)
    except OSError as fault:
        raise CannotWrite("file_unwritable", path=fault.filename or out, why=system_reason(fault)) from None


def _plan(store: SealedFolder, statements: Iterable[SealedStatement], places: Sequence[Path], photos: bool) -> _Plan:
    """Which files a bundle has."""
    subjects = {file.name: file.sha256 for one in statements for file in one.subjects}
    files: dict[str, Path | bytes] = {}
    wanted: dict[str, str] = {}
    for name, digest in subjects.items():
        if not name.startswith(f"{PHOTOS}/"):
            files[f"{DATA}/{name}"] = store.path / DATA / name
        elif photos:
            wanted[digest] = name
    found = _photos(wanted, (store.path / DATA / PHOTOS, *places))
    if lost := sorted(wanted[digest] for digest in wanted.keys() - found.keys()):
        names = [name.removeprefix(f"{PHOTOS}/")[:12] for name in lost[:_NAMED]]
        raise InputUnusable("photos_not_found", count=len(lost), names=names)
    files |= {f"{DATA}/{wanted[digest]}": path for digest, path in found.items()}
    hashes = {name: _hash(source) for name, source in files.items()}
    size = sum(source.stat().st_size for source in files.values() if isinstance(source, Path))
    tags: dict[str, Path | bytes] = {BAGIT: DECLARATION, VERIFIER: verifier(), MANIFEST: manifest_text(hashes)}
    for inner, ending in ((STATEMENTS, ENDING), (LOGS, ".txt")):
        tags |= {f"{inner}/{path.name}": path for path in sorted((store.path / inner).glob(f"*{ending}"))}
    if (store.path / ROLL).exists():
        tags[ROLL] = store.path / ROLL
    name = _name(statements, {**hashes, **{name: _hash(source) for name, source in tags.items()}})
    tags[INFO] = info_text(
        {
            "Bag-Software-Agent": f"ocr-recap {version('ocr-recap')}",
            "Bagging-Date": max(one.stamp.at for one in statements)[:10],
            "External-Description": "Check with: python verify.py BUNDLE --roll ROLL",
            "External-Identifier": name,
            "Payload-Oxum": f"{size}.{len(files)}",
            PHOTOS_ENTRY: "with" if photos else "without",
        }
    )
    listed = {name: _hash(source) for name, source in tags.items()}
    tags[TAG_MANIFEST] = manifest_text(listed)
    hashes |= {**listed, TAG_MANIFEST: _hash(tags[TAG_MANIFEST])}
    return _Plan(name, {**files, **tags}, hashes)


def _name(statements: Iterable[SealedStatement], hashes: Mapping[str, str]) -> str:
    """The name of a bundle: the area that its stations share, and the first digits of the hash of all hashes."""
    codes = sorted(one.area for one in statements if one.kind == "station")
    first, last = (codes[0], codes[-1]) if codes else ("", "")
    area = next((first[:size] for size in range(len(first), 0, -1) if last.startswith(first[:size])), "")
    return f"bundle-{area or 'all'}-{hashlib.sha256(manifest_text(hashes)).hexdigest()[:8]}"


def _photos(wanted: Mapping[str, str], places: Iterable[Path]) -> dict[str, Path]:
    """Photos by their hashes; folders are searched until all are found."""
    found: dict[str, Path] = {}
    for place in places:
        for path in sorted(place.rglob("*")) if place.is_dir() else ():
            if len(found) == len(wanted):
                return found
            if path.is_file() and not path.is_symlink() and (digest := _hash(path)) in wanted:
                found[digest] = path
    return found


def _compared(path: Path, plan: _Plan) -> PackedBundle:
    """What is there already, if it is this very bundle."""
    content = read_bundle(path)
    if content.faults or content.hashes != plan.hashes:
        raise WrongUse("bundle_exists", path=path)
    return PackedBundle(path, len(plan.files), _photo_count(plan), judge(content), was_there=True)


def _written(path: Path, plan: _Plan) -> PackedBundle:
    """Write a bundle under a temporary name, read it back, and give it its name."""
    part = path.with_name(f".{path.name}.part")
    _remove(part)
    if path.suffix.lower() == ZIP:
        _write_zip(part, plan, path.name.removesuffix(path.suffix))
    else:
        _write_folder(part, plan)
    content = read_bundle(part)
    verdict = judge(content)
    wrong = sorted({finding.code for finding in verdict.findings} & BROKEN)
    if content.hashes != plan.hashes or wrong:
        _remove(part)
        raise CannotWrite("bundle_broken", path=path, codes=", ".join(wrong) or "read_back")
    part.rename(path)
    force_folder(path.parent)
    return PackedBundle(path, len(plan.files), _photo_count(plan), verdict)


def _photo_count(plan: _Plan) -> int:
    return sum(name.startswith(f"{DATA}/{PHOTOS}/") for name in plan.files)


def _remove(part: Path) -> None:
    """Remove what an interrupted run left."""
    if part.is_dir() and not part.is_symlink():
        shutil.rmtree(part)
    else:
        part.unlink(missing_ok=True)


def _write_folder(part: Path, plan: _Plan) -> None:
    folders: set[Path] = {part}
    part.mkdir()
    for name in sorted(plan.files):
        target = part / name
        target.parent.mkdir(parents=True, exist_ok=True)
        folders.update(folder for folder in target.parents if part in (folder, *folder.parents))
        with target.open("xb") as file:
            for chunk in _chunks(plan.files[name]):
                file.write(chunk)
            _force_out(file)
    for folder in sorted(folders, reverse=True):
        force_folder(folder)


def _write_zip(part: Path, plan: _Plan, top: str) -> None:
    with part.open("xb") as file:
        with zipfile.ZipFile(file, "w") as archive:
            for name in sorted(plan.files):
                info = zipfile.ZipInfo(f"{top}/{name}", _EPOCH)
                info.external_attr = 0o644 << 16
                with archive.open(info, "w", force_zip64=True) as inner:
                    for chunk in _chunks(plan.files[name]):
                        inner.write(chunk)
        _force_out(file)


def _force_out(file: IO[bytes]) -> None:
    """Force a file to the disk, and out of memory where the system can, so that reading it back reads the disk."""
    file.flush()
    os.fsync(file.fileno())
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _chunks(source: Path | bytes) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _hash(source: Path | bytes) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(source):
        digest.update(chunk)
    return digest.hexdigest()
