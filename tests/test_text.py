"""Text that others wrote: what of it is kept, shown and quoted."""

from __future__ import annotations

import json

import pytest

from ocr_recap.messages.text import for_terminal, is_number, json_text, one_line, printable, quoted, shortened

BAD = "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    "char", ["\x00", "\x1b", "\x7f", "\x85", "\x9b", "\u200f", "\u202e", "\u2028", "\u2066", "\ufeff"]
)
def test_what_cannot_be_printed_is_replaced(char):
    assert printable(f"a{char}b") == f"a{BAD}b"
    assert char not in one_line(f"a {char} b")
    assert for_terminal(f"a{char}\nb\tc") == f"a{BAD}\nb\tc"
    written = json_text({"note": f"é{char}"}, indent=2)
    assert char not in written
    assert "é" in written
    assert json.loads(written) == {"note": f"é{char}"}


def test_white_space_of_any_kind_is_one_space():
    assert one_line("  Sri\u2028Wahyuni\x85\r\n\u2029 (saksi)\u00a0\t2 ") == "Sri Wahyuni (saksi) 2"
    assert one_line(" \u2028 ") == ""


def test_what_is_long_is_cut_where_it_is_quoted():
    assert quoted("a\x1bb") == "'a\\x1bb'"
    assert quoted("1" * 100_000) == f"'{'1' * 60}'... (100000)"
    assert shortened("1" * 100_000) == f"{'1' * 60}... (100000)"
    assert shortened("a\x1bb") == f"a{BAD}b"


def test_digits_of_other_scripts_are_no_number():
    assert is_number("0123456789")
    assert not any(map(is_number, ("\u0661\u0662", "1\u0967", "\u00b2", "", "-1")))
