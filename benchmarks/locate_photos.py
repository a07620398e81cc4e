"""The photos of `locate.py`, by kind: drawn ones, drawn ones that no page may be found on, and real ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ocr_recap.forms.fields import Tally
from ocr_recap.forms.template import Template, available
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.homography import project
from ocr_recap.synth.camera.conditions import Preset
from ocr_recap.synth.camera.photo import photograph
from ocr_recap.synth.sets.photos import Order, make
from ocr_recap.synth.writing.hand import Writers

SHARED = Path(__file__).resolve().parents[2] / "shared"
FORM_2024 = "c-hasil-ppwp-2024"
CLOSE_UPS = (FORM_2024, "c-hasil-kwk", "c1-kwk-2017", "ppwp-plano-2019")
PRESETS: tuple[Preset, ...] = ("field", "hard")
PAPER = (297.0, 420.0)  # mm, of what is no form
SCALE = 6.0  # px per mm of it
COVER = 14.0  # mm, radius of the disc over a mark; also covers where bent paper has the mark a few mm off
GRAY = (95, 95, 95)
QUALITY = 95  # of JPEG files that are written again
TRIES = 60  # windows of a photo that are tried for one without boxes; then another photo is

# Pages of real photos: family in their truth to template and page. A family that is not named has no template.
PAGES = {
    "C.HASIL-PPWP-2024-p1": (FORM_2024, "1"),
    "C.HASIL-PPWP-2024-p2": (FORM_2024, "2"),
    "C.HASIL-PPWP-2024-p3": (FORM_2024, "3"),
    "C1-KWK-2017": ("c1-kwk-2017", "plano"),
    "C1-KWK-2015": ("c1-kwk-2015-pekalongan", "plano"),
    "PPWP-PLANO-2019": ("ppwp-plano-2019", "lembar-2"),
    "DPR-PLANO-2019": ("dpr-plano-2019", "lembar-2-hal-3"),
    "C1-PPWP-2014-L1": ("c1-ppwp-2014", "lampiran-1"),
}


@dataclass(frozen=True)
class Case:
    """One photo and its truth.

    Attributes:
        jpeg: bytes of the file.
        size: (width, height), px.
        page: (template id, page id); None where no page may be found: no form, or its template is left out.
        boxes: true corners of boxes, (n, 4, 2) px, by id of the field.
        without: id of the template that is left out.
    """

    jpeg: bytes
    size: tuple[int, int]
    page: tuple[str, str] | None
    boxes: dict[str, np.ndarray]
    without: str | None = None


@dataclass(frozen=True)
class Choice:
    """Which photos: how many of a kind, the seed of all chance, and the part of the writers."""

    count: int
    seed: int
    writers: Writers


Kind = Callable[[Choice], Iterator[Case]]


def drawn(form: str, choice: Choice, index: int, preset: Preset, defects: tuple[str, ...] = ()) -> Case:
    """Photo number `index` of a form."""
    made = make(Order(load_template(form), index + 1, choice.seed, preset, defects, choice.writers), index)
    return _case(made.jpeg, made.truth, (form, made.truth["page"]))


def forms_in_turn(
    choice: Choice, forms: tuple[str, ...] | None = None, preset: Preset = "field", defects: tuple[str, ...] = ()
) -> Iterator[Case]:
    """Photos of several forms in turn, all forms if None."""
    forms = forms or tuple(available())
    for index in range(choice.count):
        yield drawn(forms[index % len(forms)], choice, index // len(forms), preset, defects)


def tagged(choice: Choice) -> Iterator[Case]:
    """Photos of the 2024 form, preset field and hard in turn; on a third a disc covers the tag or a mark."""
    template = load_template(FORM_2024)
    for index in range(choice.count):
        number = index // len(PRESETS)
        made = make(
            Order(template, number + 1, choice.seed, PRESETS[index % len(PRESETS)], writers=choice.writers), number
        )
        jpeg = made.jpeg
        if (number + number // 3) % 3 == 0:  # one in three, of each page in turn
            jpeg = _covered(jpeg, template, made.truth, np.random.default_rng([choice.seed, 5, index]))
        yield _case(jpeg, made.truth, (FORM_2024, made.truth["page"]))


def without_marks() -> tuple[str, ...]:
    """Ids of the forms that have neither tags nor corner marks."""
    return tuple(name for name in available() if not load_template(name).found_by_markers())


def left_out(kind: Kind, choice: Choice) -> Iterator[Case]:
    """The photos of another kind, each asked without its own template."""
    for case in kind(choice):
        assert case.page is not None
        yield replace(case, page=None, without=case.page[0])


def mirrored(choice: Choice) -> Iterator[Case]:
    """Photos of all forms in a mirror."""
    for case in forms_in_turn(choice):
        boxes = {name: quads * (-1, 1) + (case.size[0] - 1, 0) for name, quads in case.boxes.items()}
        yield replace(case, jpeg=encoded(decoded(case.jpeg)[:, ::-1]), boxes=boxes)


def thirds(choice: Choice) -> Iterator[Case]:
    """Photos of all forms, cut to a third of their area that holds no corner of a box."""
    forms = tuple(available())
    for index in range(choice.count):
        rng = np.random.default_rng([choice.seed, 6, index])
        number, cut = index // len(forms), None
        while cut is None:
            cut = without_boxes(drawn(forms[index % len(forms)], choice, number, "field"), rng)
            number += choice.count
        yield cut


def no_forms(choice: Choice) -> Iterator[Case]:
    """Spreadsheets, newspapers, walls with notices, and frames on grain in turn, the first three photographed."""
    for index in range(choice.count):
        rng = np.random.default_rng([choice.seed, 7, index])
        sheet = (_spreadsheet, _newspaper, _wall, None)[index % 4]
        jpeg = encoded(_grain(rng)) if sheet is None else photograph(sheet(rng), PAPER, "field", rng).jpeg
        height, width = decoded(jpeg).shape[:2]
        yield Case(jpeg, (width, height), None, {})


def real(folder: str, choice: Choice) -> Iterator[Case]:
    """Real photos of a folder beside the repository, all or so many, evenly chosen; none where it is missing."""
    truth = SHARED / folder / "truth.jsonl"
    facts = [json.loads(line) for line in truth.read_bytes().splitlines()] if truth.is_file() else []
    for place in np.unique(np.linspace(0, len(facts) - 1, min(choice.count, len(facts))).round().astype(int)):
        fact = facts[place]
        yield _case((SHARED / folder / fact["image"]).read_bytes(), fact, PAGES.get(fact["family"]))


CLOSE_UP: Kind = partial(forms_in_turn, forms=CLOSE_UPS, defects=("close-up",))
# Name on the command line: what the photos are, and how they are made.
KINDS: dict[str, tuple[str, Kind]] = {
    "2024": ("2024 form, field and hard, a mark or the tag covered on a third", tagged),
    "older": ("forms without marks, field", lambda choice: forms_in_turn(choice, without_marks())),
    "close-up": ("close-ups of 2024, kwk, 2017, 2019, field", CLOSE_UP),
    "close-up-out": ("the same, own template left out (to be refused)", partial(left_out, CLOSE_UP)),
    "hard": ("all forms, hard", partial(forms_in_turn, preset="hard")),
    "no-form": ("spreadsheets, newspapers, frames (to be refused)", no_forms),
    "other-form": ("all forms, field, own template left out (to be refused)", partial(left_out, forms_in_turn)),
    "mirrored": ("all forms, field, mirrored (to be refused)", mirrored),
    "back": ("backs of all forms, field (to be refused)", partial(forms_in_turn, defects=("back",))),
    "third": ("all forms, field, a third without boxes (to be refused)", thirds),
    "blurred": ("all forms, field, blurred (to be refused)", partial(forms_in_turn, defects=("blurred",))),
    "real-2024": ("real close-ups of the 2024 form, page 2", partial(real, "real-forms-2024")),
    "real": ("real photos of six forms, and one of a cover page", partial(real, "real-forms")),
}


def _case(jpeg: bytes, fact: dict[str, Any], page: tuple[str, str] | None) -> Case:
    boxes = {field["id"]: np.array(field["cell_quads"], dtype=float) for field in fact["fields"]}
    return Case(jpeg, (fact["width"], fact["height"]), page, boxes if page else {})


def decoded(jpeg: bytes) -> np.ndarray:
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture


def encoded(picture: np.ndarray) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()


def _covered(jpeg: bytes, template: Template, fact: dict[str, Any], rng: np.random.Generator) -> bytes:
    """The photo with a gray disc over the tag or, as often, over one of the corner marks."""
    markers = template.page(fact["page"]).markers
    assert markers.tag is not None and markers.corners is not None
    corner = int(rng.integers(4))
    if rng.random() < 0.5:
        center, radius = np.array(markers.tag.center), 0.8 * markers.tag.side
    else:
        center, radius = np.array(markers.corners.centers)[corner], COVER
    # About where it is: the plane through the true corners of boxes and grids.
    fields = {field.id: field for field in template.fields}
    known = [(fields[f["id"]].cells.rects(), f["cell_quads"]) for f in fact["fields"]]
    known += [
        ([w.grid], [fact["tallies"][name]["grid_quad"]])
        for name in fact["tallies"]
        for w in fields[name].witnesses
        if isinstance(w, Tally)
    ]
    mm = np.concatenate([np.array(rects)[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 2) for rects, _ in known])
    px = np.concatenate([np.array(quads, dtype=float).reshape(-1, 2) for _, quads in known])
    to_photo = np.asarray(cv2.findHomography(mm, px)[0], dtype=np.float64)
    middle, edge = project(to_photo, np.array([center, center + np.array([radius, 0])]))
    picture = decoded(jpeg)
    place = (round(float(middle[0])), round(float(middle[1])))
    cv2.circle(picture, place, round(float(np.linalg.norm(edge - middle))), GRAY, -1, cv2.LINE_AA)
    return encoded(picture)


def without_boxes(case: Case, rng: np.random.Generator) -> Case | None:
    """A third of the photo's area that holds no corner of a box; None if none was found."""
    corners = np.concatenate([quads.reshape(-1, 2) for quads in case.boxes.values()])
    size = np.array(case.size)
    for _ in range(TRIES):
        share = 3 ** -rng.uniform(0, 1)  # of the width: from all of it to a third
        window = (size * (share, 1 / (3 * share))).astype(int)
        low = np.rint(rng.random(2) * (size - window)).astype(int)
        if not ((corners > low) & (corners < low + window)).all(axis=1).any():
            high = low + window
            part = decoded(case.jpeg)[low[1] : high[1], low[0] : high[0]]
            boxes = {name: quads - low for name, quads in case.boxes.items()}
            return replace(case, jpeg=encoded(part), size=(int(window[0]), int(window[1])), boxes=boxes)
    return None


def _blank() -> np.ndarray:
    """A white page."""
    return np.full((round(PAPER[1] * SCALE), round(PAPER[0] * SCALE)), 255, np.uint8)


def _spreadsheet(rng: np.random.Generator) -> np.ndarray:
    """A table of evenly spaced rows, uneven columns, numbers in its cells, some lines bold."""
    page = _blank()
    height, width = page.shape
    x = np.sort(rng.uniform(0.06, 0.94, int(rng.integers(4, 18)))) * width
    y = np.linspace(rng.uniform(0.05, 0.2), rng.uniform(0.7, 0.95), int(rng.integers(12, 70))) * height
    for at in y:
        cv2.line(page, (int(x[0]), int(at)), (int(x[-1]), int(at)), int(rng.integers(0, 110)), int(rng.integers(1, 4)))
    for at in x:
        cv2.line(page, (int(at), int(y[0])), (int(at), int(y[-1])), int(rng.integers(0, 110)), int(rng.integers(1, 4)))
    for top in y[:-1]:
        for left in x[:-1]:
            if rng.random() < 0.6:
                place = (int(left) + 8, int(top + 0.7 * (y[1] - y[0])))
                size = (y[1] - y[0]) / 45
                cv2.putText(page, str(int(rng.integers(10000))), place, cv2.FONT_HERSHEY_SIMPLEX, size, 40, 2)
    return page


def _newspaper(rng: np.random.Generator) -> np.ndarray:
    """Columns of text between rules, headlines, framed pictures."""
    page = _blank()
    height, width = page.shape
    columns = int(rng.integers(3, 7))
    for left in np.linspace(0.05, 0.95, columns + 1)[:-1] * width:
        end = left + 0.85 * width / columns
        y = 0.12 * height
        while y < 0.95 * height:
            if rng.random() < 0.03:
                box = int(rng.uniform(0.05, 0.12) * height)
                cv2.rectangle(page, (int(left), int(y)), (int(end), int(y) + box), int(rng.integers(0, 160)), 3)
                y += box
            for word in np.arange(left, end - 60, 62):
                if rng.random() < 0.9:
                    cv2.putText(page, "kabar", (int(word), int(y)), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 50, 2)
            y += 26
        cv2.line(page, (int(end) + 12, int(0.1 * height)), (int(end) + 12, int(0.95 * height)), 60, 2)
    cv2.putText(page, "BERITA", (int(0.1 * width), int(0.08 * height)), cv2.FONT_HERSHEY_DUPLEX, 5, 0, 10)
    return page


def _wall(rng: np.random.Generator) -> np.ndarray:
    """A wall with a few notices in frames."""
    page = _blank()
    for _ in range(int(rng.integers(0, 12))):
        x, y = int(rng.uniform(0, 1500)), int(rng.uniform(0, 2200))
        w, h = (int(v) for v in rng.uniform(80, 500, 2))
        cv2.rectangle(page, (x, y), (x + w, y + h), int(rng.integers(0, 150)), int(rng.integers(2, 8)))
    return page


def _grain(rng: np.random.Generator) -> np.ndarray:
    """A picture of a few frames on grain, with a dark ridge near every place."""
    picture = rng.normal(200, rng.uniform(2, 10), (1500, 1400)).clip(0, 255).astype(np.uint8)
    for _ in range(int(rng.integers(0, 30))):
        x, y, w, h = (int(v) for v in rng.integers(20, 1200, 4))
        cv2.rectangle(picture, (x, y), (x + w, y + h), int(rng.integers(0, 120)), int(rng.choice([-1, 2, 4])))
    return picture
