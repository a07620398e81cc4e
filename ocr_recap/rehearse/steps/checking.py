"""The end: what the regency received and what the sessions sealed is packed, and checked by `verify.py` alone."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import Any, Final

from ...seal import verify
from ..night import REGENCY, ROLL, Night
from .plenary import MINUTES

STEP: Final = "checking"
ALONE: Final = "verify.py"  # the file as somebody else got it, from a source of trust
ARCHIVE, PAPERS = "archive.zip", "minutes.zip"


def check_all(night: Night) -> None:
    """Pack and verify everything."""
    night.journal.show("checking")
    shutil.copyfile(verify.__file__, night.folder / ALONE)
    bundles = ((ARCHIVE, REGENCY), (PAPERS, f"{MINUTES}/sealed-minutes"))
    for out, folder in bundles:
        night.run(STEP, f"pack-{out}", "pack", folder, "--without-photos", "--out", out)
        night.run(STEP, f"verify-{out}", "verify", out, "--roll", ROLL, expect=(0, 1))
        night.journal.once(f"alone/{out}", lambda out=out: verify_alone(night, out))
    night.at("end")


def verify_alone(night: Night, bundle: str) -> dict[str, Any]:
    """What `verify.py` says, in an interpreter that is shown nothing of this package: its exit code and findings."""
    with night.journal.timed(STEP):
        done = subprocess.run(
            [sys.executable, ALONE, bundle, "--roll", ROLL, "--json"],
            cwd=night.folder,
            env={},
            capture_output=True,
            text=True,
            check=False,
        )
    found = json.loads(done.stdout) if done.returncode in (0, 1) else {"findings": []}
    return {"code": done.returncode, "findings": found["findings"], "error": done.stderr[-500:]}
