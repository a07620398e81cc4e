"""Read-only dicts for records, so that nobody changes by accident what was read from a photo."""

from __future__ import annotations

from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import AfterValidator

K = TypeVar("K")
V = TypeVar("V")


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise TypeError("what a record holds is not changed; dict(...) makes a copy, model_copy(update=...) another record")


class FrozenDict(dict[K, V]):
    """A dict whose methods for changes raise `TypeError`; JSON, pickles and everything else work as for any dict.

    `dict(frozen)` is a copy that can be changed; `record.model_copy(update={"fields": ...})` makes another record.
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


FrozenMapping = Annotated[dict[K, V], AfterValidator(FrozenDict)]  # type of mappings in records
