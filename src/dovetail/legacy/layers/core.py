"""Dense layers that later releases dropped, and what core layers of Keras 1 did otherwise."""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from ... import activations, constraints, initializers, regularizers
from ... import layers as today
from ...engine.errors import ShapeError, format_shape
from ...engine.layer import Layer
from ...engine.randomness import SeedGenerator
from ...layers.arguments import describe, positive_int
from ..releases import Release


class DenseLike(Layer):
    """What MaxoutDense and Highway share: arguments of `Dense`, on vectors."""

    def __init__(
        self,
        kernel_initializer: Any = "glorot_uniform",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_bias: bool = True,
        **kwargs: Any,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.use_bias = use_bias

    def features(self, input_shape: Any) -> int:
        if len(input_shape) != 2 or input_shape[1] is None:
            raise ShapeError(f"{describe(self)} needs inputs (batch, features); it got {format_shape(input_shape)}")
        return input_shape[1]

    def add_kernel(self, shape: tuple[int, ...]) -> Any:
        return self.add_weight(
            name="kernel",
            shape=shape,
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )

    def add_bias(self, shape: tuple[int, ...]) -> Any:
        if not self.use_bias:
            return None
        return self.add_weight(
            name="bias",
            shape=shape,
            initializer="zeros",
            regularizer=self.bias_regularizer,
            constraint=self.bias_constraint,
        )


class MaxoutDense(DenseLike):
    """The largest of several linear functions, for each unit.

    Args:
        units: size of the output.
        nb_feature: how many linear functions each unit has.

    Shapes:
        inputs: (batch, features)
        output: (batch, units)

    Weights:
        kernel: (nb_feature, features, units)
        bias: (nb_feature, units), absent without `use_bias`

    Reference: Goodfellow et al. 2013, arXiv:1302.4389.
    """

    def __init__(self, units: int, nb_feature: int = 4, **kwargs: Any):
        super().__init__(**kwargs)
        self.units = positive_int("units", units)
        self.nb_feature = positive_int("nb_feature", nb_feature)

    def build(self, input_shape):
        self.kernel = self.add_kernel((self.nb_feature, self.features(input_shape), self.units))
        self.bias = self.add_bias((self.nb_feature, self.units))

    def call(self, inputs):
        outputs = jnp.einsum("bi,kio->bko", inputs, self.kernel.value)
        return jnp.max(outputs if self.bias is None else outputs + self.bias.value, axis=1)


class Highway(DenseLike):
    """`t * activation(x @ kernel + bias) + (1 - t) * x`, where `t = sigmoid(x @ kernel_carry + bias_carry)`.

    Args:
        activation: of the transformed part.
        transform_bias: accepted; Keras 1.2 does not read it, `bias_carry` begins as 1.

    Shapes:
        inputs, output: (batch, features)

    Weights:
        kernel, kernel_carry: (features, features)
        bias, bias_carry: (features,), absent without `use_bias`

    Reference: Srivastava et al. 2015, arXiv:1505.00387.
    """

    def __init__(self, activation: Any = None, transform_bias: Any = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.activation = activations.get(activation)
        self.transform_bias = transform_bias

    def build(self, input_shape):
        features = self.features(input_shape)
        self.kernel = self.add_kernel((features, features))
        self.kernel_carry = self.add_weight(
            name="W_carry", shape=(features, features), initializer=self.kernel_initializer
        )
        self.bias = self.add_bias((features,))
        self.bias_carry = None
        if self.use_bias:
            self.bias_carry = self.add_weight(name="b_carry", shape=(features,), initializer="ones")

    def call(self, inputs):
        carry, new = inputs @ self.kernel_carry.value, inputs @ self.kernel.value
        if self.bias is not None:
            carry, new = carry + self.bias_carry.value, new + self.bias.value
        gate = jax.nn.sigmoid(carry)
        return gate * self.activation(new) + (1 - gate) * inputs


class TimeDistributedDense(today.Dense):
    """A Dense layer at every step, (batch, steps, features)."""

    takes_steps = True

    def build(self, input_shape):
        if len(input_shape) != 3:
            raise ShapeError(
                f"{describe(self)} needs inputs (batch, steps, features); it got {format_shape(tuple(input_shape))}"
            )
        super().build(input_shape)


class Embedding(today.Embedding):
    """As today's, and Keras 1's dropout of whole rows.

    Args:
        dropout: share of the rows that are 0 in training, everywhere in the batch alike.
    """

    def __init__(self, *args: Any, dropout: float = 0.0, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.dropout = dropout or 0.0
        if not 0 <= self.dropout < 1:
            raise ValueError(f"{describe(self)}: `dropout` is a share from 0 to below 1, not {dropout!r}")
        if self.dropout:
            self.seed_generator = SeedGenerator(None)

    def call(self, inputs, training=False):
        rows = super().call(inputs)
        if not training or not self.dropout:
            return rows
        kept = jax.random.bernoulli(self.seed_generator.next(), 1 - self.dropout, (self.input_dim,))
        factor = jnp.take(kept / (1 - self.dropout), inputs.astype(jnp.int32), axis=0)
        return rows * factor[..., None].astype(rows.dtype)


class Lambda(today.Lambda):
    """As today's; without `mask` the mask of its input ends here, except in Keras 1, where none may come."""

    release: ClassVar[Release]
    refuse_mask: Any

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.supports_masking = True

    def compute_mask(self, inputs, previous_mask=None):
        if self.release.dialect == 1 and self.mask is None and jax.tree.leaves(previous_mask):
            self.refuse_mask()
        return super().compute_mask(inputs, previous_mask)


class InputLayer(today.InputLayer):
    """As today's; `OldLayer` has read the shape, by any release's name."""

    def __init__(
        self,
        dtype: Any = None,
        input_tensor: Any = None,
        sparse: bool = False,
        batch_shape: Any = None,
        shape: Any = None,
        batch_size: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        wanted = self.__dict__.get("_old_input") or {}
        if batch_shape is None and wanted:
            batch_shape, dtype = wanted["batch_shape"], dtype or wanted["dtype"]
        if batch_shape is not None and batch_size is not None:
            batch_shape, batch_size = (batch_size, *batch_shape[1:]), None
        given = {"shape": shape, "batch_size": batch_size, "batch_shape": batch_shape, "input_tensor": input_tensor}
        super().__init__(dtype=dtype, sparse=sparse, name=name, **given, **kwargs)
