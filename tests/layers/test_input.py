import pytest

from dovetail.engine.errors import ShapeError
from dovetail.engine.naming import reset_names
from dovetail.engine.tensor import KerasTensor
from dovetail.layers import Input, InputLayer


@pytest.mark.parametrize(
    "arguments, shape, dtype",
    [
        ({"shape": (3,)}, (None, 3), "float32"),
        ({"shape": (), "dtype": "int32"}, (None,), "int32"),
        ({"shape": [None, 3], "batch_size": 2}, (2, None, 3), "float32"),
        ({"batch_shape": (4, 3), "dtype": bool}, (4, 3), "bool"),
        ({"tensor": KerasTensor((None, 7), "int8")}, (None, 7), "int8"),
    ],
)
def test_input(arguments, shape, dtype):
    tensor = Input(**arguments, name="a")
    assert (tensor.shape, tensor.dtype) == (shape, dtype)
    layer = tensor.node.operation
    assert layer.output is tensor
    assert layer.name == "a" and not tensor.node.inputs
    again = InputLayer.from_config(layer.get_config())
    assert (again.output.shape, again.output.dtype) == (shape, dtype)


def test_automatic_names():
    reset_names()
    assert [Input((1,)).name for _ in range(3)] == ["input_layer", "input_layer_1", "input_layer_2"]


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({}, "Input needs the `shape` of one sample, e.g. Input((32,))"),
        ({"shape": 3}, "a shape is a tuple, not the number 3: write (3,)"),
        (
            {"shape": (3,), "batch_shape": (None, 3)},
            "takes `batch_shape`, or `shape` and `batch_size`; not both",
        ),
        (
            {"shape": (2,), "tensor": KerasTensor((None, 7))},
            "was given a tensor (batch, 7) and the shape (batch, 2)",
        ),
    ],
)
def test_shapes_that_do_not_work(arguments, message):
    with pytest.raises(ShapeError) as error:
        Input(**arguments)
    assert message in str(error.value)


def test_wrong_tensors_and_sparse_inputs():
    with pytest.raises(ValueError, match="must be symbolic"):
        Input(tensor=3)
    with pytest.raises(ValueError, match="leave the dtype out"):
        Input(tensor=KerasTensor((None, 2)), dtype="int32")
    with pytest.raises(TypeError, match="dense arrays only"):
        Input((3,), sparse=True)
