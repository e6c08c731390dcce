"""`keras.utils.test_utils`: random data, and checks of a layer."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.testing import assert_allclose

from ...engine.dtypes import floatx
from ..layers import layer as layer_of
from ..models import model_class
from ..names import input_of
from ..releases import current_release

__all__ = ["get_test_data", "layer_test", "tf_file_io_proxy"]


def get_test_data(
    num_train: int = 1000,
    num_test: int = 500,
    input_shape: tuple[int, ...] = (10,),
    output_shape: tuple[int, ...] = (2,),
    classification: bool = True,
    num_classes: int = 2,
    **kwargs: Any,
) -> Any:
    """Random ((x_train, y_train), (x_test, y_test)): normal around each sample's class, or around a random number.

    Args:
        kwargs: the same by their names in Keras 1: `nb_train`, `nb_test`, `nb_class`.
    """
    num_train, num_test = kwargs.pop("nb_train", num_train), kwargs.pop("nb_test", num_test)
    num_classes = kwargs.pop("nb_class", num_classes)
    if kwargs:
        raise TypeError(f"get_test_data has no argument {next(iter(kwargs))!r}")
    samples = num_train + num_test
    centers = np.random.randint(0, num_classes, samples) if classification else np.random.random(samples)

    def around(shape: tuple[int, ...]) -> np.ndarray:
        return np.random.normal(centers.reshape(-1, *[1] * len(shape)), 0.7, (samples, *shape)).astype(floatx())

    x, y = around(tuple(input_shape)), centers if classification else around(tuple(output_shape))
    return (x[:num_train], y[:num_train]), (x[num_train:], y[num_train:])


def layer_test(
    layer_cls: Any,
    kwargs: dict[str, Any] | None = None,
    input_shape: Any = None,
    input_dtype: Any = None,
    input_data: Any = None,
    expected_output: Any = None,
    expected_output_dtype: Any = None,
    fixed_batch_size: bool = False,
) -> np.ndarray:
    """Check a layer: shapes that were said and that come out, configuration there and back, weights, one training step.

    Returns:
        The layer's output for the input.

    Raises:
        AssertionError: something differs.
    """
    release = current_release()
    kwargs = kwargs or {}
    if input_data is None:
        shape = [np.random.randint(1, 4) if size is None else size for size in input_shape]
        input_data = (10 * np.random.random(shape)).astype(input_dtype or floatx())
    input_shape = input_shape or input_data.shape
    cls = layer_of(release, layer_cls) if isinstance(layer_cls, str) else layer_cls
    layer = cls(**kwargs)
    new_input = input_of(release)
    x = new_input(batch_shape=input_shape) if fixed_batch_size else new_input(shape=input_shape[1:])
    y = layer(x)
    if expected_output_dtype is not None:
        assert y.dtype == expected_output_dtype, (y.dtype, expected_output_dtype)
    build = model_class(release, "Model")
    model = build(x, y)
    output = model.predict(input_data)
    for said, found in zip(y.shape, output.shape, strict=True):
        assert said in (None, found), (y.shape, output.shape)
    if expected_output is not None:
        assert_allclose(output, expected_output, rtol=1e-3)
    again = cls.from_config(layer.get_config())
    other = build(x, again(x))
    other.set_weights(model.get_weights())
    assert_allclose(other.predict(input_data), output, rtol=1e-3)
    model.compile("rmsprop", "mse")
    model.train_on_batch(input_data, output)
    return output


class tf_file_io_proxy:
    """Files in Google's cloud: not here."""

    def __init__(self, file_io_module: Any = None, bucket_name: str | None = None):
        raise NotImplementedError("files in a bucket (gs://...) are not read here: copy them to this machine")


def keras_test(func: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator for test functions, which cleared Theano's and TensorFlow's state."""

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return func(*args, **kwargs)

    return wrapper


KERAS1 = {"keras_test": keras_test}
