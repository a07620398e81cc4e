"""Measures sealing: per station, a regency's bundle, QR codes read back from photos of slips, kills.

    python benchmarks/seal.py [--stations 1600] [--photos 30] [--kills 30] [--write]

Stations have made-up numbers, and documents and records of the size of real ones (lines that `ocr-recap read` made of
the samples, repeated with other codes). Photos of slips are drawn by the camera of `synth`, preset `field`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2

from ocr_recap import Options
from ocr_recap.batch import run
from ocr_recap.batch.options import BatchOptions
from ocr_recap.forms import template
from ocr_recap.seal.compact import station_code
from ocr_recap.seal.device_key import DeviceKey, load_key, make_key
from ocr_recap.seal.judge import judge
from ocr_recap.seal.key_request import OFFICIAL, make_request, read_request
from ocr_recap.seal.pack import pack
from ocr_recap.seal.receive import receive
from ocr_recap.seal.roll import KeyRoll, RollElection
from ocr_recap.seal.roll_edit import RollFile, enrolled, load_roll, new_roll, save_roll_file, signed_by
from ocr_recap.seal.scan import code_in_picture
from ocr_recap.seal.seal_results import Sealing, seal_results
from ocr_recap.seal.slip import SlipContent, slip_pdf
from ocr_recap.seal.source import read_bundle
from ocr_recap.seal.store import sealed_folder
from ocr_recap.synth.camera.photo import photograph

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "lab" / "cost.md"
SAMPLES = ("page1-clean", "page2-clean", "page3-clean")
VILLAGE, START, AT, END = "210114", "2029-02-14T00:00:00Z", "2029-02-14T12:00:00Z", "2029-03-31T00:00:00Z"
FORM = template.load("c-hasil-ppwp-2024")
A5_MM = (148.0, 210.0)
_FIRST = 100  # seed of the photos; the layout of the slip was chosen with those of 0 to 29
WORK = """
import sys
from pathlib import Path
from ocr_recap.seal.device_key import load_key
from ocr_recap.seal.pack import pack
from ocr_recap.seal.receive import receive
from ocr_recap.seal.roll_edit import load_roll
from ocr_recap.seal.seal_results import Sealing
what, one, two, key, roll = sys.argv[1:]
trusted = load_roll(Path(roll))
how = Sealing(load_key(Path(key)), trusted, "2029-02-14T16:00:00Z")
print("begun", flush=True)
pack(Path(one), Path(two), with_photos=False) if what == "pack" else receive(Path(one), Path(two), trusted, how)
print("done", flush=True)
"""


def main() -> None:
    """Measure and print, or write, the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--stations", type=int, default=1600)
    parser.add_argument("--photos", type=int, default=30)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        roll, keys = election(root)
        lines = sample_lines(root)
        rows = stations(root, roll, keys, lines, options.stations)
        rows += kills(root, roll, keys, lines, options.kills)
        rows += photos_of_slips(root, roll, keys, lines, options.photos)
    table = "\n".join(["| what | n | result |", "|---|---|---|", *rows])
    print(table)
    if options.write:
        text = PAGE.read_text("utf-8")
        start, end = "<!-- seal: written by benchmarks/seal.py -->", "<!-- end of seal -->"
        PAGE.write_text(re.sub(f"{start}.*?{end}", f"{start}\n{table}\n{end}", text, flags=re.S), "utf-8")


def election(root: Path) -> tuple[KeyRoll, dict[str, DeviceKey]]:
    """A roll with one official, a device for all stations and a receiver."""
    keys = {name: make_key(root / f"{name}.key") for name in ("official", "device", "second", "receiver")}

    def asked(name: str, role: str, *codes: str) -> Any:
        return read_request(make_request(keys[name], name, role, codes), name)

    file = signed_by(
        new_roll(RollElection("x", False, {}), [asked("official", OFFICIAL)], 1, START), [keys["official"]]
    )
    requests = [asked("device", "station", VILLAGE), asked("second", "station", VILLAGE)]
    requests.append(asked("receiver", "receiver", VILLAGE))
    file = signed_by(enrolled(file, requests, START, END, START), [keys["official"]])
    save_roll_file(root / "roll.json", file)
    return roll_of(file), keys


def roll_of(file: RollFile) -> KeyRoll:
    """The roll of a file in which nothing waits."""
    if file.roll is None:
        raise SystemExit("the roll is not signed")
    return file.roll


def sample_lines(root: Path) -> tuple[str, list[str]]:
    """The document and the three records of a station, as `read` writes them."""
    photos = root / "photos"
    photos.mkdir()
    for number, name in enumerate(SAMPLES, 1):
        content = (ROOT / "samples" / f"{name}.jpg").read_bytes()
        (photos / f"{VILLAGE}2004001-{number}.jpg").write_bytes(content)
    run.run([photos], root / "read", BatchOptions(reading=Options()))
    document = (root / "read" / "documents.jsonl").read_text("utf-8").splitlines()[0]
    return document, (root / "read" / "photos.jsonl").read_text("utf-8").splitlines()


def results(folder: Path, lines: tuple[str, list[str]], count: int) -> Path:
    """A folder of results of many stations, made of the lines of one."""
    (folder / "templates").mkdir(parents=True)
    (folder / "templates" / f"{FORM.id}.yaml").write_text(FORM.yaml, "utf-8")
    hashes = sorted({photo["sha256"] for photo in json.loads(lines[0])["photos"]})
    with (folder / "documents.jsonl").open("w") as documents, (folder / "photos.jsonl").open("w") as records:
        for number in range(1, count + 1):
            code = f"{VILLAGE}{2000 + number // 900:04d}{number % 900 + 1:03d}"
            made = {old: hashlib.sha256(f"{old} {number}".encode()).hexdigest() for old in hashes}
            changed = re.compile("|".join([*hashes, f"{VILLAGE}2004001"]))
            for line, file in ((lines[0], documents), *((record, records) for record in lines[1])):
                file.write(changed.sub(lambda found, made=made, code=code: made.get(found[0], code), line) + "\n")
    return folder


def stations(root: Path, roll: KeyRoll, keys: dict[str, DeviceKey], lines: Any, count: int) -> list[str]:
    """Seal, pack, verify and receive a regency without photos."""
    folder = results(root / "regency", lines, count)
    size = sum(path.stat().st_size for path in folder.glob("*.jsonl"))
    seconds, sealing, done = weighed(lambda: seal_results(folder, Sealing(keys["device"], roll, AT)))
    again, _ = timed(lambda: seal_results(folder, Sealing(keys["device"], roll, AT)))
    hashing = hash_seconds(folder / "sealed")
    packing, bundle = timed(lambda: pack(folder, root / "bundle", with_photos=False).path)
    verifying, checking, verdict = weighed(lambda: judge(read_bundle(bundle), roll))
    alone = [sys.executable, str(bundle / "verify.py"), str(bundle), "--roll", str(root / "roll.json"), "--json"]
    by_file, answer = timed(lambda: subprocess.run(alone, capture_output=True, text=True, check=False))
    taking, got = timed(lambda: receive(bundle, root / "district", roll, Sealing(keys["receiver"], roll, AT)))
    if not (verdict.holds and answer.returncode == 0 and len(done.new) == count == len(got.taken) - 1):
        raise SystemExit("a regency that should hold does not")
    each = 1000 / count
    sealing_each = f"{seconds * each:.1f} (CPU {sealing * each:.1f}, of it hashing {hashing * each:.1f})"
    checking_each = f"{verifying * each:.1f} (CPU {checking * each:.1f}, of it hashing {hashing * each:.1f})"
    return [
        f"| records and documents of the stations | {count} | {size / 1e6:.0f} MB |",
        f"| sealing, ms a station | {count} | {sealing_each} |",
        f"| sealing again, nothing changed, ms a station | {count} | {again * each:.1f} |",
        f"| packing, read back and verified, s | {count} | {packing:.1f} |",
        f"| verifying, ms a station | {count} | {checking_each} |",
        f"| verifying the bundle, s | {count} | {verifying:.1f} |",
        f"| verifying it with verify.py, s | {count} | {by_file:.1f} |",
        f"| receiving it, s | {count} | {taking:.1f} |",
    ]


def timed(action: Any) -> tuple[float, Any]:
    """Seconds of wall time, and the result."""
    start = time.perf_counter()
    result = action()
    return time.perf_counter() - start, result


def weighed(action: Any) -> tuple[float, float, Any]:
    """Seconds of wall time and of CPU time, and the result."""
    start, cpu = time.perf_counter(), time.process_time()
    result = action()
    return time.perf_counter() - start, time.process_time() - cpu, result


def hash_seconds(folder: Path) -> float:
    """Seconds of CPU time that reading and hashing all files takes."""
    start = time.process_time()
    for path in folder.rglob("*"):
        if path.is_file():
            hashlib.sha256(path.read_bytes()).hexdigest()
    return time.process_time() - start


def kills(root: Path, roll: KeyRoll, keys: dict[str, DeviceKey], lines: Any, count: int) -> list[str]:
    """Kill `pack` and `receive` at random moments, finish them, and compare with what was never killed."""
    rng = random.Random(1)
    folder = results(root / "small", lines, 40)
    seal_results(folder, Sealing(keys["second"], roll, AT))
    keys["receiver"].path.with_name("receiver.key.chain").unlink()
    whole = pack(folder, root / "whole", with_photos=False).path
    times = {
        what: run_once(root, what, folder if what == "pack" else whole, root / f"timed-{what}", 60)[1]
        for what in ("pack", "receive")
    }
    if not (root / "timed-receive").exists():
        raise SystemExit("what is to be killed does not work")
    begun, wrong = {"pack": 0, "receive": 0}, 0
    for number in range(count):
        out, into = root / f"out{number}", root / f"into{number}"
        killed, _ = run_once(root, "pack", folder, out, rng.uniform(0, times["pack"]))
        begun["pack"] += killed
        wrong += out.exists() and tree(out) != tree(whole)
        pack(folder, out, with_photos=False)
        wrong += tree(out) != tree(whole)
        chain = keys["receiver"].path.with_name("receiver.key.chain")
        chain.unlink(missing_ok=True)
        killed, _ = run_once(root, "receive", out, into, rng.uniform(0, times["receive"]))
        begun["receive"] += killed
        receive(out, into, roll, Sealing(load_key(keys["receiver"].path), roll, AT))
        verdict = judge(read_bundle(into), load_roll(root / "roll.json"))
        kinds = [one.kind for one in verdict.statements]
        wrong += not verdict.holds or kinds.count("station") != 40 or kinds.count("receipt") != 1
    killed_both = f"{begun['pack']} and {begun['receive']} killed before they were done"
    return [f"| kills of pack and receive: half or lost | {count} each | {wrong} ({killed_both}) |"]


def run_once(root: Path, what: str, one: Path, two: Path, seconds: float) -> tuple[bool, float]:
    """Start `pack` or `receive`, kill it after some seconds; whether it was not done, and how long it took."""
    words = [sys.executable, "-c", WORK, what, str(one), str(two), str(root / "receiver.key"), str(root / "roll.json")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        if process.stdout is None or process.stdout.readline() != "begun\n":
            raise SystemExit("it did not begin")
        start = time.perf_counter()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        return "done" not in process.stdout.read(), time.perf_counter() - start


def tree(folder: Path) -> dict[str, bytes]:
    """All files of a folder."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def photos_of_slips(root: Path, roll: KeyRoll, keys: dict[str, DeviceKey], lines: Any, count: int) -> list[str]:
    """Read the codes of printed slips back from drawn photos, preset `field`; each slip is of another station."""
    folder = root / "small"
    statements = [one for one in sealed_folder(folder).everything() if one.kind == "station"]
    read, seconds, sizes = 0, [], set[int]()
    for number in range(count):
        statement = statements[number % len(statements)]
        code = station_code(statement, FORM, keys["second"])
        pdf = slip_pdf(SlipContent(statement, FORM, code, roll.holder(keys["second"].id), None), "id")
        page = np.asarray(pypdfium2.PdfDocument(pdf)[0].render(scale=300 / 72).to_numpy())[..., :3]
        shot = photograph(np.ascontiguousarray(page), A5_MM, "field", np.random.default_rng(_FIRST + number))
        path = root / f"slip{number}.jpg"
        path.write_bytes(shot.jpeg)
        spent, text = timed(lambda path=path: code_in_picture(path))
        seconds.append(spent)
        read += text == code.text
        sizes.add(len(code.content))
    return [
        f"| QR codes read back from photos of slips | {count} | {read} ({min(sizes)} to {max(sizes)} bytes) |",
        f"| reading one, s | {count} | median {statistics.median(seconds):.2f}, most {max(seconds):.2f} |",
    ]


if __name__ == "__main__":
    main()
