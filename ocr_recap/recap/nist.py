"""The sums as NIST SP 1500-100 version 2 (Election Results Reporting Common Data Format), in JSON.

Written are votes by candidate and area, turnout, the status of the count, and how many stations of an area are counted.
A number that is not known is left out: the format has no word for "at least", so that `SubUnitsReported` below
`TotalSubUnits` and the status `in-process` say so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from .areas import LevelName, level_of, shown_code
from .level_file import LevelFile
from .sums import AreaSum

_TYPES: Final[dict[LevelName, tuple[str, str]]] = {
    "nation": ("country", ""),
    "province": ("state", ""),
    "regency": ("county", ""),
    "district": ("other", "kecamatan"),
    "village": ("village", ""),
    "station": ("polling-place", ""),
}
_ISSUER: Final = "ocr-recap"


def nist_report(
    contest: LevelFile, sums: Mapping[str, Sequence[AreaSum]], names: Mapping[str, str], at: str, version: str
) -> bytes:
    """The report of a contest.

    Args:
        contest: candidates and labels.
        sums: by area, each with its fields in the order of the contest; the first area is the whole.
        names: of areas, by code.
        at: time of the last statement, UTC.
        version: of this program.
    """
    by_area = {area: {one.field: one for one in found} for area, found in sums.items()}
    top = next(iter(by_area))
    complete = all(not one.at_least for one in by_area[top].values())
    report: dict[str, Any] = {
        "@type": "ElectionResults.ElectionReport",
        "Format": "summary-contest",
        "GeneratedDate": at,
        "Issuer": _ISSUER,
        "IssuerAbbreviation": _ISSUER,
        "Notes": "Provisional: the paper forms prevail. Counts of areas that are in process are the least they can be.",
        "SequenceStart": 1,
        "SequenceEnd": 1,
        "Status": "unofficial-complete" if complete else "unofficial-partial",
        "VendorApplicationId": f"{_ISSUER} {version}",
        "GpUnit": [_unit(area, found, contest, by_area, names) for area, found in by_area.items()],
        "Election": [_election(contest, top, by_area)],
    }
    return (json.dumps(report, ensure_ascii=False, indent=1) + "\n").encode()


def _unit(
    area: str,
    found: Mapping[str, AreaSum],
    contest: LevelFile,
    by_area: Iterable[str],
    names: Mapping[str, str],
) -> dict[str, Any]:
    level = level_of(area)
    assert level is not None
    kind, other = _TYPES[level]
    whole = found[contest.candidates[0] if contest.candidates else contest.field_ids[0]]
    unit: dict[str, Any] = {
        "@id": _unit_id(area),
        "@type": "ElectionResults.ReportingUnit",
        "Type": kind,
        "Name": names.get(area) or shown_code(area),
        "ExternalIdentifier": [
            {
                "@type": "ElectionResults.ExternalIdentifier",
                "Type": "national-level",
                "Label": "KPU",
                "Value": shown_code(area),
            }
        ],
        "SubUnitsReported": whole.counted,
        "TotalSubUnits": whole.expected,
        "CountStatus": [_status(whole)],
    }
    if other:
        unit["OtherType"] = other
    parts = [_unit_id(one) for one in by_area if one != area and one.startswith(area) and _is_next(area, one, contest)]
    if parts:
        unit["ComposingGpUnitIds"] = parts
    for key, field in (("VotersParticipated", contest.turnout), ("VotersRegistered", contest.voters)):
        if field is not None and (total := found[field].total) is not None:
            unit[key] = total
    return unit


def _is_next(area: str, part: str, contest: LevelFile) -> bool:
    """True when one area is directly below another in the contest's levels."""
    levels = list(contest.areas)
    here, there = level_of(area), level_of(part)
    return here in levels and there in levels and levels.index(there) == levels.index(here) + 1


def _status(whole: AreaSum) -> dict[str, Any]:
    status = "in-process" if whole.counted else "not-processed"
    return {
        "@type": "ElectionResults.CountStatus",
        "Type": "total",
        "Status": "completed" if not whole.at_least else status,
    }


def _election(contest: LevelFile, top: str, by_area: Mapping[str, Mapping[str, AreaSum]]) -> dict[str, Any]:
    return {
        "@type": "ElectionResults.Election",
        "Name": _text(contest.title.id, contest.title.en),
        "StartDate": contest.date,
        "EndDate": contest.date,
        "Type": "general",
        "ElectionScopeId": _unit_id(top),
        "Candidate": [
            {
                "@id": f"candidate-{name}",
                "@type": "ElectionResults.Candidate",
                "BallotName": _text(contest.labels[name].id, contest.labels[name].en),
            }
            for name in contest.candidates
        ],
        "Contest": [_contest(contest, top, by_area)],
    }


def _contest(contest: LevelFile, top: str, by_area: Mapping[str, Mapping[str, AreaSum]]) -> dict[str, Any]:
    first = contest.candidates[0] if contest.candidates else contest.field_ids[0]
    whole = by_area[top][first]
    found: dict[str, Any] = {
        "@id": f"contest-{contest.id}",
        "@type": "ElectionResults.CandidateContest",
        "Name": contest.title.en,
        "VotesAllowed": 1,
        "ElectoralDistrictId": _unit_id(top),
        "VoteVariation": "majority",
        "SubUnitsReported": whole.counted,
        "TotalSubUnits": whole.expected,
        "CountStatus": [_status(whole)],
        "BallotSelection": [
            {
                "@id": f"selection-{name}",
                "@type": "ElectionResults.CandidateSelection",
                "CandidateIds": [f"candidate-{name}"],
                "SequenceOrder": place,
                "VoteCounts": [_count(area, total) for area, total in _totals(name, by_area)],
            }
            for place, name in enumerate(contest.candidates, 1)
        ],
    }
    if contest.turnout is not None:
        found["SummaryCounts"] = [
            {
                "@type": "ElectionResults.SummaryCounts",
                "Type": "total",
                "GpUnitId": _unit_id(area),
                "BallotsCast": total,
            }
            for area, total in _totals(contest.turnout, by_area)
        ]
    return found


def _totals(field: str, by_area: Mapping[str, Mapping[str, AreaSum]]) -> Iterable[tuple[str, int]]:
    """The known totals of a field, by area."""
    for area, found in by_area.items():
        if (total := found[field].total) is not None:
            yield area, total


def _count(area: str, total: int) -> dict[str, Any]:
    return {"@type": "ElectionResults.VoteCounts", "Type": "total", "GpUnitId": _unit_id(area), "Count": total}


def _unit_id(area: str) -> str:
    return f"area-{shown_code(area)}"


def _text(text_id: str, text_en: str) -> dict[str, Any]:
    strings = [
        {"@type": "ElectionResults.LanguageString", "Language": language, "Content": content}
        for language, content in (("id", text_id), ("en", text_en))
    ]
    return {"@type": "ElectionResults.InternationalizedText", "Text": strings}
