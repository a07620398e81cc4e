"""What is wrong with one value of a template or of a line of JSON: closed list of sentences, in Indonesian and English.

Their keys are the types of errors of pydantic, whose own words are written for programmers and in English only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from .catalog import Message, Wording, both

_WHOLE: Final = ("harus angka bulat", "must be a whole number")
_NUMBER: Final = ("harus angka", "must be a number")
_TEXT: Final = ("harus teks; tulis di antara tanda kutip", "must be text; write it in quotation marks")
_LIST: Final = ("harus daftar, seperti [1, 2]", "must be a list, such as [1, 2]")
_MAPPING: Final = ("harus berisi kunci dan nilai", "must hold keys with values")
_TRUTH: Final = ("harus true atau false", "must be true or false")
_ONE_OF: Final = ("tulis salah satu dari: {expected}", "write one of: {expected}")

FAULTS: Final[Mapping[str, Message]] = {
    "missing": ("kuncinya tidak ada; tambahkan", "the key is missing; add it"),
    "extra_forbidden": (
        "kunci ini tidak dikenal di sini; hapus atau perbaiki ejaannya",
        "this key is not known here; remove it or correct its spelling",
    ),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "string_type": _TEXT,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "dict_type": _MAPPING,
    "mapping_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "greater_than_equal": ("paling sedikit {ge}", "must be {ge} at least"),
    "less_than_equal": ("paling banyak {le}", "must be {le} at most"),
    "greater_than": ("harus lebih dari {gt}", "must be more than {gt}"),
    "less_than": ("harus kurang dari {lt}", "must be less than {lt}"),
    "string_too_long": ("lebih panjang dari {max_length} huruf; pendekkan", "longer than {max_length} letters; cut it"),
    "string_too_short": ("lebih pendek dari {min_length} huruf", "shorter than {min_length} letters"),
    "too_long": ("lebih dari {max_length} unsur; kurangi", "more than {max_length} items; remove some"),
    "too_short": ("kurang dari {min_length} unsur; tambahkan", "fewer than {min_length} items; add some"),
    "string_pattern_mismatch": (
        "bukan nama yang dapat dipakai di sini; polanya {pattern}",
        "no name that can be used here; its pattern is {pattern}",
    ),
    "literal_error": _ONE_OF,
    "union_tag_invalid": _ONE_OF,
    "union_tag_not_found": ("kunci {discriminator} tidak ada; tambahkan", "the key {discriminator} is missing; add it"),
    "json_invalid": (
        "bukan baris JSON yang utuh; pulihkan dari salinan",
        "no whole line of JSON; restore it from a copy",
    ),
    "listed_twice": ("ditulis dua kali: {names}; hapus salah satu", "listed twice: {names}; remove one"),
}
_ELSE: Final = ("nilai ini tidak dapat dipakai di sini; perbaiki", "this value cannot be used here; correct it")


def data_fault(kind: str, limits: Mapping[str, Any]) -> Wording:
    """A sentence of `FAULTS` about a value.

    Args:
        kind: the type of pydantic's error. One that is not in the list gets a sentence that fits any value.
        limits: its context: the limit that was passed, the values that are allowed.
    """
    data = dict(limits)
    allowed = str(data.get("expected", data.get("expected_tags", "")))
    data["expected"] = re.sub(r"(?<=['\d]) or (?=['\d])", ", ", allowed).replace("'", "")
    return Wording(**both(FAULTS.get(kind, _ELSE), data))
