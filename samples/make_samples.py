"""Make the sample photos and their truth: forms that we drew, numbers that we made up, handwriting of our stroke model.

    python samples/make_samples.py [FOLDER]

Same seed, same photos. Every file is named for its defect. Writers are test writers (training never saw them).
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_recap import Template
from ocr_recap.forms.template import load
from ocr_recap.imaging.homography import project
from ocr_recap.synth.camera.simple_camera import Camera, photograph
from ocr_recap.synth.forms.election import presidential_count, write
from ocr_recap.synth.forms.fill import FieldWriting, fill_page
from ocr_recap.synth.forms.truth import truth
from ocr_recap.synth.writing.strokes import Writer

PIXELS_PER_MM = 5.9  # by judgement; at 6.0 a digit of page1-clean is taken for one written over another
Image = NDArray[np.uint8]
Change = Callable[[dict[str, FieldWriting]], None]


@dataclass(frozen=True)
class Sample:
    name: str
    page: str
    seed: int
    camera: Camera = Camera()  # noqa: RUF009
    covered: tuple[str, ...] = ()  # tl, tr, br, bl, tag
    change: Change | None = None
    blank: bool = False


def _text(field: str, text: str) -> Change:
    def change(writing: dict[str, FieldWriting]) -> None:
        writing[field] = replace(writing[field], text=text)

    return change


def _wrong_bubble(writing: dict[str, FieldWriting]) -> None:
    columns = list(writing["votes_2"].bubbles or ())
    columns[-1] = ((columns[-1][0] + 3) % 10,)
    writing["votes_2"] = replace(writing["votes_2"], bubbles=tuple(columns))


def _one_more(field: str) -> Change:
    def change(writing: dict[str, FieldWriting]) -> None:
        text = writing[field].text
        writing[field] = replace(writing[field], text=text[:-1] + str((int(text[-1]) + 1) % 10))

    return change


def _two_bubbles(writing: dict[str, FieldWriting]) -> None:
    columns = list(writing["votes_1"].bubbles or ())
    columns[-1] = (columns[-1][0], (columns[-1][0] + 5) % 10)
    writing["votes_1"] = replace(writing["votes_1"], bubbles=tuple(columns))


CAREFUL = Camera(tilt=(4, -3), rotation=1.2)
SAMPLES = (
    Sample("page1-clean", "1", 11, CAREFUL),
    Sample("page2-clean", "2", 11, replace(CAREFUL, background="cloth")),
    Sample("page3-clean", "3", 11, replace(CAREFUL, background="wall", tilt=(-3, 5))),
    Sample("page1-sideways", "1", 12, replace(CAREFUL, rotation=91.5, size=(2048, 1536))),
    Sample("page2-shadow", "2", 12, replace(CAREFUL, shadow=0.5, shadow_edge=0.01)),
    Sample("page3-upside-down", "3", 12, replace(CAREFUL, rotation=178.0)),
    Sample("page1-does-not-add-up", "1", 13, CAREFUL, change=_one_more("used_total_J")),
    Sample("page2-wrong-bubble", "2", 13, CAREFUL, change=_wrong_bubble),
    Sample("page3-does-not-add-up", "3", 13, CAREFUL, change=_one_more("grand_total")),
    Sample("page1-tilted", "1", 14, Camera(tilt=(14, -12), rotation=-6, perspective=0.9, background="dark")),
    Sample("page2-torn-corner", "2", 14, CAREFUL, covered=("br",)),
    Sample("page3-covered-tag", "3", 14, CAREFUL, covered=("tag",)),
    Sample("page2-torn-corner-covered-tag", "2", 15, CAREFUL, covered=("bl", "tag")),
    Sample("page2-two-bubbles", "2", 16, CAREFUL, change=_two_bubbles),
    Sample("page3-glare", "3", 15, replace(CAREFUL, glare=0.35, background="wall")),
    Sample("page2-dark-and-noisy", "2", 17, replace(CAREFUL, brightness=0.45, noise=7, blur=1.1)),
    Sample("page3-blank", "3", 16, CAREFUL, blank=True),
)


# What a person would answer about the samples: the counts that this package leaves open.
ANSWERED = {
    "page1-does-not-add-up": (
        *("used_dpt_J", "used_dptb_J", "used_dpk_J", "used_total_L", "used_total_P", "used_total_J"),
        "ballots_used",
    ),
    "page2-shadow": ("votes_2",),
    "page2-wrong-bubble": ("votes_2",),
    "page3-does-not-add-up": ("valid_total", "invalid", "grand_total"),
    "page2-two-bubbles": ("votes_1",),
}
NOTES = {"page2-wrong-bubble": "bulatan berbeda", "page2-two-bubbles": "satu bulatan lebih"}


def make(sample: Sample, template: Template) -> tuple[Image, dict[str, object]]:
    rng = np.random.default_rng([2024, sample.seed, int(sample.page)])
    numbers = presidential_count(np.random.default_rng([7, sample.seed]))
    writing = write(template, sample.page, {} if sample.blank else numbers, rng)
    if sample.change:
        sample.change(writing)
    writer = Writer.from_seed(sample.seed * 10)  # seeds that end in 0 are test writers
    page = fill_page(template, sample.page, writing, writer, rng, PIXELS_PER_MM, signatures=not sample.blank)
    photo, to_photo = photograph(page, replace(sample.camera, jpeg=0), rng)
    # Page pixel x shows millimetre (x + 0.5) / scale.
    pixels = np.array([[PIXELS_PER_MM, 0, -0.5], [0, PIXELS_PER_MM, -0.5], [0, 0, 1]])
    homography = to_photo @ pixels
    for part in sample.covered:
        _cover(photo, template, sample.page, part, homography)
    facts = truth(
        template,
        sample.page,
        writing,
        homography,
        sample.name,
        (photo.shape[1], photo.shape[0]),
        image=f"{sample.name}.jpg",
        writer=f"strokes-{writer.seed}",
        defects=[sample.name.split("-", 1)[1]],
        seed=sample.seed,
    )
    return photo, facts


def _cover(photo: Image, template: Template, page_id: str, part: str, homography: NDArray[np.float64]) -> None:
    """Tear off a corner (the table shows) or lay a note over the tag."""
    markers = template.page(page_id).markers
    assert markers.tag
    assert markers.corners
    table = photo[4:40, 4:40].reshape(-1, 3)
    if part == "tag":
        x, y = markers.tag.center
        outline, colour = [(x - 11, y - 10), (x + 12, y - 12), (x + 13, y + 11), (x - 12, y + 12)], (150, 225, 240)
    else:
        x, y = markers.corners.centers[("tl", "tr", "br", "bl").index(part)]
        sx, sy = (-1 if part[1] == "l" else 1), (-1 if part[0] == "t" else 1)
        outline = [
            (x + 60 * sx, y + 60 * sy),
            (x + 60 * sx, y - 18 * sy),
            (x - 2 * sx, y - 9 * sy),
            (x - 20 * sx, y + 60 * sy),
        ]
        colour = tuple(int(v) for v in np.median(table, axis=0))
    points = np.rint(project(homography, np.array(outline, dtype=float))).astype(np.int32)
    cv2.fillPoly(photo, [points], colour, cv2.LINE_AA)


def main(folder: Path) -> None:
    template = load("c-hasil-ppwp-2024")
    folder.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    truths: dict[str, dict[str, object]] = {}
    for sample in SAMPLES:
        photo, truths[sample.name] = make(sample, template)
        cv2.imwrite(str(folder / f"{sample.name}.jpg"), photo, [cv2.IMWRITE_JPEG_QUALITY, 82])
        lines.append(json.dumps(truths[sample.name], ensure_ascii=False))
    (folder / "truth.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    # Photos of one seed are one station's; the last on the roll sent nothing.
    rows = [f"{sample.name}.jpg,{_station(sample.seed)}" for sample in SAMPLES]
    (folder / "manifest.csv").write_text("\n".join(("file,station", *rows, "")), encoding="utf-8")
    stations = sorted({_station(sample.seed) for sample in SAMPLES})
    roll = "\n".join(("station", *stations, _station(18), ""))
    (folder / "roll.csv").write_text(roll, encoding="utf-8")
    answers = "\n".join(_answers(folder, template, truths))
    (folder / "answers.csv").write_text(f"{answers}\n", encoding="utf-8")


def _answers(folder: Path, template: Template, truths: dict[str, dict[str, object]]) -> Iterator[str]:
    yield "station,file,sha256,frame,template,page,field,verified,by,note"
    for sample in SAMPLES:
        digest = hashlib.sha256((folder / f"{sample.name}.jpg").read_bytes()).hexdigest()
        said = {field["id"]: field["value"] for field in truths[sample.name]["fields"]}  # type: ignore[attr-defined]
        for field in ANSWERED.get(sample.name, ()):
            row = (_station(sample.seed), f"{sample.name}.jpg", digest, 0, template.id, sample.page, field, said[field])
            yield ",".join(map(str, (*row, "Pemeriksa 1", NOTES.get(sample.name, ""))))


def _station(seed: int) -> str:
    return f"2101142004{seed - 10:03d}"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
