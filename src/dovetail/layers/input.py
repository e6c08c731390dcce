"""Where a graph begins: `Input` gives a symbolic tensor, the output of an `InputLayer`."""

from typing import Any

from ..engine.dtypes import standardize_dtype
from ..engine.errors import ShapeError, format_shape
from ..engine.layer import Layer
from ..engine.operation import Node
from ..engine.tensor import KerasTensor, standardize_shape


class InputLayer(Layer):
    """The layer at the start of a graph; it has an output and no input.

    Args:
        shape: of one sample, None for an open axis.
        batch_size: None leaves it open.
        dtype: of the values, `floatx()` when None.
        sparse, ragged: must be false: JAX has dense arrays only.
        batch_shape: `shape` with the batch axis in front, in place of `shape` and `batch_size`.
        input_tensor: an existing symbolic tensor that becomes this layer's output.
        optional: whether a model accepts None for this input.

    Raises:
        ShapeError: no shape, two shapes, or one that is not the input tensor's.
    """

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Any = None,
        input_tensor: KerasTensor | None = None,
        optional: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ):
        shape = kwargs.pop("input_shape", shape)  # how models of Keras 2 have it
        batch_shape = kwargs.pop("batch_input_shape", batch_shape)
        if input_tensor is not None:
            _check_tensor(input_tensor, dtype)
            dtype = input_tensor.dtype
        super().__init__(name=name, dtype=standardize_dtype(dtype), **kwargs)
        self.batch_shape = _full_shape(shape, batch_size, batch_shape, input_tensor)
        self.sparse, self.ragged = bool(sparse), bool(ragged)
        self.optional = optional
        if input_tensor is None:
            input_tensor = KerasTensor(self.batch_shape, self.dtype, self.sparse, self.ragged, name=self.name)
        Node(self, (), {}, input_tensor)
        self.built = True

    @property
    def input(self) -> KerasTensor:
        """The symbolic tensor itself."""
        return self.output

    def call(self) -> None:
        """Nothing to compute: the value is given to the model."""

    def get_config(self) -> dict[str, Any]:
        names = ("batch_shape", "dtype", "sparse", "ragged", "name", "optional")
        return {name: getattr(self, name) for name in names}


def Input(
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: KerasTensor | None = None,
    optional: bool = False,
) -> KerasTensor:
    """A symbolic tensor to start a graph with; the arguments are those of `InputLayer`.

    Example:
        >>> Input((32,)).shape
        (None, 32)
    """
    return InputLayer(shape, batch_size, dtype, sparse, ragged, batch_shape, tensor, optional, name).output


def _full_shape(shape: Any, batch_size: int | None, batch_shape: Any, tensor: KerasTensor | None) -> tuple:
    if batch_shape is not None and (shape is not None or batch_size is not None):
        raise ShapeError("Input takes `batch_shape`, or `shape` and `batch_size`; not both")
    if shape is not None:
        batch_shape = (batch_size, *standardize_shape(shape))
    if tensor is not None:
        if batch_shape is None:
            batch_shape = tensor.shape if batch_size is None else (batch_size, *tensor.shape[1:])
        if standardize_shape(batch_shape) != tensor.shape:
            raise ShapeError(
                f"Input was given a tensor {format_shape(tensor.shape)} "
                f"and the shape {format_shape(tuple(batch_shape))}; leave the shape out"
            )
    if batch_shape is None:
        raise ShapeError("Input needs the `shape` of one sample, e.g. Input((32,))")
    return standardize_shape(batch_shape)


def _check_tensor(tensor: Any, dtype: Any) -> None:
    if not isinstance(tensor, KerasTensor):
        raise ValueError(f"the input tensor must be symbolic, made by Input or a layer's call; got {tensor!r}")
    if dtype is not None and standardize_dtype(dtype) != tensor.dtype:
        raise ValueError(f"Input was given a {tensor.dtype} tensor and dtype={dtype!r}; leave the dtype out")
