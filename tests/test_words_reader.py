"""The words reader: likelihoods against their definition, and drawn lines of writers that training never saw."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_recap.cells.number_phrases import Costs, likelihoods
from ocr_recap.cells.words_net import ALPHABET, BLANK, HEIGHT, LETTERS, WordsNet, normalised, padded_width
from ocr_recap.cells.words_reader import WordsReader, condensed, joined
from ocr_recap.synth.cells.wordstrips import WordStrip, cut_as_read, draw_strips, label_of, stroke_pen
from ocr_recap.synth.writing.number_words import WordHabit, spell
from ocr_recap.synth.writing.strokes import Writer

LETTER = [ALPHABET.index(c) for c in LETTERS]
CAREFUL = WordHabit("capitals", "NOL", satu_ratus=False, spaces=1.0, wraps=99, suffix=False)
SOME = [1, 7, 10, 11, 19, 20, 21, 40, 99, 100, 101, 117, 200, 250, 333, 500, 606, 999]


@pytest.fixture(scope="module")
def reader() -> WordsReader:
    return WordsReader()


def columns(count: int, seed: int, sharp: float = 0.3) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.full(len(ALPHABET), sharp), count)


def showing(text: str, sure: float = 0.98) -> np.ndarray:
    """Columns that show a text, a blank between its symbols."""
    table = np.full((2 * len(text) + 1, len(ALPHABET)), (1 - sure) / (len(ALPHABET) - 1))
    table[0::2, BLANK] = sure
    for i, char in enumerate(text):
        table[2 * i + 1, ALPHABET.index(char)] = sure
    return table


def by_definition(seen: np.ndarray, phrase: str, costs: Costs) -> float:
    """Mass of all columnwise readings of a phrase, state by state: symbols, and what stands after them."""
    n = len(phrase)
    symbol, gap = np.zeros(n + 1), np.zeros(n + 1)  # 0 is the state before the first symbol
    gap[0] = 1.0
    for column in seen:
        total = column[LETTER].sum()
        between = column[BLANK] + costs.gap * column[ALPHABET.index(" ")] + costs.struck * column[ALPHABET.index("#")]
        between += costs.added * total + costs.stray * (column[ALPHABET.index("9")] + column[ALPHABET.index("-")])
        new_symbol, new_gap = np.zeros(n + 1), (symbol + gap) * between
        for j in range(1, n + 1):
            char = phrase[j - 1]
            shown = column[ALPHABET.index(char)]
            shown = shown if char == " " else shown + costs.exchanged * (total - shown)
            into = symbol[j] + gap[j - 1] + (symbol[j - 1] if j > 1 and phrase[j - 2] != char else 0.0)
            if j > 1:
                left_out = gap[j - 2] + (symbol[j - 2] if j > 2 and phrase[j - 3] != char else 0.0)
                into += left_out * (costs.joined if phrase[j - 2] == " " else costs.omitted)
            new_symbol[j] = into * shown
        symbol, gap = new_symbol, new_gap
    return symbol[n] + gap[n] + costs.omitted * (symbol[n - 1] + gap[n - 1])


def test_likelihoods_are_those_of_their_definition() -> None:
    seen = columns(40, 1)
    exact, tolerant = Costs.none(), Costs(suffix=0.0, satu=0.0)
    for costs in (exact, tolerant):
        (found,) = likelihoods([seen], 1000, costs)
        wanted = [np.log(by_definition(seen, spell(number), costs)) for number in SOME]
        assert found[SOME] == pytest.approx(wanted, abs=1e-9)
    zero = sum(by_definition(seen, word, tolerant) for word in ("NOL", "KOSONG", "NIHIL"))
    assert likelihoods([seen], 1000, tolerant)[0][0] == pytest.approx(np.log(zero), abs=1e-9)


def test_likelihoods_sum_all_spellings() -> None:
    seen, costs = columns(50, 2), Costs(0, 0, 0, 0, 0, 0, 0, suffix=0.1, satu=0.2)
    (found,) = likelihoods([seen], 10_000, costs)
    for number, spellings in (
        (7, {"TUJUH": 1.0}),
        (105, {"SERATUS LIMA": 1.0, "SATU RATUS LIMA": 0.2}),
        (
            1100,
            {"SERIBU SERATUS": 1.0, "SERIBU SATU RATUS": 0.2, "SATU RIBU SERATUS": 0.2, "SATU RIBU SATU RATUS": 0.04},
        ),
        (9300, {"SEMBILAN RIBU TIGA RATUS": 1.0}),
    ):
        mass = 0.0
        for text, weight in spellings.items():
            mass += weight * by_definition(seen, text, Costs.none())
            mass += weight * 0.1 * by_definition(seen, f"{text} SUARA", Costs.none())
        assert found[number] == pytest.approx(np.log(mass), abs=1e-9)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("SERATUS DUA PULUH TIGA", 123),
        ("SATU RATUS DUA PULUH TIGA", 123),
        ("DUAPULUHTIGA", 23),
        ("DUA PULU TIGA", 23),
        ("DUA PULLUH TIGA", 23),
        ("DUA PULIH TIGA", 23),
        ("DUARATUSSATU", 201),
        ("KOSONG", 0),
        ("NIHIL", 0),
        ("LIMA SUARA", 5),
        ("TUJUH # PULUH", 70),
        ("SEPULUH", 10),
    ],
)
def test_what_officers_write_is_read(text: str, number: int) -> None:
    (found,) = likelihoods([showing(text)], 1000, Costs())
    assert int(found.argmax()) == number
    assert np.sort(found)[-1] - np.sort(found)[-2] > 3


def test_every_number_below_ten_thousand_is_told_apart() -> None:
    numbers = np.random.default_rng(3).integers(0, 10_000, 60)
    found = likelihoods([showing(spell(int(number))) for number in numbers], 10_000, Costs())
    assert [int(one.argmax()) for one in found] == numbers.tolist()
    with pytest.raises(ValueError, match="no phrases"):
        likelihoods([columns(5, 1)], 77, Costs())


def test_a_line_is_scored_as_if_it_were_alone() -> None:
    lines = [columns(count, count) for count in (30, 7, 61, 1)]
    together = likelihoods(lines, 1000, Costs())
    for line, found in zip(lines, together, strict=True):
        assert np.array_equal(likelihoods([line], 1000, Costs())[0], found)
    assert likelihoods([], 1000, Costs()) == []


def test_two_lines_are_read_as_one_text_and_repeated_blanks_count_once() -> None:
    first, second = showing("DUA PULUH"), showing("TIGA")
    both = joined([first, second])
    assert int(likelihoods([both], 1000, Costs())[0].argmax()) == 23
    blank = np.zeros((9, len(ALPHABET)))
    blank[:, BLANK] = 1.0
    wide = np.concatenate([blank, first, blank])
    assert len(condensed(wide)) == len(first) + 2
    assert likelihoods([condensed(wide)], 1000, Costs())[0] == pytest.approx(likelihoods([wide], 1000, Costs())[0])


def test_strips_are_normalised_by_themselves() -> None:
    strip = np.full((HEIGHT, 100), 200, np.uint8)
    strip[8:24, 30:36] = 80
    shown = normalised(strip)
    assert shown[15, 31] == pytest.approx(1.0)
    assert abs(float(np.median(shown))) < 0.01
    dim = normalised((strip * 0.5).astype(np.uint8))
    assert dim == pytest.approx(shown, abs=0.02)
    assert padded_width(100) == 128
    assert abs(normalised(np.full((HEIGHT, 1), 7, np.uint8))).max() < 0.01
    assert normalised(np.full((HEIGHT, 3000), 200, np.uint8)).shape[1] < 1100


def drawn(seed: int, **wanted: object) -> WordStrip:
    """A strip by a test writer, in letters of a usual size."""
    pen = stroke_pen(Writer.from_seed(10 * seed))
    said = {"height_px": 18.0, "habit": CAREFUL} | wanted
    return draw_strips(pen, np.random.default_rng((77, seed)), cut=cut_as_read, **said)[0]  # type: ignore[arg-type]


def fields(strips: list[WordStrip]) -> tuple[list[list[np.ndarray]], list[float]]:
    return [[s.gray] if s.gray.size else [] for s in strips], [s.measured_px for s in strips]


def test_drawn_words_are_read(reader: WordsReader) -> None:
    strips = [drawn(i, content="words", number=17 * i % 1000) for i in range(40)]
    found = reader.read(*fields(strips))
    right = [e.best == s.number for e, s in zip(found, strips, strict=True)]
    sure = [e for e in found if e.best is not None and e.says(e.best) > 0.99]
    assert sum(right) >= 34
    assert len(sure) >= 28
    for said, strip in zip(found, strips, strict=True):
        assert 0 <= said.other <= 1
        if said.state == "read":
            assert said.probabilities.sum() + said.other == pytest.approx(1.0)
            assert said.numbers is not None
            assert said.numbers.sum() == pytest.approx(1.0)
            assert said.height_px == strip.measured_px


def test_what_is_no_number_in_words_is_said_so(reader: WordsReader) -> None:
    for content, states in (
        ("nothing", {"absent"}),
        ("digits", {"digits"}),
        ("struck", {"struck", "unreadable"}),
        ("letters", {"unreadable"}),
    ):
        found = reader.read(*fields([drawn(100 + i, content=content) for i in range(12)]))
        said = [one.state in states for one in found]
        assert sum(said) >= 9, (content, [one.state for one in found])
    (line,) = reader.read(*fields([drawn(31, content="line")]))
    assert line.best in (None, 0)
    assert line.says(0) < 0.95


def test_evidence_does_not_hang_on_the_batch(reader: WordsReader) -> None:
    strips = [drawn(i, content="words", number=31 * i, height_px=9.0) for i in range(12)]
    shown, heights = fields(strips)
    together = reader.read(shown, heights)
    for strip, height, one in zip(shown, heights, together, strict=True):
        (alone,) = WordsReader().read([strip], [height])
        assert alone.text == one.text
        assert np.array_equal(alone.probabilities, one.probabilities)
    assert reader.read([], []) == []


def test_four_boxes_have_ten_thousand_numbers(reader: WordsReader) -> None:
    strip = drawn(4, content="words", number=42)
    three, four = reader.read([[strip.gray]] * 2, [strip.measured_px] * 2, [1000, 10_000])
    assert len(three.probabilities) == 1000
    assert len(four.probabilities) == 10_000
    assert three.best == four.best == 42


def test_weights_that_are_not_described_are_refused(tmp_path: object) -> None:
    with pytest.raises(RuntimeError, match="cannot be read"):
        WordsNet(tmp_path)  # type: ignore[arg-type]


def test_labels_are_what_the_net_is_to_say() -> None:
    assert label_of(("Dua ~tiga~ Puluh", "lima")) == "DUA # PULUH LIMA"
    assert label_of(("12",)) == "99"
    assert label_of(("- -",)) == label_of(("_",)) == label_of(("---",)) == "-"
