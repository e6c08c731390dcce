"""EinsumDense: a dense layer over any axes, told by an equation."""

import re
from typing import Any

import jax.numpy as jnp

from .. import activations, constraints, initializers, regularizers
from ..engine.errors import ShapeError, format_shape
from .arguments import describe, refuse, seen_shape
from .lora import LowRankAdapted


class EinsumDense(LowRankAdapted):
    """`activation(einsum(equation, x, kernel) + bias)`.

    Args:
        equation: of the input, the kernel and the output, as `"abc,cd->abd"`; "..." may stand for axes in front or
            behind of input and output alike.
        output_shape: sizes of the output's axes without the batch, None where they are the input's.
        bias_axes: the output's axes that have a bias, as letters; None for no bias.
        lora_rank: of two small matrices that train in place of the kernel, see `enable_lora`; None trains the kernel.
        lora_alpha: their product counts `lora_alpha / lora_rank` times; None is `lora_rank`.
        gptq_unpacked_column_size, quantization_config: Keras's; not supported yet.

    Weights:
        kernel: the sizes of its letters
        bias: the sizes of `bias_axes`, 1 for axes behind the first of them that have none

    Raises:
        ValueError: the equation has another form, or names an axis that has no size.
    """

    def __init__(
        self,
        equation: str,
        output_shape: Any,
        activation: Any = None,
        bias_axes: str | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        gptq_unpacked_column_size: int | None = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ):
        refuse("EinsumDense", quantization_config=quantization_config)
        super().__init__(lora_rank, lora_alpha, **kwargs)
        self.equation = equation
        self.partial_output_shape = (output_shape,) if isinstance(output_shape, int) else tuple(output_shape)
        self.activation = activations.get(activation)
        self.bias_axes = bias_axes
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.supports_masking = False
        self._parts = _parsed(equation)
        self._check_lora()

    not_in_config = ("output_shape",)

    def get_config(self):
        config = super().get_config()
        return config | {"output_shape": list(self.partial_output_shape)}

    def build(self, input_shape):
        kernel_shape, bias_shape = self._shapes(tuple(input_shape))
        self.kernel = self.add_weight(
            name="kernel",
            shape=kernel_shape,
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if bias_shape is not None:
            self.bias = self.add_weight(
                name="bias",
                shape=bias_shape,
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self._start_lora()

    def _shapes(self, input_shape: tuple) -> tuple[tuple[int, ...], tuple[int, ...] | None]:
        """Of the kernel and of the bias."""
        inputs, kernel, outputs = self._parts
        hidden = len(input_shape) - len(inputs.replace("...", ""))
        if hidden < 0 or ("..." not in inputs and hidden):
            raise ShapeError(
                f"{describe(self)}: the equation {self.equation!r} has {len(inputs.replace('...', ''))} input axes; "
                f"the input is {format_shape(input_shape)}"
            )
        if inputs.startswith("..."):
            sizes = dict(zip(inputs[3:], input_shape[hidden:], strict=True))
        elif inputs.endswith("..."):
            sizes = dict(zip(inputs[:-3], input_shape[: len(input_shape) - hidden], strict=True))
        else:
            sizes = dict(zip(inputs, input_shape, strict=True))
        letters = outputs.replace("...", "")
        # sizes are told for the last axes; the batch, and what "..." stands for in front, has none
        given = self.partial_output_shape
        if outputs.endswith("..."):
            told = dict(zip(letters[1:], given[: len(letters) - 1], strict=False))
        else:
            told = dict(zip(reversed(letters), reversed(given), strict=False))
        for letter, size in told.items():
            if size is not None:
                if sizes.get(letter) not in (None, size):
                    raise ShapeError(
                        f"{describe(self)}: axis {letter!r} of {self.equation!r} is {sizes[letter]} in the input and "
                        f"{size} in `output_shape`"
                    )
                sizes[letter] = size
        missing = [letter for letter in kernel if sizes.get(letter) is None]
        if missing:
            raise ShapeError(
                f"{describe(self)}: axis {missing[0]!r} of the kernel in {self.equation!r} has no size: neither in the "
                f"input {format_shape(input_shape)} nor in output_shape={given}"
            )
        bias_shape = None
        if self.bias_axes:
            unknown = [axis for axis in self.bias_axes if axis not in letters]
            if unknown:
                raise ValueError(f"{describe(self)}: `bias_axes` has {unknown[0]!r}, which {outputs!r} lacks")
            first = min(letters.index(axis) for axis in self.bias_axes)
            bias_shape = tuple(sizes[letter] if letter in self.bias_axes else 1 for letter in letters[first:])
            if outputs.endswith("..."):
                bias_shape += (1,) * hidden
        return tuple(sizes[letter] for letter in kernel), bias_shape

    def call(self, inputs, training=None):
        kernel = self._matrix_value()
        try:
            x = jnp.einsum(self.equation, inputs, kernel)
        except ValueError as error:
            raise ShapeError(
                f"{describe(self)} was built for a kernel {kernel.shape} in {self.equation!r}; it got "
                f"{seen_shape(inputs)}"
            ) from error
        if self.bias is not None:
            x = x + self.bias.value
        return self.activation(x)


def _parsed(equation: str) -> tuple[str, str, str]:
    """The letters of input, kernel and output."""
    found = re.fullmatch(r"((?:\.\.\.)?[a-zA-Z]+(?:\.\.\.)?),([a-zA-Z]+)->((?:\.\.\.)?[a-zA-Z]+(?:\.\.\.)?)",
                         equation.replace(" ", ""))  # fmt: skip
    if found is None or ("..." in found[1]) != ("..." in found[3]):
        raise ValueError(f"an equation of EinsumDense looks like 'abc,cd->abd' or '...x,xy->...y'; got {equation!r}")
    return found[1], found[2], found[3]
