"""Where things stand: each package has a README that names its modules, and few names stand at the top."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

PACKAGE = ROOT / "ocr_recap"
FOLDERS = sorted({path.parent for path in PACKAGE.rglob("*.py")} - {PACKAGE})


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(PACKAGE)))
def test_each_package_has_a_readme_that_names_its_modules(folder: Path) -> None:
    text = (folder / "README.md").read_text("utf-8")
    named = set(re.findall(r"`([a-z_]+\.py)`", text))
    modules = {path.name for path in folder.glob("*.py")} - {"__init__.py"}
    assert named >= modules
    assert named <= {path.name for path in folder.rglob("*.py")}
    assert 6 <= len(text.splitlines()) <= 40


def test_few_names_stand_at_the_top() -> None:
    names = {path.name for path in PACKAGE.iterdir()} - {"__pycache__", "py.typed"}
    assert len(names) <= 20, "beside __init__ and __main__"


def test_options_load_neither_opencv_nor_the_nets() -> None:
    loaded = "[name for name in ('cv2', 'onnxruntime', 'reportlab') if name in sys.modules]"
    program = f"import sys; from ocr_recap import Options; print({loaded})"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_public_names_are_what_they_say() -> None:
    import ocr_recap

    for name in ocr_recap.__all__:
        assert getattr(ocr_recap, name) is not None
    assert set(ocr_recap.__all__) <= set(dir(ocr_recap))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = ocr_recap.nothing


def test_no_class_name_stands_for_two_concepts() -> None:
    homes: dict[str, list[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, []).append(path.relative_to(PACKAGE).as_posix())
    assert len(homes) > 300
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}
