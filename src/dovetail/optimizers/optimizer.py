"""Optimizer: variables around a small optax transformation, and what all optimizers share, once.

A subclass gives the transformation (`transform`), or the update of one weight (`update_step`), as Keras's do. Clipping,
weight decay, loss scaling, accumulation of gradients, moving averages, constraints and the learning rate are links that
this class puts around it.
"""

import inspect
import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ..engine.configs import Configured, constructor_values, did_you_mean_keyword, get, snake_case, to_config
from ..engine.context import StatelessScope, entered
from ..engine.dtypes import is_float
from ..engine.errors import StateError
from ..engine.naming import unique_name
from ..engine.variable import Variable
from .schedules import LearningRateSchedule, learning_rate_of


class Rule(NamedTuple):
    """An update rule: a pair of functions as optax's `GradientTransformationExtraArgs` has them."""

    init: Callable[..., Any]
    update: Callable[..., Any]


class Optimizer(Configured):
    """Base of optimizers.

    An optimizer of one's own makes its variables in `build(variables)`, after `super().build(variables)`, with
    `add_variable_from_reference`, and updates one weight in `update_step(gradient, variable, learning_rate)`, with
    `assign`, `assign_add` and `assign_sub`.

    Args:
        learning_rate: a number, a schedule (a function of the number of steps done), or a function
            without arguments.
        weight_decay: every update also takes this share, times the learning rate, off the weights.
        clipnorm: largest norm of each gradient.
        clipvalue: largest absolute value in each gradient.
        global_clipnorm: largest norm of all gradients together. At most one of the three may be given.
        use_ema: keep moving averages of the weights, which replace the weights at the end of `fit`.
        ema_momentum: of the averages.
        ema_overwrite_frequency: replace the weights by the averages every so many updates, too.
        loss_scale_factor: the loss is multiplied by it and the gradients divided, for 16-bit training.
        gradient_accumulation_steps: update once in so many steps, with the mean gradient.
        name: of the optimizer.
    """

    listed_apart: tuple[str, ...] = ()  # slots that Keras lists after the others, one slot after another

    def __init__(
        self,
        learning_rate: Any,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        if kwargs.pop("decay", None) is not None:
            warnings.warn(
                "`decay` is ignored, as in Keras 3. What it did in Keras 2: "
                "`learning_rate=schedules.InverseTimeDecay(learning_rate, 1, decay)`",
                stacklevel=3,
            )
        if kwargs:
            raise TypeError(did_you_mean_keyword(type(self), next(iter(kwargs))))
        clips = {"clipnorm": clipnorm, "clipvalue": clipvalue, "global_clipnorm": global_clipnorm}
        chosen = [key for key, value in clips.items() if value is not None]
        if len(chosen) > 1:
            raise ValueError(f"only one way of clipping can be used; got {' and '.join(chosen)}")
        for key in chosen:
            if clips[key] <= 0:
                raise ValueError(f"`{key}` must be positive, not {clips[key]!r}")
        if use_ema and not 0 <= ema_momentum <= 1:
            raise ValueError(f"`ema_momentum` is between 0 and 1, not {ema_momentum!r}")
        if use_ema and ema_overwrite_frequency is not None and ema_overwrite_frequency < 1:
            raise ValueError(f"`ema_overwrite_frequency` is at least 1, not {ema_overwrite_frequency!r}")
        if gradient_accumulation_steps is not None and gradient_accumulation_steps < 2:
            raise ValueError(f"`gradient_accumulation_steps` is at least 2, not {gradient_accumulation_steps!r}")
        self.name = name or unique_name(snake_case(type(self).__name__))
        self.weight_decay = weight_decay
        self.clipnorm, self.clipvalue, self.global_clipnorm = clipnorm, clipvalue, global_clipnorm
        self.use_ema, self.ema_momentum = use_ema, ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self.built = False
        self._not_decayed: list[Variable] = []
        self._not_decayed_names: tuple[str, ...] = ()
        with entered(path=(self.name,)):
            self._iterations = Variable(0, dtype="int32", trainable=False, name="iteration")
            self._learning_rate = self._as_rate(learning_rate_of(learning_rate))
        self._added: list[Variable] = []  # averages, accumulators and what a subclass adds, in this order
        self._slots: list[Variable] = []  # the state of the transformation
        self._places: list[int] = []  # for every slot the weight that it belongs to; -1 for none
        self._fields: list[str] = []  # for every slot what it is called in the state
        self._averages: list[Variable] = []
        self._is_swapped = False  # whether the averages are in the weights at present
        self._accumulators: list[Variable] = []
        self._trainable_variables: list[Variable] = []
        self._learned: list[Variable] = []  # those of them that are not simply overwritten with their gradient

    def _as_rate(self, learning_rate: Any) -> Any:
        if callable(learning_rate):
            return learning_rate
        return Variable(float(learning_rate), dtype="float32", trainable=False, name="learning_rate")

    # -- what a subclass gives

    def transform(self) -> Rule:
        """The update rule over a list of weights.

        Its `update` gets `learning_rate` and `iterations` (updates done so far) as extra arguments and returns what is
        added to the weights. Its state is a named tuple whose fields are lists, one array a weight, named as Keras
        names them ("momentum", "velocity").
        """
        raise NotImplementedError(f"{type(self).__name__} needs an `update_step(gradient, variable, learning_rate)`")

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Update one weight; called for each, in an optimizer that has no `transform`."""
        raise NotImplementedError(f"{type(self).__name__} needs an `update_step(gradient, variable, learning_rate)`")

    @property
    def _has_transform(self) -> bool:
        return type(self).transform is not Optimizer.transform

    # -- state

    def build(self, variables: Sequence[Variable]) -> None:
        """Make the slots for these weights."""
        if self.built:
            return
        self._trainable_variables = list(variables)
        self._learned = [variable for variable in self._trainable_variables if not _is_overwritten(variable)]
        if self.use_ema:
            self._averages = [self._slot(v, "average", _wide(v.value)) for v in self._learned]
        if self.gradient_accumulation_steps:
            self._accumulators = [
                self._slot(v, "gradient_accumulator", _wide(np.zeros(v.shape, v.dtype)))
                for v in self._trainable_variables
            ]
        self._added += [*self._averages, *self._accumulators]
        if self._has_transform:
            self._build_transform()
        self.built = True

    def _build_transform(self) -> None:
        for path, start in self._begun():
            field, index = _field_and_index(path)
            if index is not None and index < len(self._learned):
                slot = self._slot(self._learned[index], field, start)
            else:
                slot = self._variable(start, field)
            self._slots.append(slot)
            self._fields.append(field)
            self._places.append(-1 if index is None else index)

    def _begun(self) -> list[tuple[Any, Any]]:
        """The transformation, made; returns the leaves of its first state, with their paths."""
        self._transform = self.transform()
        state = self._transform.init([_wide(variable.value) for variable in self._learned])
        paths, self._structure = jax.tree_util.tree_flatten_with_path(state)
        return paths

    def __getstate__(self) -> dict[str, Any]:
        """For copies and pickles: all but the transformation's functions, which are made again."""
        return {name: value for name, value in vars(self).items() if name not in ("_transform", "_structure")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if self.built and self._has_transform:
            self._begun()

    def _slot(self, variable: Variable, name: str, value: Any) -> Variable:
        return self._variable(value, f"{variable.path.replace('/', '_')}_{name}")

    def _variable(self, value: Any, name: str | None, **arguments: Any) -> Variable:
        with entered(path=(self.name,)):
            return Variable(value, trainable=False, autocast=False, name=name, **arguments)

    def add_variable(
        self,
        shape: Any,
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: str = "none",
        layout: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Make a variable of this optimizer, saved and trained with it."""
        made = self._variable(
            get("initializer", initializer), name, shape=tuple(shape), dtype=dtype, aggregation=aggregation,
            layout=layout,
        )  # fmt: skip
        self._added.append(made)
        return made

    def add_variable_from_reference(
        self, reference_variable: Variable, name: str | None = None, initializer: Any = "zeros"
    ) -> Variable:
        """Make a variable in the shape and dtype of a weight, named after both."""
        name = f"{reference_variable.path.replace('/', '_')}_{name or 'var'}"
        return self.add_variable(reference_variable.shape, initializer, reference_variable.dtype, name=name)

    def add_optimizer_variables(self, trainable_variables: Sequence[Variable], name: Any, initializer: Any = "zeros"):
        """A variable for each weight: a list of them, or for several names a tuple of lists.

        A weight that is overwritten with its gradient needs none: its entry is None.
        """
        names = [name] if isinstance(name, str) else list(name)
        many = isinstance(initializer, (list, tuple))
        initializers = list(initializer) if many else [initializer] * len(names)
        if len(names) != len(initializers):
            raise ValueError(f"{len(names)} names need as many initializers, not {len(initializers)}")
        made: tuple[list, ...] = tuple([] for _ in names)
        for variable in trainable_variables:
            for group, key, start in zip(made, names, initializers, strict=True):
                skipped = _is_overwritten(variable)
                group.append(None if skipped else self.add_variable_from_reference(variable, key, start))
        return made[0] if isinstance(name, str) else made

    def assign(self, variable: Variable, value: Any) -> None:
        variable.assign(value)

    def assign_add(self, variable: Variable, value: Any) -> None:
        variable.assign_add(value)

    def assign_sub(self, variable: Variable, value: Any) -> None:
        variable.assign_sub(value)

    def _get_variable_index(self, variable: Variable) -> int:
        """The place of a weight among those that the optimizer was built for: optimizers written for Keras ask it."""
        return self._index[id(variable)]

    @property
    def _index(self) -> dict[int, int]:
        return {id(variable): index for index, variable in enumerate(self._trainable_variables)}

    @property
    def variables(self) -> list[Variable]:
        """In Keras's order: iteration, learning rate, averages, accumulators, slots."""
        rate = [self._learning_rate] if isinstance(self._learning_rate, Variable) else []
        slots = [self._slots[number] for number in sorted(range(len(self._slots)), key=self._rank)]
        found = [self._iterations, *rate, *self._added, *slots]
        known = {id(variable) for variable in found}
        own = [v for v in vars(self).values() if isinstance(v, Variable) and id(v) not in known]
        return found + own

    def settings(self) -> Any:
        """What programs take for constant: plain settings, and which variables there are."""
        public = ((name, value) for name, value in vars(self).items() if not name.startswith("_"))
        plain = tuple((name, value) for name, value in public if isinstance(value, PLAIN))
        return id(self), plain, id(self._learning_rate), tuple(id(variable) for variable in self.variables)

    def _rank(self, number: int) -> tuple[int, int]:
        """Slots come weight by weight, what belongs to no weight last."""
        field, place = self._fields[number], self._places[number]
        group = self.listed_apart.index(field) + 1 if field in self.listed_apart else 0
        return group, place if place >= 0 else len(self._learned)

    @property
    def iterations(self) -> Any:
        """The number of updates done; where gradients are accumulated, fewer than steps."""
        return self._updates_done if self.gradient_accumulation_steps else self._iterations

    @property
    def _updates_done(self) -> Any:
        steps = self._iterations.value
        return steps // self.gradient_accumulation_steps if self.gradient_accumulation_steps else steps

    @property
    def learning_rate(self) -> Any:
        """The present learning rate: a variable, or what the schedule gives now."""
        if isinstance(self._learning_rate, Variable):
            return self._learning_rate
        if isinstance(self._learning_rate, LearningRateSchedule) or _takes_step(self._learning_rate):
            return self._learning_rate(self._iterations.value)
        return self._learning_rate()

    @property
    def learning_rate_variable(self) -> Variable | None:
        """The variable that holds the learning rate; None where a schedule gives it."""
        return self._learning_rate if isinstance(self._learning_rate, Variable) else None

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if callable(value) and not isinstance(value, Variable):
            self._learning_rate = value
        elif isinstance(self._learning_rate, Variable):
            self._learning_rate.assign(value)
        else:
            raise TypeError(
                f"the learning rate of {self.name!r} follows a schedule; to set it by hand, make the optimizer "
                "with a number"
            )

    def exclude_from_weight_decay(
        self, var_list: Iterable[Variable] | None = None, var_names: Iterable[str] | None = None
    ) -> None:
        """These weights, and those whose names match one of the patterns `var_names`, do not decay.

        Raises:
            StateError: the optimizer is built already.
        """
        if self.built:
            raise StateError(f"{self.name!r} is built: call `exclude_from_weight_decay` before `fit` or `build`")
        self._not_decayed = list(var_list or ())
        self._not_decayed_names = tuple(var_names or ())

    def _decays(self, variable: Variable) -> bool:
        named = any(re.search(pattern, variable.name) for pattern in self._not_decayed_names)
        return not named and all(variable is not one for one in self._not_decayed)

    def _decay_of(self, variable: Variable) -> float | None:
        """The share of a weight that decays, unless it is excluded."""
        return self.weight_decay

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Assign arrays to `variables`, in their order."""
        if not self.built:
            raise StateError(f"{self.name!r} is not built yet: call `build(model.trainable_variables)` first")
        if len(weights) != len(self.variables):
            raise StateError(f"{self.name!r} has {len(self.variables)} variables; {len(weights)} arrays were given")
        for variable, value in zip(self.variables, weights, strict=True):
            variable.assign(value)

    def save_own_variables(self, store: Any) -> None:
        """Write the variables into a dictionary of arrays, numbered as Keras numbers them."""
        for number, variable in enumerate(self.variables):
            store[str(number)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Read the variables from what `save_own_variables` wrote.

        Raises:
            StateError: the file holds the state of another optimizer or model.
        """
        variables = self.variables
        if len(store) != len(variables):
            hint = "" if self.built else ": it is not built yet"
            raise StateError(f"{self.name!r} has {len(variables)} variables, {len(store)} are stored{hint}")
        for number, variable in enumerate(variables):
            variable.assign(np.asarray(store[str(number)]))

    # -- updates

    def scale_loss(self, loss: Any) -> Any:
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]]) -> Any:
        """Update the weights with pairs of (gradient, weight)."""
        pairs = list(grads_and_vars)
        self.apply([gradient for gradient, _ in pairs], [variable for _, variable in pairs])
        return self._iterations

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Variable] | None = None) -> None:
        """One update. A weight whose gradient is None stays."""
        grads = list(grads)
        if not grads:
            return
        if trainable_variables is not None and not self.built:
            self.build(list(trainable_variables))
        gradients = self._by_place(grads, trainable_variables)
        self._overwrite(gradients)
        gradients = [gradients[place] for place, v in enumerate(self._trainable_variables) if not _is_overwritten(v)]
        if self.loss_scale_factor is not None:
            gradients = _each(lambda g: g / self.loss_scale_factor, gradients)
        if all(gradient is None for gradient in gradients):
            pass  # all weights were overwritten
        elif self.gradient_accumulation_steps:
            self._accumulate(gradients)
        else:
            self._update(gradients)
        if self.use_ema:
            self._update_averages()
        for variable, gradient in zip(self._learned, gradients, strict=True):
            if variable.constraint is not None and gradient is not None:
                variable.assign(variable.constraint(variable.value))
        self._iterations.assign_add(1)

    def _by_place(self, grads: list[Any], trainable_variables: Sequence[Variable] | None) -> list[Any]:
        """The gradients in the order of the weights that the optimizer was built for, None where there is none."""
        if not self.built:
            raise StateError(f"{self.name!r} is not built yet: call `build(model.trainable_variables)` first")
        variables = list(self._trainable_variables if trainable_variables is None else trainable_variables)
        if len(grads) != len(variables):
            raise StateError(f"{len(grads)} gradients were given for {len(variables)} weights")
        if all(gradient is None for gradient in grads):
            raise StateError("no gradient was given: does the loss depend on any trainable weight?")
        known = self._index
        gradients: list[Any] = [None] * len(known)
        for variable, gradient in zip(variables, grads, strict=True):
            if id(variable) not in known:
                raise StateError(
                    f"{self.name!r} was built for other weights: it does not know {variable.path!r}. "
                    "Compile the model again, or use one optimizer for each set of weights"
                )
            gradients[known[id(variable)]] = gradient
        paths = [v.path for v, gradient in zip(variables, grads, strict=True) if gradient is None]
        if paths:
            warnings.warn(f"no gradients for {', '.join(paths)}: the loss does not depend on them", stacklevel=4)
        return gradients

    def _overwrite(self, gradients: list[Any]) -> None:
        """Weights marked `overwrite_with_gradient` become their gradient; the largest of those that accumulate."""
        for place, (variable, gradient) in enumerate(zip(self._trainable_variables, gradients, strict=True)):
            if not _is_overwritten(variable) or gradient is None:
                continue
            if not self.gradient_accumulation_steps:
                variable.assign(gradient)
                continue
            gathered = self._accumulators[place]
            largest = jnp.maximum(gathered.value, gradient)
            variable.assign(jnp.where(self._is_due, largest, variable.value))
            gathered.assign(jnp.where(self._is_due, jnp.zeros_like(largest), largest))

    @property
    def _is_due(self) -> Any:
        """Whether this step, where gradients accumulate, updates."""
        return (self._iterations.value + 1) % self.gradient_accumulation_steps == 0

    def _accumulate(self, gradients: list[Any]) -> None:
        """Add up gradients; at every `gradient_accumulation_steps`-th step update with their mean."""
        places = [place for place, variable in enumerate(self._trainable_variables) if not _is_overwritten(variable)]
        accumulators = [self._accumulators[place] for place in places]
        kept = (self._iterations, self._learning_rate)
        changed = [*self._learned, *(v for v in self.variables if not any(v is one for one in kept))]
        totals = [a.value if g is None else a.value + g for a, g in zip(accumulators, gradients, strict=True)]

        def update() -> None:
            self._update([
                None if g is None else t / self.gradient_accumulation_steps
                for g, t in zip(gradients, totals, strict=True)
            ])  # fmt: skip
            for accumulator, gradient in zip(accumulators, gradients, strict=True):
                if gradient is not None:  # else what was gathered waits for the next update, as in Keras
                    accumulator.assign(jnp.zeros_like(accumulator.value))

        def wait() -> None:
            for accumulator, total in zip(accumulators, totals, strict=True):
                accumulator.assign(total)

        assign_either(self._is_due, update, wait, changed)

    def _rate(self) -> Any:
        """The learning rate of the next update."""
        return self.learning_rate

    def _update(self, gradients: list[Any]) -> None:
        rate = self._rate()
        rate = jnp.asarray(rate.value if isinstance(rate, Variable) else rate, jnp.float32)
        if self._has_transform:
            self._update_together(self._clipped(_each(_wide, gradients)), rate)
        else:
            self._update_one_by_one(self._clipped(gradients), rate)

    def _decayed(self, variable: Variable, value: Any, gradient: Any, rate: Any) -> Any:
        decay = self._decay_of(variable)
        if decay is None or gradient is None or not self._decays(variable):
            return value
        return value - value * (decay * rate).astype(value.dtype)

    def _update_together(self, gradients: list[Any], rate: Any) -> None:
        values = [
            self._decayed(variable, _wide(variable.value), gradient, rate)
            for variable, gradient in zip(self._learned, gradients, strict=True)
        ]
        state = self._structure.unflatten(slot.value for slot in self._slots)
        given = [jnp.zeros_like(v) if g is None else g for g, v in zip(gradients, values, strict=True)]
        updates, new_state = self._transform.update(
            given, state, values, learning_rate=rate, iterations=self._updates_done
        )
        absent = {index for index, gradient in enumerate(gradients) if gradient is None}
        for slot, value, index in zip(self._slots, jax.tree.leaves(new_state), self._places, strict=True):
            if index not in absent:
                slot.assign(value)
        for index, (variable, value, update) in enumerate(zip(self._learned, values, updates, strict=True)):
            if index not in absent:
                variable.assign(value + update.astype(value.dtype))

    def _update_one_by_one(self, gradients: list[Any], rate: Any) -> None:
        pairs = [(v, gradient) for v, gradient in zip(self._learned, gradients, strict=True) if gradient is not None]
        for variable, gradient in pairs:
            variable.assign(self._decayed(variable, variable.value, gradient, rate))
        for variable, gradient in pairs:
            self.update_step(gradient, variable, rate)

    def _clipped(self, gradients: list[Any]) -> list[Any]:
        if self.clipvalue is not None:
            return _each(lambda g: jnp.clip(g, -self.clipvalue, self.clipvalue), gradients)
        if self.clipnorm is not None:
            limit = self.clipnorm
            return _each(lambda g: g * (limit / jnp.maximum(jnp.sqrt(jnp.sum(jnp.square(g))), limit)), gradients)
        if self.global_clipnorm is not None:
            limit = self.global_clipnorm
            norm = jnp.sqrt(sum(jnp.sum(jnp.square(g)) for g in gradients if g is not None))
            scale = limit / jnp.maximum(norm, limit) + (norm - norm)  # NaN where the norm is not finite
            return _each(lambda g: g * scale, gradients)
        return gradients

    def _update_averages(self) -> None:
        """At every step, as in Keras, also at those that only gather gradients."""
        momentum = jnp.where(self._updates_done == 0, 0.0, self.ema_momentum)
        for variable, average in zip(self._learned, self._averages, strict=True):
            average.assign(momentum * average.value + (1 - momentum) * variable.value)
        if self.ema_overwrite_frequency:
            is_due = (self._updates_done + 1) % self.ema_overwrite_frequency == 0
            for variable, average in zip(self._learned, self._averages, strict=True):
                variable.assign(jnp.where(is_due, average.value, variable.value))

    @property
    def has_averages(self) -> bool:
        """Whether moving averages of the weights are kept."""
        return self.use_ema

    def swap_averages(self) -> None:
        """Exchange the weights and their averages; a second call puts them back."""
        for variable, average in zip(self._learned, self._averages, strict=True):
            value = variable.value
            variable.assign(average.value)
            average.assign(value)
        self._is_swapped = not self._is_swapped

    def finalize_variable_values(self, var_list: Iterable[Variable]) -> None:
        """At the end of training: the averages become the weights, if there are any."""
        if not self.use_ema or not self.built:
            return
        wanted = {id(variable) for variable in var_list}
        for variable, average in zip(self._learned, self._averages, strict=True):
            if id(variable) in wanted:
                kept, other = (variable, average) if self._is_swapped else (average, variable)
                other.assign(kept.value)
        self._is_swapped = False

    def stateless_apply(
        self, optimizer_variables: Sequence[Any], grads: Sequence[Any], trainable_variables: Sequence[Any]
    ) -> tuple[list[Any], list[Any]]:
        """The new weights and the new optimizer variables: a pure function, for loops of one's own."""
        if not self.built:
            raise StateError(f"{self.name!r} is not built yet: call `build(model.trainable_variables)` first")
        own = self.variables
        for what, wanted, given in (
            ("optimizer_variables", own, optimizer_variables),
            ("trainable_variables", self._trainable_variables, trainable_variables),
        ):
            if len(wanted) != len(given):
                raise StateError(f"{self.name!r} has {len(wanted)} {what}; {len(given)} were given")
        weights = self._trainable_variables
        pairs = [*zip(weights, trainable_variables, strict=True), *zip(own, optimizer_variables, strict=True)]
        mapping = [(variable, v.value if isinstance(v, Variable) else v) for variable, v in pairs]
        with StatelessScope(mapping) as scope:
            self.apply(grads, weights)
            new = [scope.get_current_value(variable) for variable, _ in mapping]
        return new[: len(weights)], new[len(weights) :]

    def get_config(self) -> dict[str, Any]:
        values = constructor_values(self) | {"learning_rate": self._learning_rate}
        if isinstance(self._learning_rate, Variable):
            values["learning_rate"] = float(self._learning_rate.value)
        return to_config(values)


class OptaxOptimizer(Optimizer):
    """Any optax transformation, with its own learning rate inside."""

    def __init__(self, transformation: Any, name: str | None = None):
        super().__init__(learning_rate=1.0, name=name or "optax")
        self.transformation = transformation

    def transform(self) -> Rule:
        import optax  # only who uses optax pays for its import

        return Rule(*optax.with_extra_args_support(self.transformation))


PLAIN = (bool, int, float, str, type(None))


def _is_overwritten(variable: Any) -> bool:
    return getattr(variable, "overwrite_with_gradient", False)


def assign_either(
    condition: Any, then: Callable[[], None], otherwise: Callable[[], None], variables: Sequence[Variable]
) -> None:
    """Run one of two functions that assign to `variables`, and to nothing else, as the condition says on the device."""

    def giving_values(function: Callable[[], None]) -> Callable[[list[Any]], list[Any]]:
        def run(values: list[Any]) -> list[Any]:
            with StatelessScope(zip(variables, values, strict=True)) as scope:
                function()
                return [scope.get_current_value(variable) for variable in variables]

        return run

    values = [variable.value for variable in variables]
    new = jax.lax.cond(condition, giving_values(then), giving_values(otherwise), values)
    for variable, value in zip(variables, new, strict=True):
        variable.assign(value)


def _each(function: Callable[[Any], Any], gradients: list[Any]) -> list[Any]:
    return [None if gradient is None else function(gradient) for gradient in gradients]


def _wide(value: Any) -> Any:
    """16-bit floats as float32: slots in 16 bits forget what is small (Keras keeps them so)."""
    return value.astype(jnp.float32) if is_float(value.dtype) and value.dtype.itemsize < 4 else value


def _takes_step(function: Callable[..., Any]) -> bool:
    """Whether a learning-rate function takes the step, as optax's schedules do, or nothing."""
    try:
        return bool(inspect.signature(function).parameters)
    except ValueError:  # built in C, without a signature
        return False


def _field_and_index(path: Any) -> tuple[str, int | None]:
    """What a leaf of an optax state is called, and which weight it belongs to."""
    names = [str(key.name) for key in path if hasattr(key, "name")]
    numbers = [key.idx for key in path if hasattr(key, "idx")]
    is_of_weight = bool(path) and hasattr(path[-1], "idx")
    return names[-1] if names else "state", numbers[-1] if is_of_weight else None
