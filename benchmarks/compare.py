"""Compares the readings of two versions of the software: values, statuses, reasons and problems of many photos.

    python benchmarks/compare.py --write before.json         # with one version (`git worktree add` gives it a folder)
    python benchmarks/compare.py --against before.json       # with the other: prints every difference, exits 1 if any

Photos are the samples and, if the folders are there, those of `../shared/real-forms` and `real-forms-2024`. Only the
public `Reader` is used, so that versions with other modules can be compared. Wording, provenance and layout of files
are not compared.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from ocr_recap import Reader

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (
    ROOT / "samples",
    ROOT.parent / "shared" / "real-forms",
    ROOT.parent / "shared" / "real-forms-2024",
)
ENDINGS = (".jpg", ".jpeg", ".png")


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--folders", nargs="+", type=Path, default=[f for f in FOLDERS if f.is_dir()], help="input folders"
    )
    goal = parser.add_mutually_exclusive_group(required=True)
    goal.add_argument("--write", type=Path, help="file for what this version reads")
    goal.add_argument("--against", type=Path, help="what another version wrote")
    args = parser.parse_args()
    found = read(args.folders)
    if args.write:
        args.write.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        print(f"{len(found)} photos written to {args.write}")
        return
    differences = compared(json.loads(args.against.read_text("utf-8")), found)
    print("\n".join(differences))
    numbers = sum(len(photo["fields"]) for photo in found.values())
    print(f"{len(found)} photos, {numbers} numbers, {len(differences)} differences")
    sys.exit(1 if differences else 0)


def read(folders: list[Path]) -> dict[str, dict[str, Any]]:
    """Reading of each photo: its page, problems, warnings, verdict, rules, and each number."""
    reader = Reader()
    found: dict[str, dict[str, Any]] = {}
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in ENDINGS):
            record = reader.read(path)
            found[f"{folder.name}/{path.relative_to(folder).as_posix()}"] = {
                "page": [record.page.template, record.page.page] if record.page else None,
                "problems": [problem.code for problem in record.problems],
                "warnings": [problem.code for problem in record.warnings],
                "status": record.status,
                "rules": {rule.id: rule.outcome for rule in record.rules},
                "fields": {
                    name: [field.text, field.read, field.value, field.accepted, field.status, list(field.reasons)]
                    for name, field in record.fields.items()
                },
            }
    return found


def compared(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """A line for each difference."""
    lines = [f"{name}: only in one of the two" for name in sorted(before.keys() ^ after.keys())]
    for name in sorted(before.keys() & after.keys()):
        one, two = before[name], json.loads(json.dumps(after[name]))
        lines += [f"{name}: {key} {one[key]} -> {two[key]}" for key in one if key != "fields" and one[key] != two[key]]
        for field in sorted(one["fields"].keys() | two["fields"].keys()):
            was, now = one["fields"].get(field), two["fields"].get(field)
            if was != now:
                lines.append(f"{name} {field}: {was} -> {now}")
    return lines


if __name__ == "__main__":
    main()
