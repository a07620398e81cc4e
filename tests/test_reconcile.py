"""The posterior of what is written: exact against brute force, bounded from below, and never a repair."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from ocr_recap.cells.digit_reader import CLASSES
from ocr_recap.decide import posterior
from ocr_recap.decide.candidates import Choice, Choices, weigh
from ocr_recap.decide.case import BubbleCase
from ocr_recap.decide.confirmation import confirming
from ocr_recap.decide.elimination import Factor, beliefs, plan
from ocr_recap.decide.evidence import NumberEvidence, number_evidence
from ocr_recap.decide.likely_error import suggest
from ocr_recap.decide.long_sums import chain
from ocr_recap.decide.policy import decide, verdict
from ocr_recap.decide.reconcile import make_case, reconciled
from ocr_recap.decide.rule_factors import BLANK, NUMBER, REST, UNREADABLE, Equation, States, bound, may_break
from ocr_recap.decide.rule_tables import tables
from ocr_recap.forms import clerk_errors
from ocr_recap.forms.relations import parse
from ocr_recap.forms.template import Rule
from ocr_recap.records.explanations import percent
from ocr_recap.records.field_record import cut

pytestmark = pytest.mark.slow

SUM = Rule(id="sum", text="total = a + b", strength="exact", basis="form")
COPY = Rule(id="copy", text="total = again", strength="exact", basis="form")
PART = Rule(id="part", text="a <= total", strength="inequality", basis="form")
LONG = Rule(id="long", text="total = a + b + c + d", strength="exact", basis="form")


# --- elimination ------------------------------------------------------------------------------------------------------


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[int], list[Factor]]:
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    factors = [Factor((i,), rng.random(n) + 1e-3) for i, n in enumerate(sizes)]
    for _ in range(draw(st.integers(0, 5))):
        scope = tuple(int(v) for v in rng.permutation(len(sizes))[: int(rng.integers(1, 4))])
        factors.append(Factor(scope, rng.random([sizes[v] for v in scope]) * (rng.random() < 0.9) + 1e-6))
    return sizes, factors


@given(networks())
@settings(max_examples=150, deadline=None)
def test_elimination_gives_the_marginals_of_brute_force(network: tuple[list[int], list[Factor]]) -> None:
    sizes, factors = network
    joint = np.zeros(sizes)
    for states in itertools.product(*map(range, sizes)):
        joint[states] = np.prod([f.table[tuple(states[v] for v in f.scope)] for f in factors])
    joint /= joint.sum()
    found = beliefs(sizes, factors, plan(sizes, [f.scope for f in factors]).order)
    for factor in factors:
        belief = found.of(factor.scope)
        others = tuple(i for i in range(len(sizes)) if i not in factor.scope)
        wanted = joint.sum(axis=others)
        kept = sorted(factor.scope)
        assert belief == pytest.approx(wanted.transpose([kept.index(v) for v in factor.scope]), abs=1e-9)


def test_no_weight_at_all_is_an_error() -> None:
    with pytest.raises(ValueError, match="no assignment"):
        beliefs([2], [Factor((0,), np.zeros(2))], [0])


# --- the factor of one rule -------------------------------------------------------------------------------------------


def table(rule: Equation, states: dict[str, States], pays: set[str]) -> tuple[np.ndarray, np.ndarray]:
    made = tables([rule], states, [pays])
    return made.weights[0], made.held[0]


def by_hand(values: dict[str, int | None], rate: float) -> float:
    """`total = a + b`, all known or left empty, written out once more from the sentence that describes it."""
    parts, total = [values["a"], values["b"]], values["total"]
    empty = parts.count(None)
    if total is None and empty == 2:
        return clerk_errors.ALL_EMPTY
    share = clerk_errors.BLANK_IS_ZERO**empty
    if total is None:
        told = clerk_errors.EMPTY
    else:
        a, b = (v or 0 for v in parts)
        difference = a + b - total
        told = 1 - rate if difference == 0 else rate * float(clerk_errors.of_difference(np.array([difference]))[0])
        for left_out in (a, b):
            told += rate * clerk_errors.SHARES["forgotten_line"] / 2 * (a + b - left_out == total)
        told += rate * clerk_errors.SHARES["copied"] * (parts[1] is not None and parts[1] == total)
    return share * told + (1 - share) * clerk_errors.EMPTY


@given(st.lists(st.one_of(st.none(), st.integers(0, 30)), min_size=3, max_size=3))
def test_a_rule_weighs_its_numbers_as_described(values: list[int | None]) -> None:
    named = dict(zip(("a", "b", "total"), values, strict=True))
    states = {
        n: States(np.array([v or 0]), np.array([BLANK if v is None else NUMBER]), np.ones(1)) for n, v in named.items()
    }
    weight, held = table(Equation.of(SUM.relation, 0.03), states, set())
    assert float(weight.item()) == pytest.approx(by_hand(named, 0.03), abs=1e-12)
    holds = None not in values and values[0] + values[1] == values[2]  # type: ignore[operator]
    assert (float(held.item()) > 0) == (
        holds or (named["total"] is not None and sum(v or 0 for v in values[:2]) == values[2])
    )


@given(
    st.sampled_from(["a <= b", "a >= b + 3", "a = 2 * b +- 4", "a + b <= c"]),
    st.lists(st.lists(st.integers(0, 30), max_size=3, unique=True), min_size=3, max_size=3),
)
def test_a_rule_is_left_out_just_where_its_factor_says_nothing(text: str, listed: list[list[int]]) -> None:
    relation, named = parse(text), dict(zip("abc", listed, strict=True))
    states = {
        n: States(np.array([*values, 0]), np.array([NUMBER] * len(values) + [REST]), np.ones(len(values) + 1))
        for n, values in named.items()
    }
    factor = bound(relation, 0.01, states, {"a": 0, "b": 1, "c": 2})
    assert may_break(relation, named) == bool((factor.table != 1).any())


def test_differences_of_slips_are_a_distribution() -> None:
    everything = clerk_errors.of_difference(np.arange(-2000, 2001)).sum()
    assert everything == pytest.approx(1 - clerk_errors.SHARES["forgotten_line"] - clerk_errors.SHARES["copied"])
    assert sum(clerk_errors.SHARES.values()) == pytest.approx(1)


@st.composite
def long_rules(draw: st.DrawFn) -> tuple[Equation, dict[str, States], set[str]]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    names = [f"v{i}" for i in range(int(rng.integers(2, 5)))]
    text = f"t = {' + '.join(names)}" if rng.random() < 0.7 else f"{' + '.join(names)} = t + 3"
    states: dict[str, States] = {}
    for name in [*names, "t"]:
        values = sorted({int(v) for v in rng.integers(0, 30 if name == "t" else 12, int(rng.integers(1, 4)))})
        kinds = [NUMBER] * len(values)
        for kind, share in ((BLANK, 0.4), (UNREADABLE, 0.4), (REST, 0.6)):
            if rng.random() < share:
                values.append(0)
                kinds.append(kind)
        states[name] = States(np.array(values), np.array(kinds), rng.random(len(values)) / 2)
    return Equation.of(parse(text), 0.03), states, {n for n in states if rng.random() < 0.5}


@given(long_rules())
@settings(max_examples=60, deadline=None)
def test_a_chain_of_partial_sums_weighs_as_one_table_does(
    given_rule: tuple[Equation, dict[str, States], set[str]],
) -> None:
    rule, states, pays = given_rule
    index = {name: i for i, name in enumerate(rule.names)}
    made = chain(rule, states, index, pays, len(index))
    weight, held = table(rule, states, pays)
    assert _multiplied(made.factors, made.factors[-1].table, len(index)) == pytest.approx(weight, abs=1e-12)
    holding = made.factors[-1].table * made.holding
    assert _multiplied(made.factors, holding, len(index)) == pytest.approx(held, abs=1e-12)


@given(long_rules())
@settings(max_examples=30, deadline=None)
def test_rules_of_any_length_weigh_together_as_each_alone(
    given_rule: tuple[Equation, dict[str, States], set[str]],
) -> None:
    rule, states, pays = given_rule
    rules = [rule, *(Equation.of(parse(text), 0.05) for text in ("t = v1", "v0 + v1 = t", "t = 2 * v0 +- 1"))]
    made = tables(rules, states, [pays] * len(rules))
    for one, weight, held in zip(rules, made.weights, made.held, strict=True):
        alone = table(one, states, pays)
        assert np.array_equal(weight, alone[0])
        assert np.array_equal(held, alone[1])


def _multiplied(factors: tuple[Factor, ...], last: np.ndarray, numbers: int) -> np.ndarray:
    """All factors, the last one's table replaced, summed over partial sums."""
    tables = [*(f.table for f in factors[:-1]), last]
    operands = [part for f, t in zip(factors, tables, strict=True) for part in (t, list(f.scope))]
    return np.einsum(*operands, list(range(numbers)), optimize="greedy")


# --- documents --------------------------------------------------------------------------------------------------------


def number(*readings: tuple[int, float], rest: float = 0.0, largest: float | None = None) -> Choices:
    listed = tuple(Choice(f"{value:03}", value, chance) for value, chance in readings)
    return Choices(listed, rest, rest if largest is None else largest, ())


def brute_force(choices: dict[str, Choices], rules: list[Rule]) -> dict[str, np.ndarray]:
    """Marginals over listed choices, by trying every combination; `total`, of two rules, may be written wrongly."""
    names = list(choices)
    found = {name: np.zeros(len(choices[name].listed)) for name in names}
    best = {n: choices[n].listed[int(choices[n].weights.argmax())].value for n in names}
    meant = {best["a"] + best["b"], best["again"]}  # type: ignore[operator]
    heaviest = float(choices["total"].weights.max())
    for picked in itertools.product(*(range(len(choices[n].listed)) for n in names)):
        written = {n: choices[n].listed[i].value for n, i in zip(names, picked, strict=True)}
        weights = {n: float(choices[n].weights[i]) for n, i in zip(names, picked, strict=True)}
        total = written["total"]
        counted = {total: 1 - clerk_errors.NUMBER_RATE}
        for other in meant - {total}:
            if weights["total"] >= 0.01 * heaviest:
                counted[other] = clerk_errors.NUMBER_RATE * float(clerk_errors.of_number(np.array(total - other)))  # type: ignore[operator]
        for said, chance in counted.items():
            weight = chance * float(np.prod(list(weights.values())))
            for rule in rules:
                if rule.strength == "exact":
                    weight *= _exact(rule, {**written, "total": said})
                elif rule.relation.evaluate(written) == "broken":
                    weight *= rule.slip
            for n, i in zip(names, picked, strict=True):
                found[n][i] += weight
    return {n: chances / chances.sum() for n, chances in found.items()}


def _exact(rule: Rule, values: dict[str, int | None]) -> float:
    states = {n: States(np.array([values[n] or 0]), np.array([NUMBER]), np.ones(1)) for n in rule.relation.fields}
    return float(table(Equation.of(rule.relation, rule.slip), states, set())[0].item())


@st.composite
def sheets(draw: st.DrawFn) -> dict[str, Choices]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    found: dict[str, Choices] = {}
    for name in ("total", "a", "b", "again"):
        values = rng.choice(25, int(rng.integers(1, 5)), replace=False)
        chances = np.sort(rng.dirichlet(np.full(len(values), 0.5)))[::-1] + 1e-3
        found[name] = number(*((int(v), float(c)) for v, c in zip(values, chances, strict=True)))
    return found


@given(sheets())
@settings(max_examples=100, deadline=None)
def test_the_posterior_is_that_of_brute_force(choices: dict[str, Choices]) -> None:
    rules = [SUM, COPY, PART]
    said = posterior.posterior(choices, rules)
    for name, chances in brute_force(choices, rules).items():
        assert said.chances[name] == pytest.approx(chances, abs=1e-9)
        assert said.rest[name] == 0.0


@given(sheets(), st.integers(1, 2))
@settings(max_examples=100, deadline=None)
def test_what_is_left_out_is_bounded(choices: dict[str, Choices], kept: int) -> None:
    """What is not listed counts against its own number in full, so none seems surer than it is but for the others'."""
    short: dict[str, Choices] = {}
    for name, every in choices.items():
        left = every.weights[kept:]
        listed = every.listed[:kept]
        short[name] = Choices(listed, float(left.sum()), float(left.max(initial=0.0)), ())
    rules = [SUM, COPY, PART]
    bounded, exact = posterior.posterior(short, rules), brute_force(choices, rules)
    for name in choices:
        others = sum(chance for other, chance in bounded.rest.items() if other != name)
        for i, chance in enumerate(bounded.chances[name][:kept]):
            assert chance <= exact[name][i] + others + 1e-9


def test_one_number_that_slipped_breaks_all_its_rules_at_once() -> None:
    """Two rules against a clear number are one slip or one misreading, not two slips."""
    choices = {
        "total": number((203, 0.999), (208, 0.001)),
        "a": number((108, 1.0)),
        "b": number((100, 1.0)),
        "again": number((208, 1.0)),
    }
    said = posterior.posterior(choices, [SUM, COPY])
    slip = 0.999 * clerk_errors.NUMBER_RATE * float(clerk_errors.of_number(np.array(-5)))
    misread = 0.001 * (1 - clerk_errors.NUMBER_RATE)
    assert said.chances["total"][0] == pytest.approx(slip / (slip + misread), rel=0.01)
    assert max(said.holds.values()) == pytest.approx(said.chances["total"][1], rel=0.01), "as written, not as counted"


def test_the_worked_example_of_the_docs() -> None:
    """docs/explanation/reconcile.md does these sums by hand."""
    pair_1 = (Choice("117", 117, 0.52, strokes=0.98, counted=0.95), Choice("177", 177, 0.47))
    choices = {
        "a": Choices(pair_1, 0.006, 0.002, ("counts",)),
        "b": number((43, 1.0)),
        "total": number((160, 1.0)),
    }
    said = posterior.posterior(choices, [SUM])
    weights = [0.4941 * 0.97, 0.00141 * 0.00000668, 0.006 * 0.03 * 0.3]
    shares = [w / sum(weights) for w in weights]
    assert said.chances["a"] == pytest.approx(shares[:2], rel=2e-3)
    assert said.rest["a"] == pytest.approx(shares[2], rel=2e-3)
    assert shares[0] == pytest.approx(0.99989, abs=5e-6)
    clear = {**choices, "a": number((177, 0.999), (117, 0.0005), rest=0.0005, largest=0.0004)}
    assert posterior.posterior(clear, [SUM]).chances["a"][1] == pytest.approx(0.98, abs=0.005)
    sure = {**choices, "a": number((177, 1.0))}
    assert posterior.posterior(sure, [SUM]).breaks["sum"] == pytest.approx(1)


def test_many_doubtful_numbers_are_still_weighed() -> None:
    rng = np.random.default_rng(4)
    parts = {f"v{i}": number(*((int(v), 1 / 16) for v in rng.choice(300, 16, replace=False))) for i in range(18)}
    parts["t"] = number(*((int(v), 1 / 16) for v in rng.choice(900, 16, replace=False)))
    rule = Rule(id="r", text=f"t = {' + '.join(f'v{i}' for i in range(18))}", strength="exact", basis="form")
    said = posterior.posterior(parts, [rule])
    assert said.chances.keys() == parts.keys()
    for name, chances in said.chances.items():
        assert chances.sum() + said.rest[name] == pytest.approx(1)


def cells(text: str, sure: float = 0.9999, **doubts: float) -> np.ndarray:
    """Log-probabilities of a text; `doubts` give other characters of the last cell, as `c7=0.3`."""
    tables = np.full((len(text), len(CLASSES)), (1 - sure) / (len(CLASSES) - 1))
    for row, char in zip(tables, text, strict=True):
        row[CLASSES.index(char)] = sure
    for char, chance in doubts.items():
        tables[-1, CLASSES.index(char[1:])] = chance
        tables[-1, CLASSES.index(text[-1])] = 1 - chance
    return np.log(tables / tables.sum(axis=1, keepdims=True))


def told(**texts: str) -> dict[str, np.ndarray]:
    return {name: cells(text) for name, text in texts.items()}


def decided(tables: dict[str, np.ndarray], *rules: Rule, policy: str = "strict"):
    cases, evaluated = reconciled(
        [make_case(n, number_evidence(t, None), True, True) for n, t in tables.items()], rules
    )
    by_name = {c.field: c for c in cases}
    decisions = decide(cases, evaluated, policy)  # type: ignore[arg-type]
    return by_name, decisions, verdict(decisions, set(tables), evaluated, by_name), evaluated


def test_a_clear_sheet_that_does_not_add_up_is_not_taken_for_a_misread_one() -> None:
    """That 57 was read for 21 takes two misread digits, which is far less likely than a slip; so its ink says."""
    sums = {n: cells(t, 0.999) for n, t in {"total": "117", "a": "X50", "b": "X31"}.items()}
    cases, _, said, evaluated = decided(sums, SUM)
    assert said == "inconsistent"
    assert [cases[n].value for n in ("total", "a", "b")] == [117, 50, 31]
    assert evaluated[0].breaks is not None and evaluated[0].breaks > 0.7
    unknown = {n: replace(c.choices, cells=None) for n, c in cases.items()}
    assert posterior.posterior(unknown, [SUM]).breaks["sum"] < 0.5, "where its ink is not known nothing is claimed"


def test_what_a_rule_points_to_is_told_from_light_choices_that_are_left_out_on_a_large_sheet() -> None:
    """252 would add up; 230 to 239, which the last box allows, weigh ten times as much and would not."""
    texts = {"a": cells("113", 0.9995), "b": cells("139", 0.9995), "total": cells("232", 0.9999, **{"c?": 0.004})}
    crowd = {f"x{i}": cells("47", 0.5) for i in range(20)}
    weighed = {n: make_case(n, number_evidence(t, None), True, True).choices for n, t in {**texts, **crowd}.items()}
    alone = posterior.posterior({n: weighed[n] for n in texts}, [SUM])
    beside = posterior.posterior(weighed, [SUM])
    assert alone.chances["total"][0] > 0.85
    assert beside.chances["total"][0] > 0.8


@given(st.integers(0, 2**32))
@example(6932)  # of a number that is not listed one text with a sign after a digit was, and passed for it
@example(1285)
@settings(max_examples=40, deadline=None)
def test_what_rules_point_to_is_bounded_by_its_own_ink(seed: int) -> None:
    """Two numbers that should be the same: what is said of each is no more than with all hundred of both listed."""
    rng = np.random.default_rng(seed)
    tables = {n: np.log(rng.dirichlet(np.full(len(CLASSES), 0.15), 2) + 1e-9) for n in ("total", "again")}
    evidences = {n: number_evidence(t - np.log(np.exp(t).sum(axis=1, keepdims=True)), None) for n, t in tables.items()}
    some = {n: weigh(e) for n, e in evidences.items()}
    every = {n: _every(e) for n, e in evidences.items()}
    bounded = posterior.posterior(some, [COPY])
    exact = posterior.posterior(every, [COPY], thinning=(0.0,))  # all of them are weighed
    for name, choices in some.items():
        others = sum(chance for other, chance in bounded.rest.items() if other != name)
        listed = zip(every[name].listed, exact.chances[name].tolist(), strict=True)
        by_value = {c.value: p for c, p in listed if c.kind == "number"}
        for choice, chance in zip(choices.listed, bounded.chances[name].tolist(), strict=True):
            if choice.kind == "number":
                assert chance <= by_value[choice.value] + others + 1e-6


def _every(evidence: NumberEvidence) -> Choices:
    """All numbers of two cells, and the likeliest of the texts that are none."""
    numbers = [Choice(f"{v:02}", v, p) for v, p in enumerate(evidence.digit_numbers.tolist())]
    listed = numbers + [Choice(r.text, r.value, r.probability) for r in evidence.others]
    return Choices(tuple(sorted(listed, key=lambda c: -c.digits)), 0.0, 0.0, ())


def test_a_doubtful_number_is_read_with_the_sum_and_what_is_clear_is_not_changed_by_it() -> None:
    doubtful = told(total="117", a="X50", b="X6?") | {"b": cells("X61", c7=0.6)}
    cases, _, _, _ = decided(doubtful, SUM)
    assert [cases[n].value for n in ("total", "a", "b")] == [117, 50, 67]
    wrong = told(total="117", a="X50", b="X57")
    cases, decisions, said, evaluated = decided(wrong, SUM)
    assert [cases[n].value for n in ("total", "a", "b")] == [117, 50, 57]
    assert {d.status for d in decisions.values()} == {"review"}
    assert said == "inconsistent"
    assert evaluated[0].holds < 0.05


def test_a_sheet_that_any_plausible_reading_mends_is_a_question_and_not_inconsistent() -> None:
    _, decisions, said, _ = decided(told(total="117", a="X50") | {"b": cells("X61", c7=0.02)}, SUM)
    assert said == "review"
    assert decisions["b"].status == "review"


def test_a_sum_says_nothing_of_a_digit_that_a_part_and_the_total_share() -> None:
    """Who writes an 8 like a 6 does so in both: 110 + 106 = 216 holds, and so does 110 + 108 = 218."""
    for policy, little in (("strict", 0.002), ("balanced", 0.012)):
        tables = {"total": cells("216", c8=little), "a": cells("110"), "b": cells("106", c8=0.014)}
        cases, decisions, _, _ = decided(tables, SUM, policy=policy)
        assert [cases[n].value for n in ("total", "a", "b")] == [216, 110, 106]
        assert {n: d.status for n, d in decisions.items()} == {"total": "review", "a": "accepted", "b": "review"}
        assert {code for code, _ in decisions["b"].reasons} == {"no_second_witness"}
        other = tables | {"b": cells("106", c5=0.014)}
        assert {d.status for d in decided(other, SUM, policy=policy)[1].values()} == {"accepted"}, "no 5 for the total"
    counted = [replace(c, bubbles=BubbleCase("106", 1.0)) if c.field == "b" else c for c in cases.values()]
    rules = [posterior.Evaluated(SUM, {n: c.value for n, c in cases.items()}, "holds", 0.0, 0.9999, 0.0)]
    told_by_bubbles = confirming(counted, rules, 0.99, 0.001, lambda c: c.bubbles is not None)
    assert told_by_bubbles.of("total") == ("sum",)


@given(st.integers(0, 400), st.integers(0, 400), st.integers(-300, 300).filter(bool))
@settings(max_examples=60, deadline=None)
def test_sheets_that_do_not_add_up_are_never_repaired(a: int, b: int, off: int) -> None:
    total = a + b + off
    assume(0 <= total <= 999)
    cases, decisions, _, _ = decided(told(total=f"{total:03}", a=f"{a:03}", b=f"{b:03}"), SUM)
    assert {n: c.value for n, c in cases.items()} == {"total": total, "a": a, "b": b}
    assert "accepted" not in {d.status for d in decisions.values()}


def test_the_strict_policy_wants_every_cell_read_and_the_balanced_one_a_sum_without_doubt() -> None:
    texts = {"two": "d = e + f", "three": "h = d + e", "four": "g = d + f"}
    rules = [LONG, *(Rule(id=name, text=text, strength="exact", basis="form") for name, text in texts.items())]
    numbers = told(total="150", a="X50", b="X61", c="X20", d="X1?", e="X10", f="XX9", h="X29", g="X28")
    cases, strict, _, _ = decided(numbers, *rules)
    assert cases["d"].value == 19, "all else says so"
    assert cases["d"].text == "X1?", "and what is not legible stays so"
    assert strict["d"].status == "review"
    assert strict["d"].reasons[0][0] == "digit_unreadable"
    assert decided(numbers, *rules, policy="balanced")[1]["d"].status == "accepted"


def test_nothing_is_accepted_by_a_sum_that_its_digits_contradict() -> None:
    """Two sums want 67, the ink says 61 and hardly 67, or rather 61: a clerk's slip looks just so."""
    tables = told(total="117", a="X50", c="X10", d="X77")
    rules = [SUM, Rule(id="other", text="d = b + c", strength="exact", basis="form")]
    for policy, seven in itertools.product(("strict", "balanced"), (0.04, 0.2, 0.4)):
        cases, decisions, _, _ = decided(tables | {"b": cells("X61", c7=seven)}, *rules, policy=policy)
        assert (cases["b"].value, cases["b"].confidence > 0.9) == (67, True)
        assert cases["b"].rival > cases["b"].supports
        assert decisions["b"].status == "review"
    blank = told(total="051", a="X50", c="X10", d="X11") | {"b": cells("   ", c1=0.4)}
    cases, decisions, _, _ = decided(blank, *rules, policy="balanced")
    assert (cases["b"].value, cases["b"].confidence > 0.99) == (1, True)
    assert decisions["b"].status == "review", "that nothing is written is a reading too"
    rather = tables | {"b": cells("X6?", c7=0.2)}
    assert decided(rather, *rules, policy="balanced")[1]["b"].status == "accepted", "it is no other number either"


# --- choices ----------------------------------------------------------------------------------------------------------


@given(st.integers(0, 999), st.floats(0.3, 0.999))
@settings(max_examples=40, deadline=None)
def test_choices_and_their_rest_are_all_there_is(value: int, sure: float) -> None:
    choices = weigh(number_evidence(cells(f"{value:03}", sure), None))
    assert choices.weights.sum() + choices.rest == pytest.approx(1, abs=1e-5)
    assert choices.largest <= min(choices.rest, float(choices.weights.max())) + 1e-9
    numbers = [c.value for c in choices.listed if c.value is not None and c.kind != "misplaced"]
    assert len(set(numbers)) == len(numbers)


def test_an_unreadable_cell_may_be_any_digit_and_is_shown_as_one() -> None:
    choices = weigh(number_evidence(cells("1?7"), None))
    assert {c.text for c in choices.listed if c.value in (107, 117, 197)} == {"1?7"}
    assert max(c.digits for c in choices.listed if c.value is not None) < 0.1


# --- suggestions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "field", "fits", "kind"),
    [
        ({"total": "117", "a": "X50", "b": "X76"}, "b", 67, "transposed"),
        ({"total": "118", "a": "X50", "b": "X67"}, "total", 117, "one"),
        ({"total": "X50", "a": "X50", "b": "X31"}, "total", 81, "forgotten_line"),
        ({"total": "217", "a": "X50", "b": "X67"}, "total", 117, "hundred"),
    ],
)
def test_the_likeliest_slip_is_suggested(texts: dict[str, str], field: str, fits: int, kind: str) -> None:
    cases, _, _, evaluated = decided(told(**texts), SUM)
    (found,) = suggest(cases, evaluated)
    assert (found.field, found.fits, found.kind) == (field, fits, kind)


def test_a_number_that_mends_two_rules_is_suggested_once() -> None:
    texts = {"total": "118", "a": "X50", "b": "X67", "again": "117"}
    cases, _, _, evaluated = decided(told(**texts), SUM, COPY)
    assert [(slip.field, slip.fits) for slip in suggest(cases, evaluated)] == [("total", 117)]


def test_suggestions_of_one_sheet_do_not_contradict_each_other() -> None:
    """Two numbers that must be equal are 121 and 122: one of them is wrong, and the sum says which."""
    texts = {"total": "122", "a": "X55", "b": "X66", "again": "121"}
    cases, _, _, evaluated = decided(told(**texts), COPY, SUM)
    assert [(slip.field, slip.fits) for slip in suggest(cases, evaluated)] == [("total", 121)]
    both = [Rule(id=f"{x}-c", text=f"{x} = c", strength="exact", basis="form") for x in ("total", "again")]
    texts |= {"again": "122", "c": "121"}
    cases, _, _, evaluated = decided(told(**texts), COPY, SUM, *both)
    found = suggest(cases, evaluated)
    assert {(slip.field, slip.fits) for slip in found} == {("total", 121), ("again", 121)}


def test_no_suggestion_breaks_what_holds() -> None:
    """The one number that would mend the sum is the same as another one, and nothing speaks against that one."""
    texts = {"total": "119", "a": "X50", "b": "X67", "again": "119", "third": "119"}
    third = Rule(id="third", text="third = total", strength="exact", basis="form")
    cases, _, _, evaluated = decided(told(**texts), SUM, COPY, third)
    assert not {slip.field for slip in suggest(cases, evaluated)} & {"total", "again", "third"}


def test_a_reading_is_never_certain() -> None:
    """The posterior is cut, not rounded: 0.9999999 is not 1."""
    assert cut(0.99999996) == 0.999999
    assert cut(1.0) == 0.999999
    assert percent(1.0) == "99%"
    assert cut(0.25) == 0.25
