"""What a merge says when branches do not fit: the whole text."""

import numpy as np
import pytest

import dovetail as keras
from dovetail import layers
from dovetail.engine.errors import ShapeError
from dovetail.layers.merging import BranchError


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session()


def inputs(**shapes):
    return [keras.Input(shape, name=name) for name, shape in shapes.items()]


CASES = {
    "widths of two": (
        lambda: layers.Multiply()(inputs(left=(10,), right=(5,))),
        """Multiply 'multiply' cannot combine its 2 branches; axis -1 is 10 in one and 5 in the other:
    left   (batch, 10)
    right  (batch, 5)
Give both the same last axis, e.g. Dense(10) on 'right', or use Concatenate(axis=-1), giving (batch, 15).""",
    ),
    "widths of three": (
        lambda: layers.Add(name="join")(inputs(a=(8,), b=(6,), c=(8,))),
        """Add 'join' cannot combine its 3 branches; axis -1 differs (8, 6, 8):
    a  (batch, 8)
    b  (batch, 6)
    c  (batch, 8)
Give all the same last axis, e.g. Dense(8) on 'b', or use Concatenate(axis=-1), giving (batch, 22).""",
    ),
    "space": (
        lambda: layers.Average()(inputs(big=(32, 32, 8), small=(16, 32, 8))),
        """Average 'average' cannot combine its 2 branches; axis -3 is 32 in one and 16 in the other:
    big    (batch, 32, 32, 8)
    small  (batch, 16, 32, 8)
Give both the same size on axis -3: bring 'small' to 32 by pooling, strides, padding or upsampling, or reduce it to 1, """
        """which is repeated, or use Concatenate(axis=-3), giving (batch, 48, 32, 8).""",
    ),
    "ranks": (
        lambda: layers.Add()(inputs(steps=(7, 4), vector=(3,))),
        """Add 'add' cannot combine its 2 branches; axis -1 is 4 in one and 3 in the other:
    steps   (batch, 7, 4)
    vector  (batch, 3)
A branch with fewer axes gets them behind the batch axis: 'vector' counts as (batch, 1, 3). Reshape it to have the axes """
        """that the others have (size 1 where it is to be repeated).""",
    ),
    "the mode's name": (
        lambda: layers.Merge(mode="mul")(inputs(left=(10,), right=(5,))),
        """Merge 'merge' cannot combine its 2 branches; axis -1 is 10 in one and 5 in the other:
    left   (batch, 10)
    right  (batch, 5)
Give both the same last axis, e.g. Dense(10) on 'right', or use Concatenate(axis=-1), giving (batch, 15).""",
    ),
    "concatenation of ranks": (
        lambda: layers.Concatenate()(inputs(steps=(7, 4), vector=(3,))),
        """Concatenate 'concatenate' cannot join its 2 branches; they have different numbers of axes:
    steps   (batch, 7, 4)
    vector  (batch, 3)
Give all 3 axes, e.g. Reshape or RepeatVector on 'vector', or Flatten on the others.""",
    ),
    "concatenation along the wrong axis": (
        lambda: layers.Concatenate(axis=1)(inputs(p=(3, 4), q=(3, 5))),
        """Concatenate 'concatenate' cannot join its 2 branches along axis 1; axis -1 is 4 in one and 5 in the other:
    p  (batch, 3, 4)
    q  (batch, 3, 5)
Give them the same size on axis -1, e.g. Dense(4), or join along that axis: Concatenate(axis=-1), giving """
        """(batch, 3, 9).""",
    ),
    "concatenation along no axis": (
        lambda: layers.Concatenate(axis=3)(inputs(p=(3, 4), q=(3, 5))),
        """Concatenate 'concatenate' cannot join its 2 branches along axis 3: they have 3 axes (0 to 2, or -3 to -1):
    p  (batch, 3, 4)
    q  (batch, 3, 5)""",
    ),
    "dot of different sizes": (
        lambda: layers.Dot(axes=1)(inputs(left=(10,), right=(5,))),
        """Dot 'dot' cannot sum over axes 1 and 1 of its 2 branches; their sizes are 10 and 5:
    left   (batch, 10)
    right  (batch, 5)
Give both the same size there, e.g. Dense(10) on 'right'.""",
    ),
    "dot over axes that do not match": (
        lambda: layers.Dot(axes=1)(inputs(steps=(7, 4), more=(4, 7))),
        """Dot 'dot' cannot sum over axes 1 and 1 of its 2 branches; their sizes are 7 and 4:
    steps  (batch, 7, 4)
    more   (batch, 4, 7)
Give both the same size there, e.g. by Permute, Reshape or pooling, or sum over the axes that agree: Dot(axes=(1, 2)).""",
    ),
    "dot over the batch": (
        lambda: layers.Dot(axes=0)(inputs(left=(10,), right=(10,))),
        """Dot 'dot' cannot sum over axis 0 of 'left', which is the batch axis:
    left   (batch, 10)
    right  (batch, 10)
Choose one of its axes 1 to 1 (or -1 to -1).""",
    ),
    "dot over no axis": (
        lambda: layers.Merge(mode="dot", dot_axes=2)(inputs(left=(10,), right=(10,))),
        """Merge 'merge' (mode='dot') cannot sum over axis 2 of 'left', which does not exist:
    left   (batch, 10)
    right  (batch, 10)
Choose one of its axes 1 to 1 (or -1 to -1).""",
    ),
    "batches": (
        lambda: layers.Add()([np.ones((2, 3)), np.ones((4, 3))]),
        """Add 'add' cannot combine its 2 branches; they have different batch sizes:
    branch 0  (2, 3)
    branch 1  (4, 3)
Every branch needs the same number of samples.""",
    ),
    "a declared shape": (
        lambda: layers.Merge(mode=lambda xs: xs[0], output_shape=(4,))(inputs(a=(3,), b=(3,))),
        "Merge 'merge': `output_shape` says (batch, 4), the function's result has (batch, 3). Leave `output_shape` out: "
        "it is found by tracing",
    ),
    "reshape in attention": (
        lambda: layers.Reshape((5, 1))(layers.Dense(5, name="scores")(keras.Input((5, 5)))),
        """Reshape 'reshape' cannot turn (batch, 5, 5), the output of 'scores', into (batch, 5, 1): 25 values per sample """
        """against 5.
Dense(1) over the last axis gives (batch, 5, 1).
Reshape((25, 1)) keeps every value.
Reshape((5, 5, 1)) adds an axis of size 1.
Flatten() gives (batch, 25).""",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_shapes_that_do_not_fit(case):
    build, text = CASES[case]
    with pytest.raises(ShapeError) as caught:
        build()
    assert str(caught.value) == text


CALLS = {
    "one tensor": (
        lambda: layers.Add()(keras.Input((3,))),
        "Add 'add' joins a list of branches; it was called on one tensor (batch, 3). Write Add(...)([a, b])",
    ),
    "not tensors": (
        lambda: layers.Add()([np.ones((2, 3)), 5]),
        "Add 'add' joins tensors or arrays; entry 1 of its list is 5 (int)",
    ),
    "nested": (
        lambda: layers.Add()([np.ones((2, 3)), [np.ones((2, 3))]]),
        "Add 'add' joins a flat list of branches; entry 1 is a list",
    ),
    "none": (lambda: layers.Add()([]), "Add 'add' joins at least 1 branch; it was called on 0"),
    "three for subtract": (
        lambda: layers.Subtract()(inputs(a=(3,), b=(3,), c=(3,))),
        """Subtract 'subtract' joins exactly 2 branches; it was called on 3:
    a  (batch, 3)
    b  (batch, 3)
    c  (batch, 3)""",
    ),
    "three for cos": (
        lambda: layers.Merge(mode="cos")(inputs(a=(3,), b=(3,), c=(3,))),
        "Merge 'merge' (mode='cos') joins exactly 2 branches; it was called on 3",
    ),
}


@pytest.mark.parametrize("case", CALLS)
def test_what_is_no_list_of_branches(case):
    build, text = CALLS[case]
    with pytest.raises(BranchError) as caught:
        build()
    assert str(caught.value) == text


def test_merge_of_layers_says_how_to_write_it_now():
    with pytest.raises(BranchError, match=r"Merge\(mode='concat'\)\(\[a, b\]\)"):
        layers.Merge([layers.Dense(2), layers.Dense(2)])


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (lambda: layers.Merge(mode="concta"), ValueError, "unknown merge mode 'concta'; did you mean 'concat'?"),
        (lambda: layers.Dot(axes="1"), TypeError, "`axes` is an integer or a pair of integers, not '1'"),
        (lambda: layers.Dot(axes=(1, 1, 1)), ValueError, "`axes` is an integer or a pair of integers, not (1, 1, 1)"),
        (lambda: layers.Merge(mode="dot", dot_axes=None), TypeError,
         "`dot_axes` is an integer or a pair of integers, not None"),
        (lambda: layers.Concatenate(axis="last"), ValueError, "`axis` is an integer, not 'last'"),
    ],
)  # fmt: skip
def test_arguments(make, kind, text):
    with pytest.raises(kind) as caught:
        make()
    assert str(caught.value) == text
