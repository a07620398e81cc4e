"""Made-up folders of results, for tests of what happens to numbers after they were read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ocr_recap.recap.level_file import load_contest
from ocr_recap.records.checksum_list import list_of, sha256_of
from ocr_recap.records.run_info import RunInfo

FORM = "c-hasil-ppwp-2024"
CONTEST = load_contest("ppwp-2024").file
FINISHED = "2024-02-14T15:00:00+00:00"


def counts(one: int = 100, two: int = 60, three: int = 40, invalid: int = 5) -> dict[str, int]:
    """The 28 counts of a station that add up."""
    valid = one + two + three
    total = valid + invalid
    men, women = total // 2, total - total // 2
    found = {"dpt_L": men + 10, "dpt_P": women + 10, "dpt_J": total + 20}
    for name, (m, w) in {
        "used_dpt": (men, women),
        "used_dptb": (0, 0),
        "used_dpk": (0, 0),
        "used_total": (men, women),
    }.items():
        found |= {f"{name}_L": m, f"{name}_P": w, f"{name}_J": m + w}
    received = total + 25
    found |= {"ballots_received": received, "ballots_used": total, "ballots_returned": 1, "ballots_unused": 24}
    found |= {"disabled_L": 0, "disabled_P": 1, "disabled_J": 1}
    found |= {"votes_1": one, "votes_2": two, "votes_3": three}
    return found | {"valid_total": valid, "invalid": invalid, "grand_total": total}


@dataclass(frozen=True)
class Said:
    """A made-up document.

    Attributes:
        station: its code; None where it is unknown.
        numbers: accepted values.
        states: `review`, `blank`, `not_in_photo` or `illegible` of other numbers.
        mark: other photos for another mark.
    """

    station: str | None
    numbers: Mapping[str, int]
    states: Mapping[str, str] = field(default_factory=dict)
    mark: str = ""
    form: str = FORM

    def line(self) -> str:
        sha256 = hashlib.sha256(f"{self.station}{self.mark}".encode()).hexdigest()
        fields: dict[str, Any] = {}
        for name in CONTEST.field_ids:
            state = self.states.get(name, "accepted" if name in self.numbers else "not_in_photo")
            value = self.numbers.get(name)
            fields[name] = {"status": "review" if state == "illegible" else state, "value": value, "decision": None}
            fields[name]["accepted"] = value if state == "accepted" else None
            if state == "illegible":
                fields[name]["decision"] = {
                    "by": "Ani",
                    "at": "2024-02-14T16:00:00Z",
                    "value": None,
                    "answer": "unreadable",
                }
        photo = {"file": f"{self.station}.jpg", "frame": 0, "sha256": sha256, "page": "1", "counts": True}
        document = {"id": f"{self.station}.{self.form}", "station": {"code": self.station, "source": "file"}}
        document |= {"template": self.form, "photos": [photo], "fields": fields, "verdict": "settled"}
        return json.dumps(document)


def results(folder: Path, said: Sequence[Said], finished: str = FINISHED) -> Path:
    """Write a folder of results with these documents, as `ocr-recap read` lists them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "documents.jsonl").write_text("".join(one.line() + "\n" for one in said), "utf-8")
    (folder / "photos.jsonl").write_text("", "utf-8")
    RunInfo(
        started=finished,
        finished=finished,
        ocr_recap="0",
        machine={},
        runtime={},
        options={},
        workers=1,
        resumed=0,
        language="en",
        dialect="rfc4180",
        weights_sha256="0" * 64,
        templates={},
        lists={},
        photos=len(said),
        stations_without_photos=(),
        skipped=(),
        chained=True,
    ).save(folder)
    names = ("documents.jsonl", "photos.jsonl", "run.json")
    (folder / "SHA256SUMS").write_bytes(list_of({name: sha256_of(folder / name) for name in names}))
    return folder


def roll(path: Path, codes: Sequence[str], **columns: Sequence[object]) -> Path:
    """Write a roll of stations, with further columns if wanted."""
    rows = [",".join(("station", *columns))]
    rows += [",".join(str(cell) for cell in cells) for cells in zip(codes, *columns.values(), strict=True)]
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def code(number: int, regency: str = "2101") -> str:
    """The code of a made-up station: ten stations a village, five villages a district."""
    village, place = divmod(number, 10)
    district, village = divmod(village, 5)
    return f"{regency}{district + 1:02}{2001 + village}{place + 1:03}"
