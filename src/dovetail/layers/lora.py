"""LoRA: a layer's large matrix stays as it is, and two small ones learn what is added to it."""

from typing import Any

import jax.numpy as jnp

from .. import initializers
from ..engine.context import entered, structure_changed
from ..engine.errors import StateError
from ..engine.layer import Layer
from ..engine.variable import Variable
from .arguments import describe, positive_int


class MergedMatrix:
    """The attribute `kernel` of a layer whose kernel is adapted: `kernel + lora_alpha / lora_rank * a @ b`, an array.

    Without LoRA the layer has a variable of that name of its own, which Python finds first.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, layer: Any, owner: type | None = None) -> Any:
        if layer is None:
            return self
        if not layer.__dict__.get("lora_enabled"):
            raise AttributeError(f"{describe(layer)} has no `{self.name}` yet: build it, or call it on data, first")
        return layer._matrix_value()


class LowRankAdapted(Layer):
    """A layer with a matrix that can be adapted by LoRA. A subclass names it and reads it by `_matrix_value()`.

    Reference: Hu et al. 2021, arXiv:2106.09685.
    """

    adapted = "kernel"
    kernel: Any = MergedMatrix()

    def __init__(self, lora_rank: int | None = None, lora_alpha: float | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.lora_rank = None if lora_rank is None else positive_int("lora_rank", lora_rank)
        self.lora_alpha = lora_rank if lora_alpha is None else lora_alpha
        self.lora_enabled = False

    def _check_lora(self) -> None:
        """Refuse a constraint beside LoRA: a constructor ends with this, and `build` with `_start_lora`."""
        if self.lora_rank is not None and self._constraint() is not None:
            raise self._constrained()

    def _start_lora(self) -> None:
        if self.lora_rank is not None:
            self._add_lora(self.lora_rank, self.lora_alpha)

    def enable_lora(
        self,
        rank: int,
        lora_alpha: float | None = None,
        a_initializer: Any = "he_uniform",
        b_initializer: Any = "zeros",
    ) -> None:
        """Freeze the layer's matrix, and train two small ones whose product is added to it. Compile the model again.

        The matrix stays frozen whatever `trainable` becomes later. Files hold the merged matrix.

        Args:
            rank: of what is added: the small matrices are (..., inputs, rank) and (rank, outputs).
            lora_alpha: what is added counts `lora_alpha / rank` times; None is `rank`.
            a_initializer, b_initializer: of the small matrices.

        Raises:
            StateError: the layer is not built, has LoRA already, or its matrix has a constraint.
        """
        if self._constraint() is not None:
            raise self._constrained()
        if not self.built:
            raise StateError(f"{describe(self)} is not built yet: call it on data before `enable_lora`")
        if self.lora_enabled:
            raise StateError(f"{describe(self)} has LoRA already, of rank {self.lora_rank}")
        rank = positive_int("rank", rank)
        with entered(path=tuple(self.path.split("/")), compute_dtype=None):
            self._add_lora(rank, rank if lora_alpha is None else lora_alpha, a_initializer, b_initializer)
        self._finish_build()  # a frozen layer stays frozen
        structure_changed()

    def _add_lora(self, rank: int, alpha: Any, a_initializer: Any = "he_uniform", b_initializer: Any = "zeros") -> None:
        matrix = self.__dict__.pop(self.adapted)
        matrix.trainable, matrix.stays_frozen = False, True
        setattr(self, f"_{self.adapted}", matrix)
        shapes = {"a": (*matrix.shape[:-1], rank), "b": (rank, matrix.shape[-1])}
        for letter, initializer in (("a", a_initializer), ("b", b_initializer)):
            name = f"lora_{self.adapted}_{letter}"
            small = self.add_weight(
                name=name,
                shape=shapes[letter],
                initializer=initializers.get(initializer),
                dtype="float32",  # small updates would be lost in 16 bits
                regularizer=getattr(self, f"{self.adapted}_regularizer"),
            )
            setattr(self, name, small)
        self.lora_rank, self.lora_alpha, self.lora_enabled = rank, alpha, True

    def _matrix(self) -> Variable:
        """The large matrix itself."""
        return self.__dict__[f"_{self.adapted}" if self.lora_enabled else self.adapted]

    def _small_matrices(self) -> tuple[Variable, Variable]:
        a, b = (self.__dict__[f"lora_{self.adapted}_{letter}"] for letter in "ab")
        return a, b

    def _matrix_value(self) -> Any:
        """The matrix that the layer computes with."""
        return self._merged().astype(self.compute_dtype) if self.lora_enabled else self._matrix().value

    def _merged(self) -> Any:
        a, b = self._small_matrices()
        return self._matrix().value + self.lora_alpha / self.lora_rank * jnp.matmul(a.value, b.value)

    def _own_variables(self) -> list[Variable]:
        """Those that files hold: the small matrices are merged into the large one there."""
        own = super()._own_variables()
        small = self._small_matrices() if self.lora_enabled else ()
        return [variable for variable in own if not any(variable is one for one in small)]

    def save_own_variables(self, store: Any) -> None:
        for index, variable in enumerate(self._own_variables()):
            is_merged = self.lora_enabled and variable is self._matrix()
            store[str(index)] = self._merged().astype(variable.dtype) if is_merged else variable._value

    def _finish_loading(self) -> None:
        """What was read is merged: nothing is added to it. One small matrix stays, else neither had a gradient."""
        if self.lora_enabled:
            _, b = self._small_matrices()
            b.assign(jnp.zeros(b.shape))

    def get_config(self) -> dict[str, Any]:
        names = () if self.lora_rank else ("lora_rank", "lora_alpha")
        return {name: value for name, value in super().get_config().items() if name not in names}

    def _constraint(self) -> Any:
        return getattr(self, f"{self.adapted}_constraint")

    def _constrained(self) -> StateError:
        return StateError(
            f"{describe(self)} has a {self.adapted}_constraint, which LoRA cannot keep: leave one of them out"
        )
