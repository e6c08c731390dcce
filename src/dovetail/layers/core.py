"""Dense, Embedding, Masking, Lambda, Identity."""

import inspect
import warnings
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from .. import activations, constraints, initializers, regularizers
from ..engine.configs import revive
from ..engine.errors import ShapeError, format_shape
from ..engine.layer import Layer
from .arguments import describe, positive_int, refuse, seen_shape
from .lora import LowRankAdapted, MergedMatrix


class Dense(LowRankAdapted):
    """Fully connected layer: `activation(x @ kernel + bias)` over the last axis.

    Args:
        units: size of the output's last axis, a positive integer.
        activation: name or function applied to the result; None leaves it as it is.
        use_bias: whether to add a learned bias.
        lora_rank: of two small matrices that train in place of the kernel, see `enable_lora`; None trains the kernel.
        lora_alpha: their product counts `lora_alpha / lora_rank` times; None is `lora_rank`.
        quantization_config: Keras's; not supported yet, leave it out.

    Shapes:
        inputs: (batch, ..., features)
        output: (batch, ..., units)

    Weights:
        kernel: (features, units)
        bias: (units,), absent without `use_bias`

    Raises:
        ShapeError: `features` is unknown at build, or differs later.

    Example:
        >>> Dense(3)(jnp.ones((2, 5))).shape
        (2, 3)
    """

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ):
        refuse("Dense", quantization_config=quantization_config)
        super().__init__(lora_rank, lora_alpha, activity_regularizer=activity_regularizer, **kwargs)
        self.supports_masking = True
        self.units = positive_int("units", units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self._check_lora()

    def build(self, input_shape):
        if len(input_shape) < 2 or input_shape[-1] is None:
            raise ShapeError(
                f"{describe(self)} works over a last axis of known size, after a batch axis; "
                f"it got {format_shape(input_shape)}. Give the input a size there, "
                "e.g. Input((8,)) or, before Dense, a Reshape or a GlobalAveragePooling layer."
            )
        self.kernel = self.add_weight(
            name="kernel",
            shape=(input_shape[-1], self.units),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(self.units,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self._start_lora()

    def call(self, inputs):
        kernel = self._matrix_value()
        if inputs.ndim < 2 or inputs.shape[-1] != kernel.shape[0]:
            raise ShapeError(
                f"{describe(self)} was built for {kernel.shape[0]} features on the last axis; "
                f"it got {seen_shape(inputs)}"
            )
        x = inputs @ kernel
        if self.bias is not None:
            x = x + self.bias.value
        return self.activation(x)


class Embedding(LowRankAdapted):
    """Row `i` of a learned table for each integer `i`.

    Args:
        input_dim: number of rows; inputs are integers below it.
        output_dim: size of one row.
        mask_zero: whether 0 means "nothing here" and is masked in what follows.
        weights: the table's initial values, (input_dim, output_dim).
        lora_rank: of two small matrices that train in place of the table, see `enable_lora`; None trains the table.
        lora_alpha: their product counts `lora_alpha / lora_rank` times; None is `lora_rank`.
        quantization_config: Keras's; not supported yet, leave it out.

    Shapes:
        inputs: (batch, ...), integers; floats are cut to integers
        output: (batch, ..., output_dim)

    Weights:
        embeddings: (input_dim, output_dim)

    Mask: with `mask_zero`, `inputs != 0`.
    """

    not_in_config = ("weights",)
    adapted = "embeddings"
    embeddings: Any = MergedMatrix()

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ):
        refuse("Embedding", quantization_config=quantization_config)
        if kwargs.pop("input_length", None) is not None:
            warnings.warn("Embedding needs no `input_length` any more: leave it out.", stacklevel=2)
        super().__init__(lora_rank, lora_alpha, **kwargs)
        self.input_dim = positive_int("input_dim", input_dim)
        self.output_dim = positive_int("output_dim", output_dim)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = mask_zero
        self.supports_masking = mask_zero
        self.autocast = False  # integers kept as floats would lose their last digits in 16 bits
        self._check_lora()
        if weights is not None:
            self.build()
            self._matrix().assign(weights[0] if isinstance(weights, list) and len(weights) == 1 else weights)

    def build(self, input_shape=None):
        self.embeddings = self.add_weight(
            name="embeddings",
            shape=(self.input_dim, self.output_dim),
            initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
        )
        self._start_lora()

    def call(self, inputs):
        if inputs.dtype not in (jnp.int32, jnp.int64):
            inputs = inputs.astype(jnp.int32)
        return jnp.take(self._matrix_value(), inputs, axis=0)

    def compute_mask(self, inputs, previous_mask=None):
        return inputs != 0 if self.mask_zero else None


class ReversibleEmbedding(Embedding):
    """An embedding that also goes back: with `reverse=True` from vectors to a number for each row of the table.

    Args:
        input_dim, output_dim, mask_zero and what begins with `embeddings`: as in `Embedding`.
        tie_weights: whether the way back uses the table itself, or a matrix of its own.
        reverse_dtype: that the way back computes in; None is the dtype of inputs and table.
        logit_soft_cap: limits what comes back to it, `cap * tanh(x / cap)`.

    Shapes:
        inputs: (batch, ...) integers; with `reverse` (batch, ..., output_dim)
        output: (batch, ..., output_dim); with `reverse` (batch, ..., input_dim)

    Weights:
        embeddings: (input_dim, output_dim)
        reverse_embeddings: (output_dim, input_dim), without `tie_weights`

    Mask: that of `Embedding`; with `reverse` there is none.

    Reference: Press & Wolf 2016, arXiv:1608.05859.
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        tie_weights: bool = True,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        reverse_dtype: Any = None,
        logit_soft_cap: float | None = None,
        **kwargs: Any,
    ):
        self.tie_weights = tie_weights
        self.reverse_dtype = reverse_dtype
        self.logit_soft_cap = logit_soft_cap
        super().__init__(
            input_dim,
            output_dim,
            embeddings_initializer=embeddings_initializer,
            embeddings_regularizer=embeddings_regularizer,
            embeddings_constraint=embeddings_constraint,
            mask_zero=mask_zero,
            **kwargs,
        )

    def build(self, input_shape=None):
        super().build(input_shape)
        if not self.tie_weights:
            self.reverse_embeddings = self.add_weight(
                name="reverse_embeddings",
                shape=(self.output_dim, self.input_dim),
                initializer=self.embeddings_initializer,
            )

    def call(self, inputs, reverse=False):
        if not reverse:
            return super().call(inputs)
        if inputs.shape[-1] != self.output_dim:
            raise ShapeError(
                f"{describe(self)} goes back from vectors of {self.output_dim}; it got {seen_shape(inputs)}"
            )
        kernel = self._matrix_value().T if self.tie_weights else self.reverse_embeddings.value
        if self.reverse_dtype is not None:
            inputs, kernel = inputs.astype(self.reverse_dtype), kernel.astype(self.reverse_dtype)
        logits = inputs @ kernel
        if self.logit_soft_cap is None:
            return logits
        return jnp.tanh(logits / self.logit_soft_cap) * self.logit_soft_cap

    def _call_with_masks(self, args, kwargs, masks):
        if self._bind(args, kwargs).get("reverse"):
            return self.call(*args, **kwargs), [None]
        return super()._call_with_masks(args, kwargs, masks)


class Masking(Layer):
    """Masks each step whose features all equal `mask_value`, and sets them to 0.

    Args:
        mask_value: a number.

    Shapes:
        inputs, output: (batch, steps, ..., features)

    Mask: (batch, steps, ...), true where a feature differs from `mask_value`.
    """

    def __init__(self, mask_value: Any = 0.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.mask_value = mask_value

    def compute_mask(self, inputs, previous_mask=None):
        return jnp.any(inputs != self.mask_value, axis=-1)

    def call(self, inputs):
        kept = jnp.any(inputs != self.mask_value, axis=-1, keepdims=True)
        return jnp.where(kept, inputs, jnp.zeros((), inputs.dtype))


class Lambda(Layer):
    """`function(inputs, **arguments)`, for a function without weights.

    Args:
        function: of arrays; one that has parameters `mask` or `training` is given them.
        output_shape: accepted as in Keras; the shape is found by tracing the function.
        mask: the output's mask, or a function of (inputs, mask) giving it; None ends masks here.
        arguments: more keyword arguments of the function.

    Example:
        >>> Lambda(lambda x: x**2)(jnp.array([[3.0]]))
        Array([[9.]], dtype=float32)
    """

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Any = None,
        mask: Any = None,
        arguments: dict[str, Any] | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if not callable(function):
            raise TypeError(f"Lambda needs a function, not {function!r}")
        self.function = function
        self.output_shape = output_shape
        self.mask = mask
        self.arguments = arguments or {}
        self.supports_masking = mask is not None

    def call(self, inputs, mask=None, training=None):
        given = {"mask": mask, "training": training}
        wanted = inspect.getfullargspec(self.function).args
        extra = {name: value for name, value in given.items() if name in wanted}
        return self.function(inputs, **self.arguments | extra)

    def compute_mask(self, inputs, previous_mask=None):
        return self.mask(inputs, previous_mask) if callable(self.mask) else self.mask

    @classmethod
    def from_config(cls, config):
        return cls(**{name: revive(value) for name, value in config.items()})


class Identity(Layer):
    """Gives back what it gets, masks included."""

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs):
        return inputs
