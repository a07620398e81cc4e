"""Dicts that stay as they are, for records: what was read from a photo is not changed by whoever looks at it."""

from __future__ import annotations

from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import AfterValidator

K = TypeVar("K")
V = TypeVar("V")


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise TypeError("what a record holds is not changed; dict(...) makes a copy, model_copy(update=...) another record")


class FrozenDict(dict[K, V]):
    """A dict without ways to change it; everything else, JSON and pickles too, is as with any dict.

    `dict(frozen)` gives one that can be changed, and `record.model_copy(update={"fields": ...})` another record.
    """

    __setitem__: Any = _refuse
    __delitem__: Any = _refuse
    __ior__: Any = _refuse
    clear: Any = _refuse
    pop: Any = _refuse
    popitem: Any = _refuse
    setdefault: Any = _refuse
    update: Any = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)


FrozenMapping = Annotated[dict[K, V], AfterValidator(FrozenDict)]  # what records hold
