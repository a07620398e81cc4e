"""Locates photos with the version of ocr_recap that is imported; `locate.py` starts it, once for each version.

    PYTHONPATH=FOLDER python benchmarks/locate_worker.py

The first line of the output is the file of the imported package. Then each line of the input asks for one photo, a
JSON object with `file` (its path) and `without` (id of a template to leave out, or null), and is answered by one line:

- `problem`: code of the problem, or null with `template`, `page` and `boxes`: the corners of the boxes that the record
  would read, in pixels of the full photo, (boxes, 4, 2) by id of the field;
- `seconds`: CPU seconds of `locate` on one thread, null where the photo could not be loaded;
- `decode`: CPU seconds of decoding the photo in gray at full size.

Only `load`, `locate` and templates are used, so that versions with other modules can be asked.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when NumPy is imported

import cv2
import numpy as np

import ocr_recap
from ocr_recap.forms.template import available
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.photo import load
from ocr_recap.locate.locate import locate
from ocr_recap.messages.problems import PhotoProblem


def main() -> None:
    """Answer each line of the input."""
    cv2.setNumThreads(1)
    templates = [load_template(name) for name in available()]
    print(ocr_recap.__file__, flush=True)
    for line in sys.stdin:
        job = json.loads(line)
        asked = [template for template in templates if template.id != job["without"]]
        print(json.dumps(answer(job["file"], asked)), flush=True)


def answer(file: str, templates: list[Any]) -> dict[str, Any]:
    """What this version says of one photo."""
    data = Path(file).read_bytes()
    start = time.process_time()
    cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    said: dict[str, Any] = {"decode": time.process_time() - start, "seconds": None, "problem": None}
    try:
        photo = load(data, "photo")
    except PhotoProblem as problem:
        return {**said, "problem": problem.code}
    start = time.process_time()
    try:
        found = locate(photo, templates)
    except PhotoProblem as problem:
        return {**said, "problem": problem.code, "seconds": time.process_time() - start}
    said["seconds"] = time.process_time() - start
    boxes = boxes_to_read(found, photo.width, photo.height)
    return {**said, "template": found.template.id, "page": found.page_id, "boxes": boxes}


def boxes_to_read(found: Any, width: int, height: int) -> dict[str, Any]:
    """Corners of the boxes that the record would read, photo px, by id of the field.

    Versions without `Located.fields_in_photo` read each field whose boxes lie within the photo.
    """
    known = hasattr(found, "fields_in_photo")
    fields = found.fields_in_photo(width, height) if known else found.template.fields_of(found.page_id)
    boxes: dict[str, Any] = {}
    for field in fields:
        corners = found.to_photo(np.array(field.cells.rects())[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2))
        if known or ((corners >= -0.5) & (corners <= np.array([width, height]) - 0.5)).all():
            boxes[field.id] = np.round(corners, 2).tolist()
    return boxes


if __name__ == "__main__":
    main()
