"""The retraining door: what it takes, how it splits, what it says; the nets themselves only where torch is there."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from conftest import ROOT

from ocr_recap.cells.digit_reader import CLASSES
from ocr_recap.cells.weights import weights_directory
from ocr_recap.synth.cells import cells

sys.path.insert(0, str(ROOT / "training" / "digits"))
import crops

pytestmark = pytest.mark.slow


def picture(label: int, rng: np.random.Generator) -> np.ndarray:
    """A cell as somebody else might cut it: any size, a digit of OpenCV's own lettering."""
    height, width = (int(v) for v in rng.integers(20, 70, 2))
    image = np.full((height, width, 3), 220, np.uint8)
    text = CLASSES[label].replace("?", "88")
    cv2.putText(image, text, (width // 5, height - height // 5), 0, height / 40, (90, 40, 30), 2)
    return np.clip(image + rng.normal(0, 3, image.shape), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty writers, a cell of every class each."""
    place, rng = tmp_path_factory.mktemp("crops"), np.random.default_rng(5)
    for name, label in crops.FOLDERS.items():
        (place / name).mkdir()
        for writer in range(30):
            cv2.imwrite(str(place / name / f"w{writer:02d}__1.png"), picture(label, rng))
    return place


def test_every_class_has_a_folder() -> None:
    assert sorted(crops.FOLDERS.values()) == list(range(len(CLASSES)))


def test_crops_are_read_with_labels_and_writers(folder: Path) -> None:
    own = crops.collect(folder, 0.0)
    assert own.patches.shape == (30 * 14, 48, 48)
    assert own.boxes.shape == (30 * 14, 2)
    assert not own.left_out
    assert np.bincount(own.labels).tolist() == [30] * 14
    assert len(set(own.writers)) == 30
    for file, label in zip(own.files, own.labels, strict=True):
        assert crops.FOLDERS[file.parent.name] == label
    assert own.digest == crops.collect(folder, 0.0).digest


def test_no_writer_is_in_two_parts_and_every_cell_is_in_one(folder: Path) -> None:
    own = crops.collect(folder, 0.0)
    parts = [own.part(name) for name in crops.PARTS]
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(own.files)))
    writers = [{own.writers[i] for i in places} for places in parts]
    assert not (writers[0] & writers[1] or writers[0] & writers[2] or writers[1] & writers[2])
    assert all(len(some) > 0 for some in writers)


def test_the_split_depends_on_the_name_alone_and_has_the_shares_that_it_states() -> None:
    names = [crops.part_of(f"writer {i}") for i in range(4000)]
    assert names.count("held_out") / 4000 == pytest.approx(0.25, abs=0.03)
    assert names.count("calibration") / 4000 == pytest.approx(0.15, abs=0.03)
    assert crops.part_of("anna") == crops.part_of("anna")
    assert crops.writer_of(Path("7/anna__p3.png")) == "anna"
    assert crops.writer_of(Path("7/p3.png")) == "p3.png"
    assert crops.writer_of(Path("7/__p3.png")) == "__p3.png"


def test_a_larger_folder_moves_nobody(folder: Path, tmp_path: Path) -> None:
    def parts(place: Path) -> dict[str, str]:
        own = crops.collect(place, 0.0)
        return {own.writers[i]: name for name in crops.PARTS for i in own.part(name)}

    before = parts(folder)
    larger = shutil.copytree(folder, tmp_path / "larger")
    rng = np.random.default_rng(9)
    for writer in range(25):
        cv2.imwrite(str(larger / "3" / f"a{writer}__1.png"), picture(3, rng))
    after = parts(larger)
    assert len(after) == 55
    assert {writer: after[writer] for writer in before} == before


def test_what_cannot_be_used_is_named(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "mixed"
    for name in ("7", "cross", "empty"):
        (place / name).mkdir(parents=True)
    rng = np.random.default_rng(1)
    for i in range(40):
        cv2.imwrite(str(place / "7" / f"{i}.png"), picture(7, rng))
    (place / "7" / "note.txt").write_text("no picture")
    (place / "7" / "nothing.png").write_bytes(b"")
    (place / "empty" / "twice.png").write_bytes((place / "7" / "3.png").read_bytes())
    cv2.imwrite(str(place / "7" / "tiny.png"), np.zeros((3, 9), np.uint8))
    (place / "readme.md").write_text("mine")
    own = crops.collect(place, 0.0)
    assert len(own.files) == 40
    reasons = "\n".join(own.left_out)
    for said in ("cross: not one of the folders", "note.txt: not a picture", "nothing.png: not a picture"):
        assert said in reasons
    assert "twice.png: the same picture as" in reasons
    assert "tiny.png: a cell has at least 4 x 4" in reasons
    assert "readme.md: not one of the folders" in reasons


@pytest.mark.parametrize("files", [0, 1])
def test_too_little_ends_with_what_to_do(files: int, tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    for i in range(files):
        cv2.imwrite(str(tmp_path / "7" / f"{i}.png"), picture(7, np.random.default_rng(i)))
    with pytest.raises(SystemExit, match="Add writers" if files else "subfolders named"):
        crops.collect(tmp_path, 0.0)
    with pytest.raises(SystemExit, match="no such folder"):
        crops.collect(tmp_path / "absent", 0.0)


def table(said: list[int], sure: float = 0.999) -> np.ndarray:
    """Log-probabilities of one class each."""
    rest = (1 - sure) / (len(CLASSES) - 1)
    return np.log(np.where(np.arange(len(CLASSES)) == np.array(said)[:, None], sure, rest))


def test_change_counts_what_moved() -> None:
    labels = np.array([1, 2, 3, 10, 12])
    found = crops.change(table([1, 2, 8, 10, 7], 0.9), table([1, 3, 3, 10, 7]), labels)
    assert (found.cells, found.digits) == (5, 3)
    assert (found.right, found.digits_right) == ((3, 3), (2, 2))
    assert (found.gained, found.lost) == (1, 1)
    assert found.sure == (0, 5)
    assert found.sure_wrong == (0, 2), "a 2 read as 3, an empty cell read as 7"
    assert not found.better
    assert not found.worse


def test_the_verdict_says_when_others_paid() -> None:
    labels = np.full(40, 5)
    right, wrong = table([5] * 40), table([3] * 40)
    better, worse, same = (crops.change(*pair, labels) for pair in ((wrong, right), (right, wrong), (right, right)))
    assert better.better
    assert worse.worse
    assert "paid for with everyone else's" in " ".join(crops.verdict(better, worse))
    assert "no loss is shown" in " ".join(crops.verdict(better, same))
    assert "may be chance" in " ".join(crops.verdict(same, same))
    assert "keep the old ones" in " ".join(crops.verdict(worse, same))
    lines = crops.report(better, same)
    assert lines[2].startswith("| yours, held out, before | 40 (40) | 0.00%")
    assert lines[3].startswith("| yours, held out, after | 40 (40) | 100.00%")
    assert lines[3].endswith("| 40 / 0 |")


# --- with torch ----------------------------------------------------------------------------------------------------


@pytest.fixture
def retrain():
    """The script as a module."""
    pytest.importorskip("torch", reason="retraining needs torch: pip install -e '.[train]'")
    pytest.importorskip("onnx", reason="retraining needs onnx: pip install -e '.[train]'")
    import retrain

    return retrain


def test_weights_come_back_out_of_the_graph_as_they_went_in(retrain, tmp_path: Path) -> None:
    made = cells.batch(64, "test", cells.usual_mix({}, "test"), np.random.default_rng(4))
    for name, plan in retrain.PLANS.items():
        net = retrain.Net(plan.design)
        retrain.read_into(net, weights_directory() / plan.file)
        pixels = retrain.images(plan, made)
        with retrain.torch.no_grad():
            ours = net(retrain.to_net(plan, pixels)).numpy()
        assert ours == pytest.approx(retrain.logits_of(weights_directory(), name, pixels), abs=2e-3)
        retrain.export(net, tmp_path / plan.file)
        assert retrain.logits_of(tmp_path, name, pixels) == pytest.approx(ours, abs=2e-3)


def test_training_goes_on_from_where_the_weights_were(retrain) -> None:
    """In training mode batch norms use what they see; woken, they still compute what the graph computes."""
    import torch
    from net import wake_norms

    plan = retrain.PLANS["first"]
    net = retrain.Net(plan.design)
    retrain.read_into(net, weights_directory() / plan.file)
    net.drop.p = 0.0
    pixels = torch.rand(64, 1, 48, 48, generator=torch.Generator().manual_seed(1)) * 255
    with torch.no_grad():
        said = net.eval()(pixels)
        asleep = net.train()(pixels)
        retrain.read_into(net, weights_directory() / plan.file)
        wake_norms(net, pixels)
        awake, still = net(pixels), net.eval()(pixels)
    assert net.norms[0].weight.std() > 0
    assert float((asleep - said).abs().max()) > 1
    assert float((awake - said).abs().max()) < 0.05
    assert float((still - said).abs().max()) < 0.01


def test_another_design_is_refused(retrain) -> None:
    net = retrain.Net(retrain.PLANS["second"].design)
    with pytest.raises(ValueError, match="another design"):
        retrain.read_into(net, weights_directory() / retrain.PLANS["first"].file)


def test_classes_of_own_cells_come_as_often_as_among_drawn_ones(retrain) -> None:
    own, made = np.array([0] * 90 + [1] * 10), np.array([0] * 50 + [1] * 50)
    odds = retrain.odds(own, made)
    assert odds.sum() == pytest.approx(1)
    assert odds[:90].sum() == pytest.approx(0.5)


def test_the_door_from_end_to_end(retrain, folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "training" / "digits" / "retrain.py"), str(folder)]
    small = ["--cells", "256", "--test-cells", "256", "--share", "0.5"]
    inside = subprocess.run(
        [*command, "--out", str(weights_directory() / "x")], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert inside.returncode == 2
    assert "lies in the package" in inside.stderr
    before = {file.name: file.read_bytes() for file in weights_directory().iterdir() if file.is_file()}
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "new"), *small], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    assert "| yours, held out, after |" in done.stdout
    assert "| drawn, test writers, after | 256 " in done.stdout
    card = json.loads((tmp_path / "new" / "digits.json").read_text("utf-8"))
    assert card["version"].endswith("+own")
    assert card["training"]["own"]["cells"]["held_out"] == card["figures"]["held_out"]["cells"] > 0
    assert (tmp_path / "new" / "LICENSE.md").is_file()
    assert {file.name: file.read_bytes() for file in weights_directory().iterdir() if file.is_file()} == before


def test_batches_are_taken_from_folders_in_proportion(retrain, tmp_path: Path) -> None:
    from practice import save
    from train import BATCH, PLANS, Data, made_batches, shared

    assert shared([5, 1], 256) == [213, 43]
    assert shared([1], 7) == [7]
    assert shared([], 7) == []
    made = cells.batch(300, "train", cells.usual_mix({}, "train"), np.random.default_rng(4))
    for name, labels in (("a", np.full(300, 3)), ("b", np.full(300, 8))):
        (tmp_path / name).mkdir()
        save([cells.LabelledCells(made.patches, labels, made.boxes, made.rows)], tmp_path / name / "0000.npz")
    data = Data(None, ((tmp_path / "a", 3), (tmp_path / "b", 1)), 5, drawn=False)
    pixels, labels = zip(*made_batches(data, PLANS["first"], 3, 1), strict=True)
    assert [part.shape for part in pixels] == [(BATCH, 1, 48, 48)] * 2
    assert [np.bincount(part)[[3, 8]].tolist() for part in labels] == [[192, 64]] * 2
    again = next(made_batches(data, PLANS["first"], 3, 2))
    assert (again[0] == pixels[1]).all(), "batch i is the same wherever a run goes on"


def test_a_stopped_training_ends_with_the_same_weights(retrain, tmp_path: Path) -> None:
    import torch
    from train import Run

    plan = retrain.PLANS["second"]

    def fresh(seed: int) -> Run:
        torch.manual_seed(seed)
        net = retrain.Net(plan.design)
        return Run(net, copy.deepcopy(net), torch.optim.AdamW(net.parameters(), lr=1e-3))

    made = cells.batch(64, "train", cells.usual_mix({}, "train"), np.random.default_rng(4))
    pixels, labels = retrain.images(plan, made), torch.from_numpy(made.labels)
    whole, stopped = fresh(1), fresh(1)
    torch.manual_seed(7)
    for _ in range(4):
        whole.learn(plan, pixels, labels)
    torch.manual_seed(7)
    stopped.learn(plan, pixels, labels)
    stopped.learn(plan, pixels, labels)
    stopped.save(tmp_path / "state", "this run", 7.5)
    resumed = fresh(2)
    with pytest.raises(ValueError, match="another run"):
        resumed.load(tmp_path / "state", "that run")
    resumed.load(tmp_path / "state", "this run")
    for _ in range(2):
        resumed.learn(plan, pixels, labels)
    assert resumed.step == whole.step == 4
    assert resumed.seconds == 7.5
    for ours, theirs in zip(resumed.averaged.state_dict().values(), whole.averaged.state_dict().values(), strict=True):
        assert torch.equal(ours, theirs)
    assert not torch.equal(resumed.averaged.out.weight, stopped.averaged.out.weight)
