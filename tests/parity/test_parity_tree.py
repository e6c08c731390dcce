"""`tree` beside Keras's: results and refusals."""

from collections import OrderedDict, defaultdict, deque, namedtuple

import keras
import pytest

import dovetail

Point = namedtuple("Point", ["x", "y"])
TREES = [
    1, None, [], {}, [None], [[1]], (1, [2, (3, None)]), {"b": 1, "a": [2, {"d": 3, "c": None}]}, {2: 1, 1: 2},
    OrderedDict([("b", 1), ("a", (2,))]), defaultdict(list, {"z": 1, "y": 2}), deque([1, [2]], maxlen=3),
    Point(1, [2]), [Point([1], {"a": Point(2, 3)})],
]  # fmt: skip
MATES = [
    ([1, 2], (1, 2)), ([1, 2], [1]), ({"a": 1}, OrderedDict(a=2)), ({"a": 1, "b": 2}, OrderedDict([("b", 3), ("a", 4)])),
    ({"a": 1}, {"b": 1}), ([1, [2]], [1, 2]), ([1, 2], [1, [2]]), (Point(1, 2), (1, 2)), (1, 2), (1, [2]), ([1, None], [2, 3]),
    ({"a": 1}, defaultdict(int, a=2)), (deque([1]), [1]),
]  # fmt: skip


def outcome(function, *args, **kwargs):
    """What a call gives: class and value, for mappings with their order; or the class of the error."""
    try:
        found = function(*args, **kwargs)
    except (ValueError, TypeError) as error:
        return type(error)
    return type(found), repr(found)


@pytest.mark.parametrize("structure", TREES, ids=repr)
def test_one_structure(structure):
    seen = {}
    for k in (dovetail, keras):
        tree, visited = k.tree, []
        leaves = tree.flatten(structure)

        def exchange(part, tree=tree):
            return tree.MAP_TO_NONE if part == 2 else "list" if part == [2] else None

        seen[k] = [
            outcome(tree.flatten, structure),
            outcome(tree.flatten_with_path, structure),
            outcome(tree.is_nested, structure),
            outcome(tree.lists_to_tuples, structure),
            outcome(tree.map_structure, str, structure),
            outcome(tree.map_structure, str, structure, none_is_leaf=False),
            outcome(tree.traverse, visited.append, structure),
            outcome(tree.traverse, visited.append, structure, top_down=False),
            outcome(tree.traverse, exchange, structure),
            outcome(tree.traverse, exchange, structure, top_down=False),
            outcome(tree.map_shape_structure, str, structure),
            outcome(tree.pack_sequence_as, structure, [10 * i for i in range(len(leaves))]),
            outcome(tree.pack_sequence_as, structure, [1] * (len(leaves) + 1)),
            visited,
        ]
    assert seen[dovetail] == seen[keras]


@pytest.mark.parametrize("a, b", MATES, ids=repr)
def test_two_structures(a, b):
    seen = {}
    for k in (dovetail, keras):
        tree = k.tree
        seen[k] = [
            outcome(tree.map_structure, lambda x, y: (x, y), a, b),
            outcome(tree.assert_same_structure, a, b),
            outcome(tree.assert_same_paths, a, b),
            outcome(tree.pack_sequence_as, a, [1, 2]),
        ]
        if (
            not isinstance(a, list) or None not in a
        ):  # None in the first structure, as its manual has it, fails in Keras
            seen[k].append(outcome(tree.map_structure_up_to, a, str, b))
            seen[k].append(outcome(tree.map_structure_up_to, a, lambda x, y: (x, y), a, b))
    assert seen[dovetail] == seen[keras]


def test_misuse():
    for k in (dovetail, keras):
        with pytest.raises(TypeError):
            k.tree.map_structure(3, [1])
        with pytest.raises(ValueError):
            k.tree.map_structure(str)
