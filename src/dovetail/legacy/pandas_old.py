"""What data frames of pandas had before 1.0 and 2.0."""

import functools
import types
import warnings
from collections.abc import Callable
from typing import Any


def additions(pandas: types.ModuleType) -> dict[Any, dict[str, Any]]:
    """For each class of pandas the names to put in that it has no more."""
    found: dict[Any, dict[str, Any]] = {}
    for cls in (pandas.DataFrame, pandas.Series):
        names = {"as_matrix": _as_matrix, "get_values": _as_matrix, "ix": property(_Places), "append": _append}
        names |= {"iteritems": cls.items, "sort": _sort, "order": _sort, "convert_objects": lambda self, **_: self}
        found[cls] = {name: value for name, value in names.items() if not hasattr(cls, name)}
    found[pandas] = {"get_dummies": _dummies(pandas.get_dummies)}
    return found


def _dummies(own: Callable[..., Any]) -> Callable[..., Any]:
    """Columns of 0 and 1, where those of pandas 2 are booleans, which become objects beside floats."""

    @functools.wraps(own)
    def get_dummies(data: Any, *args: Any, **kwargs: Any) -> Any:
        if len(args) < 7:
            kwargs.setdefault("dtype", "uint8")
        return own(data, *args, **kwargs)

    return get_dummies


def with_texts_as_objects(pandas: types.ModuleType) -> Callable[[], None]:
    """Columns of texts have the dtype `object`, as before pandas 3; returns what undoes it."""
    name = "future.infer_string"

    def choose(value: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the option goes with pandas 4
            before = pandas.get_option(name)
            pandas.set_option(name, value)
        return before

    try:
        before = choose(False)
    except KeyError:  # pandas without the option
        return lambda: None
    return lambda: choose(before)


def _as_matrix(self: Any, columns: Any = None) -> Any:
    """The values of these columns as an array."""
    return (self if columns is None else self[columns]).to_numpy().copy()


def _append(self: Any, other: Any, ignore_index: bool = False, **kwargs: Any) -> Any:
    """The rows of both."""
    import pandas  # it is there: this is a method of its

    if isinstance(other, dict):
        other = pandas.DataFrame([other])
    others = list(other) if isinstance(other, (list, tuple)) else [other]
    return pandas.concat([self, *others], ignore_index=ignore_index)


def _sort(self: Any, columns: Any = None, axis: int = 0, ascending: Any = True, inplace: bool = False, **_: Any) -> Any:
    """Rows by the values of columns, or by the index."""
    options = {"ascending": ascending} | ({"inplace": True} if inplace else {})
    if self.ndim == 1:
        return self.sort_values(**options)
    return self.sort_index(axis=axis, **options) if columns is None else self.sort_values(columns, **options)


class _Places:
    """`frame.ix[rows, columns]`: by label, and by place where no label fits."""

    def __init__(self, frame: Any):
        self.frame = frame

    def __getitem__(self, key: Any) -> Any:
        if self.frame.ndim == 1 or not isinstance(key, tuple):
            return _axis(self.frame, key, self.frame.index)[0]
        rows, columns = key
        chosen, whole = _axis(self.frame, rows, self.frame.index)
        chosen = chosen if whole else chosen.to_frame().T
        found = _axis(chosen.T, columns, chosen.columns)[0]
        found = found.T if found.ndim == 2 else found
        return found if whole else found.iloc[0]

    def __setitem__(self, key: Any, value: Any) -> None:
        self.frame.loc[key] = value


def _axis(frame: Any, key: Any, labels: Any) -> tuple[Any, bool]:
    """Rows by label or place, and whether these are several."""
    by_label = labels.dtype.kind in "iu" if _holds_integers(key) else True
    found = frame.loc[key] if by_label else frame.iloc[key]
    return found, found.ndim == frame.ndim


def _holds_integers(key: Any) -> bool:
    if isinstance(key, slice):
        return isinstance(key.start, int) or isinstance(key.stop, int)
    if isinstance(key, (list, tuple)):
        return bool(key) and all(isinstance(k, int) for k in key)
    return (isinstance(key, int) and not isinstance(key, bool)) or getattr(
        getattr(key, "dtype", None), "kind", ""
    ) == "i"
