"""CuDNNLSTM and CuDNNGRU: the layers of today on weights that lie as CuDNN had them."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ... import layers as today
from ...layers.arguments import settings
from ...layers.recurrent.cells import Cell, GRUCell, LSTMCell
from ...layers.recurrent.layers import RecurrentLayer
from .layouts import layout_of


class View:
    """A weight as a layer of today reads it, made of variables that lie otherwise."""

    def __init__(self, make: Callable[[], Any], shape: tuple[int, ...]):
        self._make, self.shape = make, shape

    @property
    def value(self) -> Any:
        return self._make()


class CuDNNCell(Cell):
    """A cell whose variables are CuDNN's, see `layouts.layout_of`.

    Weights:
        kernel: (features, gates * units); recurrent_kernel: (units, gates * units)
        bias: (2 * gates * units,), of the input and of the state
    """

    cudnn: str

    def build(self, input_shape):
        super().build(input_shape)
        self.cudnn_weights = [self.kernel, self.recurrent_kernel, self.bias]
        shapes = [self.kernel.shape, self.recurrent_kernel.shape, self.today_bias]
        views = [View(lambda index=index: self._today()[index], shape) for index, shape in enumerate(shapes)]
        self.kernel, self.recurrent_kernel, self.bias = views

    def _today(self) -> list[Any]:
        return layout_of(self.cudnn, {}, 2).to_today([variable.value for variable in self.cudnn_weights])

    @property
    def today_bias(self) -> tuple[int, ...]:
        raise NotImplementedError


class CuDNNLSTMCell(CuDNNCell, LSTMCell):
    cudnn = "CuDNNLSTM"

    @property
    def today_bias(self):
        return (4 * self.units,)

    def _weight(self, kind, shape, name=None):
        if kind != "bias":
            return Cell._weight(self, kind, shape, name)

        def initial(shape: tuple[int, ...], dtype: Any) -> Any:
            bias = np.array(self.bias_initializer(shape, dtype))
            if self.unit_forget_bias:  # of the state's half
                bias[5 * self.units : 6 * self.units] = 1
            return bias

        return self.add_weight(
            name="bias",
            shape=(8 * self.units,),
            initializer=initial,
            regularizer=self.bias_regularizer,
            constraint=self.bias_constraint,
        )


class CuDNNGRUCell(CuDNNCell, GRUCell):
    cudnn = "CuDNNGRU"

    @property
    def today_bias(self):
        return (2, 3 * self.units)

    def bias_shape(self):
        return (6 * self.units,)


class CuDNNLSTM(today.LSTM):
    """An LSTM with the weights of CuDNN: tanh, and sigmoid gates. The other arguments are those of `LSTM`."""

    cell_class = CuDNNLSTMCell
    not_in_config = (
        *RecurrentLayer.not_in_config, "activation", "recurrent_activation", "use_bias", "dropout", "recurrent_dropout",
        "unroll", "use_cudnn",
    )  # fmt: skip

    def __init__(
        self,
        units: int,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        **kwargs: Any,
    ):
        super().__init__(**settings(locals()), **kwargs)


class CuDNNGRU(today.GRU):
    """A GRU with the weights of CuDNN: tanh, sigmoid gates, `reset_after`. The other arguments are those of `GRU`."""

    cell_class = CuDNNGRUCell
    not_in_config = (*CuDNNLSTM.not_in_config, "reset_after")

    def __init__(
        self,
        units: int,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        **kwargs: Any,
    ):
        super().__init__(**settings(locals()), **kwargs)
