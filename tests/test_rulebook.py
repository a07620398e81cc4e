"""Rules that no sheet can follow are refused; those of real forms are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_recap.forms import rule_checks, template
from ocr_recap.forms.relations import parse


def fault(*texts: str) -> str | None:
    return rule_checks.fault({f"R{i}": parse(text) for i, text in enumerate(texts)})


@pytest.mark.parametrize(
    ("texts", "named"),
    [
        (("t = a + b", "t = a + b + 5"), ("R0", "R1")),
        (("a = b", "b = c", "c = a + 1"), ("R0", "R1", "R2")),
        (("t = a + b", "t + 1 <= a"), ("R0", "R1")),
        (("a <= b", "b + 1 <= a"), ("R0", "R1")),
        (("a + b + 1 = 0",), ("R0",)),
        (("a + 3 <= 2",), ("R0",)),
        (("x = a + b", "y = a + b", "x >= y + 2"), ("R0", "R1", "R2")),
    ],
)
def test_rules_that_contradict_each_other_are_named(texts: tuple[str, ...], named: tuple[str, ...]) -> None:
    said = fault(*texts)
    assert said is not None
    assert "contradict" in said
    assert [name for name in (f"R{i}" for i in range(len(texts))) if repr(name) in said] == list(named)


def test_totals_that_go_round_are_named_with_their_way() -> None:
    said = fault("a = b + c", "b = d + e", "d = a + f")
    assert said is not None
    assert "a -> b -> d -> a" in said
    assert fault("a = b + c", "b = d + e", "a = d + f", "b = a2", "a2 = b") is None


def test_the_rules_of_every_form_hang_together() -> None:
    assert len(template.available()) >= 7
    for path in template.available().values():
        form = template.load(path)
        assert form.rules
        assert set(form.rules_in_words) == {rule.id for rule in form.rules}


@given(st.lists(st.sampled_from(["t = a + b", "t <= u", "u = c + d", "a >= 2", "c = 3", "u <= 40", "b <= a + 9"])))
def test_rules_that_some_sheet_follows_are_never_refused(texts: list[str]) -> None:
    """a = 5, b = 6, t = 11, c = 3, d = 20, u = 23 follows them all."""
    assert fault(*texts) is None


def test_a_template_with_such_rules_is_refused(tmp_path) -> None:
    text = template.available()["ppwp-plano-2019"].read_text(encoding="utf-8")
    form = template.load("ppwp-plano-2019")
    total, part = next((r.relation.fields[0], r.relation.fields[1]) for r in form.rules if len(r.relation.fields) > 2)
    wrong = tmp_path / "wrong.yaml"
    rule = f"  - {{id: odd, text: '{total} + 1 <= {part}', strength: inequality, basis: form}}\n"
    wrong.write_text(text.replace("\nrules:\n", f"\nrules:\n{rule}", 1), encoding="utf-8")
    assert "odd" in wrong.read_text(encoding="utf-8")
    with pytest.raises(template.TemplateError, match="contradict"):
        template.load(wrong)
