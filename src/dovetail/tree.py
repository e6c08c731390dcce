"""Nested structures: lists, tuples, named tuples, dictionaries and deques of anything; the rest are leaves.

Dictionaries are gone through in the order of their sorted keys, `OrderedDict`s in their own. Unlike in `jax.tree`, None
is a leaf, and dictionaries of different classes with the same keys have the same structure.
"""

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

__all__ = [
    "MAP_TO_NONE", "assert_same_paths", "assert_same_structure", "flatten", "flatten_with_path", "is_nested",
    "lists_to_tuples", "map_shape_structure", "map_structure", "map_structure_up_to", "pack_sequence_as", "traverse",
]  # fmt: skip


class MAP_TO_NONE:
    """Returned by the function of `traverse`: put None here, and go on."""


class _Parts(NamedTuple):
    """One level of a structure: `kind` and `keys` are the same for structures that match."""

    kind: Any
    keys: tuple
    values: list
    rebuild: Callable[[list], Any]


def _parts(structure: Any) -> _Parts | None:
    """The level that `structure` is, or None for a leaf. Subclasses of containers are leaves, as in Keras."""
    cls = type(structure)
    if cls in (list, tuple):
        return _Parts(cls, tuple(range(len(structure))), list(structure), cls)
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return _Parts(cls, tuple(range(len(structure))), list(structure), lambda values: cls(*values))
    if cls is deque:
        size = structure.maxlen
        return _Parts(deque, tuple(range(len(structure))), list(structure), lambda values: deque(values, size))
    if cls in (dict, OrderedDict, defaultdict):
        keys = list(structure) if cls is OrderedDict else _sorted(structure)
        return _Parts(
            dict, tuple(keys), [structure[key] for key in keys], lambda values: _filled(structure, keys, values)
        )
    return None


def _sorted(keys: Any) -> list:
    try:
        return sorted(keys)
    except TypeError:  # keys of several types have no order: that of insertion
        return list(keys)


def _filled(like: Any, keys: list, values: list) -> Any:
    """A dictionary of the class and order of `like` with these values."""
    found = dict(zip(keys, values, strict=True))
    ordered = {key: found[key] for key in like}
    return defaultdict(like.default_factory, ordered) if type(like) is defaultdict else type(like)(ordered)


def _aligned(parts: _Parts, other: Any) -> list | None:
    """The values of `other` in the order of `parts`, or None where it is another structure."""
    found = _parts(other)
    if found is None or found.kind is not parts.kind or len(found.keys) != len(parts.keys):
        return None
    if found.keys == parts.keys:
        return found.values
    by_key = dict(zip(found.keys, found.values, strict=True))
    return [by_key[key] for key in parts.keys] if by_key.keys() == set(parts.keys) else None


def is_nested(structure: Any) -> bool:
    """Whether this is a container and no leaf."""
    return _parts(structure) is not None


def traverse(func: Callable[[Any], Any], structure: Any, top_down: bool = True) -> Any:
    """Call `func` on the structure and all its parts, and put what it returns in their place.

    Args:
        func: returns None to leave a part as it is (and, top down, to go into it), `MAP_TO_NONE` for None.
        top_down: parents before their parts; else after, and `func` gets them with their parts already exchanged.
    """
    if not callable(func):
        raise TypeError(f"`func` must be callable; got {func!r}")

    def inside(whole: Any) -> Any:
        parts = _parts(whole)
        return whole if parts is None else parts.rebuild([traverse(func, value, top_down) for value in parts.values])

    before = structure if top_down else inside(structure)
    found = func(before)
    if found is None:
        return inside(before) if top_down else before
    return None if found is MAP_TO_NONE else found


def flatten(structure: Any) -> list:
    """All leaves, in order.

    >>> flatten([[1, (2, None)], {"b": 4, "a": 3}])
    [1, 2, None, 3, 4]
    """
    return [leaf for _, leaf in _walk(structure, ())]


def flatten_with_path(structure: Any) -> list[tuple[tuple, Any]]:
    """All leaves, each with the indices and keys that lead to it.

    >>> flatten_with_path([{"foo": 42}])
    [((0, 'foo'), 42)]
    """
    return list(_walk(structure, ()))


def _walk(structure: Any, path: tuple) -> Iterator[tuple[tuple, Any]]:
    parts = _parts(structure)
    if parts is None:
        yield path, structure
        return
    for key, value in zip(parts.keys, parts.values, strict=True):
        yield from _walk(value, (*path, key))


def map_structure(func: Callable[..., Any], *structures: Any, none_is_leaf: bool = True) -> Any:
    """The structure with `func` of each leaf, or of the leaves of several structures alike.

    Args:
        none_is_leaf: whether `func` is called on None; else None stays.

    Raises:
        ValueError: the structures differ.
    """
    _check_called(func, structures)
    first, *others = structures
    parts = _parts(first)
    if parts is None:
        if any(is_nested(other) for other in others):
            raise _different(structures)
        if first is None and not none_is_leaf:
            if any(other is not None for other in others):
                raise _different(structures)
            return None
        return func(*structures)
    columns = [parts.values, *(_aligned(parts, other) for other in others)]
    if None in columns:
        raise _different(structures)
    mapped = [map_structure(func, *values, none_is_leaf=none_is_leaf) for values in zip(*columns, strict=True)]
    return parts.rebuild(mapped)


def map_structure_up_to(shallow_structure: Any, func: Callable[..., Any], *structures: Any) -> Any:
    """As `map_structure`, but what is a leaf of `shallow_structure` is one of the structures too.

    >>> map_structure_up_to([None, None], len, [[1, 1], [2]])
    [2, 1]

    Raises:
        ValueError: a structure is shallower than `shallow_structure`, or has other parts.
    """
    _check_called(func, structures)
    parts = _parts(shallow_structure)
    if parts is None:
        return func(*structures)
    columns = [_aligned(parts, structure) for structure in structures]
    if None in columns:
        raise _different((shallow_structure, *structures))
    rows = zip(parts.values, *columns, strict=True)
    return parts.rebuild([map_structure_up_to(shallow, func, *values) for shallow, *values in rows])


def assert_same_structure(a: Any, b: Any, check_types: Any = None) -> None:
    """Check that two structures have the same containers with the same keys; leaves do not count.

    Args:
        check_types: without effect, as in Keras; `assert_same_paths` is the looser check.

    Raises:
        ValueError: they differ.
    """
    parts = _parts(a)
    if parts is None:
        if is_nested(b):
            raise _different((a, b))
        return
    values = _aligned(parts, b)
    if values is None:
        raise _different((a, b))
    for left, right in zip(parts.values, values, strict=True):
        assert_same_structure(left, right)


def assert_same_paths(a: Any, b: Any) -> None:
    """Check that the same indices and keys lead to the leaves of both, whatever the containers.

    Raises:
        ValueError: a path is in one of them only; all such are named.
    """
    paths_a, paths_b = ({path for path, _ in _walk(structure, ())} for structure in (a, b))
    if paths_a == paths_b:
        return
    told = [f"only in {name}: {sorted(more, key=repr)}" for name, more in
            (("`a`", paths_a - paths_b), ("`b`", paths_b - paths_a)) if more]  # fmt: skip
    raise ValueError(f"the structures have different paths; {'; '.join(told)}")


def pack_sequence_as(structure: Any, flat_sequence: Any) -> Any:
    """The leaves in `flat_sequence`, nested as `structure` is: the inverse of `flatten`.

    Raises:
        ValueError: there are more leaves than places, or fewer.
    """
    leaves = list(flat_sequence)
    places = len(flatten(structure))
    if len(leaves) != places:
        raise ValueError(f"the structure has places for {places} leaves, {len(leaves)} were given")
    rest = iter(leaves)
    return map_structure(lambda _: next(rest), structure)


def lists_to_tuples(structure: Any) -> Any:
    """The structure with tuples in place of lists."""
    return traverse(lambda part: tuple(part) if isinstance(part, list) else None, structure, top_down=False)


def map_shape_structure(func: Callable[[Any], Any], structure: Any) -> Any:
    """The structure with `func` of each shape: of each list or tuple of integers and None, and of other leaves.

    >>> map_shape_structure(len, {"a": (None, 3), "b": [(2,), (1, 2, 3)]})
    {'a': 2, 'b': [1, 3]}
    """
    is_shape = isinstance(structure, (list, tuple)) and all(size is None or isinstance(size, int) for size in structure)
    parts = None if is_shape else _parts(structure)
    return func(structure) if parts is None else parts.rebuild([map_shape_structure(func, v) for v in parts.values])


def _check_called(func: Any, structures: tuple) -> None:
    if not callable(func):
        raise TypeError(f"`func` must be callable; got {func!r}")
    if not structures:
        raise ValueError("at least one structure is needed")


def _different(structures: tuple) -> ValueError:
    told = ", ".join(repr(structure)[:80] for structure in structures)
    return ValueError(f"the structures are not nested in the same way: {told}")
