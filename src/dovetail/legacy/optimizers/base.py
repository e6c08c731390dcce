"""Optimizers as old releases had them: `lr`, `decay`, `get_weights`, and numbers that may be set while training."""

import warnings
from collections import namedtuple
from types import SimpleNamespace
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np

from ...engine.context import entered
from ...engine.errors import StateError, did_you_mean
from ...engine.settings import epsilon
from ...engine.variable import Variable
from ...optimizers.optimizer import Optimizer, Rule
from ...optimizers.schedules import LearningRateSchedule
from ..backend.lifting import lifted
from ..notices import notice
from ..releases import Release
from .formulas import FORMULAS, MULTI, TF, Formula, order, warmed
from .layouts import layout_of, of_layout, restore, slots_of
from .written import DrawnUpdates, gradients_of, loss_and_weights, updates_of

CLIPS = ("clipnorm", "clipvalue", "global_clipnorm")
# arguments of other releases that change nothing here
IGNORED = ("jit_compile", "is_legacy_optimizer", "use_locking")


class OldOptimizer(Optimizer):
    """What optimizers of Keras 1 and 2 have beyond those of today."""

    release: ClassVar[Release]
    decay: Any = 0.0
    _updates: DrawnUpdates | None = None

    def __init__(self, *args: Any, **kwargs: Any):
        self.updates: list[Any] = []
        if self._has_transform:
            super().__init__(*args, **kwargs)
            return
        given = bound(type(self), args, kwargs)  # a user's own class
        clips = {key: given.pop(key, None) for key in CLIPS}
        super().__init__(given.pop("learning_rate", 0.01), name=given.pop("name", None))
        for key, value in (clips | given).items():
            setattr(self, key, value)

    # -- classes of users: `get_updates` is theirs

    @property
    def _is_written(self) -> bool:
        return type(self).get_updates is not OldOptimizer.get_updates

    def get_updates(self, *args: Any, **kwargs: Any) -> list[Any]:
        """A list for `K.function(..., updates=...)`: one update of the weights, with the gradients of a symbolic loss.

        Takes (loss, params) as in Keras 2, or (params, constraints, loss) as in Keras 1.
        """
        return updates_of(self, *loss_and_weights(args, kwargs))

    def get_gradients(self, loss: Any, params: Any) -> list[Any]:
        """The derivatives of a symbolic loss, as tensors; clipped as asked for."""
        found = gradients_of(loss, params)
        if not any(getattr(self, name, None) for name in CLIPS):
            return found
        return lifted(lambda *values: self._clipped(list(values)))(*found)

    def build(self, variables: Any) -> None:
        if self.built:
            return
        if hasattr(type(self), "_resource_apply_dense"):
            raise NotImplementedError(
                f"{type(self).__name__} is written for TensorFlow's optimizers (_resource_apply_dense). Write "
                "`update_step(self, gradient, variable, learning_rate)` instead, or `get_updates(self, loss, params)`"
            )
        super().build(variables)
        if self._is_written:
            self._updates = DrawnUpdates(self, list(variables))

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        if not self._is_written:
            super().apply(grads, trainable_variables)
            return
        if trainable_variables is not None:
            self.build(trainable_variables)
        assert self._updates is not None
        pairs = zip(grads, self._updates.weights, strict=True)
        self._updates.run(*(jnp.zeros(v.shape, v.dtype) if g is None else g for g, v in pairs))

    @property
    def variables(self) -> list[Variable]:
        if not self._is_written:
            return super().variables
        own = [self._iterations, *([self._learning_rate] if isinstance(self._learning_rate, Variable) else [])]
        drawn = [] if self._updates is None else self._updates.variables
        return list({id(variable): variable for variable in (*own, *drawn)}.values())

    @property
    def iterations(self) -> Any:
        """The number of updates done, as a variable."""
        return self._iterations

    @iterations.setter
    def iterations(self, value: Any) -> None:
        self._iterations = value

    def get_config(self) -> dict[str, Any]:
        if self._has_transform:
            return super().get_config()
        return {name: getattr(self, name) for name in CLIPS if getattr(self, name) is not None}

    # -- the learning rate

    @property
    def lr(self) -> Any:
        """The learning rate, as a variable to read and to set; a schedule where one was given."""
        return self._learning_rate

    @lr.setter
    def lr(self, value: Any) -> None:
        self.learning_rate = value

    @property
    def learning_rate(self) -> Any:
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if isinstance(value, Variable):
            self._learning_rate = value
        elif isinstance(self._learning_rate, Variable) and not callable(value):
            self._learning_rate.assign(jnp.asarray(value).reshape(()))
        else:
            self._learning_rate = self._as_rate(value)

    def _rate(self) -> Any:
        return Optimizer.learning_rate.fget(self)  # type: ignore[attr-defined]

    def _decayed_lr(self, dtype: Any = None) -> Any:
        """The learning rate of the next update."""
        rate = self._rate()
        rate = rate.value if isinstance(rate, Variable) else rate
        decay = self.decay.value if isinstance(self.decay, Variable) else self.decay
        return jnp.asarray(rate / (1 + decay * self._iterations.value), dtype)

    def _clipped(self, gradients: list[Any]) -> list[Any]:
        """By norm, then by value, where both are asked for; `clipnorm` of multi-backend Keras is over all gradients."""
        own = self.release.is_tensorflow or self.release.dialect == 3
        for name in CLIPS:
            limit = getattr(self, name, None)
            if limit is None:
                continue
            if name == "clipvalue":
                gradients = [None if g is None else jnp.clip(g, -limit, limit) for g in gradients]
            elif name == "clipnorm" and own:
                gradients = [None if g is None else _shortened([g], limit)[0] for g in gradients]
            else:
                gradients = _shortened(gradients, limit)
        return gradients

    @property
    def layout(self) -> str:
        """How the release orders its list of weights, see `layouts`."""
        return layout_of(self.release)

    @property
    def weights(self) -> list[Variable]:
        """The number of updates and the slots, in the order of the release's files."""
        own = self.__dict__.get("_listed")
        return slots_of(self, self.layout) if own is None else own

    @weights.setter
    def weights(self, variables: Any) -> None:
        self._listed = list(variables)

    def get_weights(self) -> list[np.ndarray]:
        """The number of updates and the slots, in the order of the release's files."""
        return [variable.numpy() for variable in self._listed] if self._is_written else of_layout(self, self.layout)

    def set_weights(self, weights: Any) -> None:
        """The inverse of `get_weights`.

        Raises:
            StateError: there are more or fewer arrays than slots, or they have other shapes.
        """
        if not self._is_written:
            restore(self, weights, self.layout)
            return
        if len(weights) != len(self.weights):
            raise StateError(f"{self.name!r} has {len(self.weights)} weights; {len(weights)} were given")
        for variable, value in zip(self.weights, weights, strict=True):
            variable.assign(value)


def _shortened(gradients: list[Any], limit: float) -> list[Any]:
    """Gradients whose common norm is at most `limit`."""
    norm = jnp.sqrt(sum(jnp.sum(jnp.square(g)) for g in gradients if g is not None))
    return [None if g is None else g * (limit / jnp.maximum(norm, limit)) for g in gradients]


def bound(cls: type, args: tuple, kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments of an old constructor by name; `lr` is `learning_rate`.

    Raises:
        TypeError: too many positional arguments, or one given twice.
    """
    release = cls.release  # type: ignore[attr-defined]
    names = order(cls.__name__, release.is_tensorflow, release.rate_name == "learning_rate")
    if len(args) > len(names):
        raise TypeError(f"{cls.__name__} takes {len(names)} positional arguments ({', '.join(names)}), not {len(args)}")
    given = dict(zip(names, args, strict=False))
    for name, value in kwargs.items():
        if name in IGNORED:
            continue
        new = "learning_rate" if name == "lr" else name
        if name == "lr" and release.rate_name != "lr":
            notice(f"{cls.__name__}(lr=...)", "`learning_rate`")
        if new in given:
            raise TypeError(f"{cls.__name__} was given {new!r} twice")
        given[new] = value
    return given


class Formulated(OldOptimizer):
    """An optimizer with the formula of its release.

    Its settings (learning rate, momentum, decay, ...) are variables: what is assigned to them counts from the next step
    on, without a new compilation.
    """

    family: ClassVar[str] = MULTI

    @property
    def layout(self) -> str:
        return "tf1" if self.family == TF else super().layout

    def __init__(self, *args: Any, **kwargs: Any):
        name, release = _canonical(type(self)), self.release
        given = bound(type(self), args, kwargs)
        self._formula = formula = _fitting(name, self.family, given)
        own, values = FORMULAS[self.family][name], formula.settings | formula.options
        values |= {key: value for key, value in (own.settings | own.options).items() if key in values}
        if "schedule_decay" in values and "decay" in given:  # tf.keras kept the one under the other's name
            given["schedule_decay"] = given.pop("decay")
        clips = {key: given.pop(key, None) for key in CLIPS}
        title = given.pop("name", None)
        self._check(given, set(values))
        values |= given
        if values.get("epsilon", 0) is None:
            values["epsilon"] = release.fuzz or epsilon()
        super().__init__(values["learning_rate"], name=title or name)
        for key, value in clips.items():
            setattr(self, key, value)
        self.initial_decay = values.get("decay", 0.0)
        self._options = {key: values[key] for key in formula.options}
        self._kept = formula.kept(values)
        for key, value in self._options.items():
            setattr(self, key, value)
        with entered(path=(self.name,)):
            settings = {
                key: Variable(float(values[key]), dtype="float32", trainable=False, name=key)
                for key in formula.settings
                if key != "learning_rate"
            }
        for key, variable in settings.items():
            setattr(self, key, variable)
        self._settings = settings

    def _check(self, given: dict[str, Any], known: set[str]) -> None:
        for key in given:
            if key not in known:
                known = known | {"lr", "name", *CLIPS}
                raise TypeError(f"{type(self).__name__} has no argument {key!r}{did_you_mean(key, known)}")

    def __setattr__(self, name: str, value: Any) -> None:
        settings = self.__dict__.get("_settings", {})
        if name in settings and not isinstance(value, Variable):
            settings[name].assign(value)
            return
        if name in settings:
            settings[name] = value
        super().__setattr__(name, value)

    @property
    def variables(self) -> list[Variable]:
        return [*super().variables, *self._settings.values()]

    def _values(self) -> SimpleNamespace:
        """Settings and options as the formula takes them."""
        settings = {name: variable.value for name, variable in self._settings.items()}
        return SimpleNamespace(**self._options, **settings)

    def transform(self) -> Rule:
        formula, kept = self._formula, self._kept
        shared = ("u_product",) if formula.product else ()
        State = namedtuple("State", (*kept, *shared))  # type: ignore[misc]

        def init(weights: list[Any]) -> Any:
            starts = [self._options[formula.starts[name]] if name in formula.starts else 0 for name in kept]
            slots = [[np.full(w.shape, start, w.dtype) for w in weights] for start in starts]
            return State(*slots, *(np.ones((), np.float32) for _ in shared))

        def update(gradients: Any, state: Any, weights: Any, *, learning_rate: Any, iterations: Any, **_: Any) -> Any:
            h = self._values()
            t = (iterations + 1).astype(jnp.float32)
            rate = learning_rate / (1 + h.decay * iterations) if hasattr(h, "decay") else learning_rate
            if formula.product:
                h.product = state.u_product * warmed(t, h)
            rows = [
                formula.step(g, **dict(zip(kept, slots, strict=True)), rate=rate.astype(g.dtype), t=t, h=h)
                for g, *slots in zip(gradients, *(getattr(state, name) for name in kept), strict=True)
            ]
            updates, *slots = (list(column) for column in zip(*rows, strict=True))
            return updates, State(*slots, *(h.product for _ in shared))

        return Rule(init, update)

    def get_config(self) -> dict[str, Any]:
        """As the release wrote it: numbers are those of now."""
        rate = self._learning_rate
        if isinstance(rate, LearningRateSchedule):
            rate = {"class_name": type(rate).__name__, "config": rate.get_config()}
        elif isinstance(rate, Variable):
            rate = float(rate.value)
        config = {self.release.rate_name: rate}
        config |= {name: float(variable.value) for name, variable in self._settings.items()}
        config |= {name: value for name, value in self._options.items()}
        if self.release.is_tensorflow:
            config["name"] = self.name
            if "schedule_decay" in config:
                config["decay"] = config.pop("schedule_decay")
        return config | {name: getattr(self, name) for name in CLIPS if getattr(self, name) is not None}


def _canonical(cls: type) -> str:
    """The name of the library's optimizer that a class is or derives from."""
    return next(base.__dict__["formula_name"] for base in cls.__mro__ if "formula_name" in base.__dict__)


def _fitting(name: str, family: str, given: dict[str, Any]) -> Formula:
    """The family's formula, or the other's where only that has all of the arguments."""
    own = FORMULAS[family][name]
    other = FORMULAS[TF if family == MULTI else MULTI][name]
    unknown = {key for key in given if key not in own.settings | own.options}
    return other if unknown & set(other.settings | other.options) else own


# defaults of Keras 2.11 to 2.15 that are others today
DEFAULTS_OF_TF2 = {"Lion": {"learning_rate": 0.0001}}


class Renewed(OldOptimizer):
    """An optimizer of Keras 2.11 or later, which also takes the arguments of earlier ones."""

    tells_decay: ClassVar[bool] = False  # in its configuration, also where there is none

    def __init__(self, *args: Any, **kwargs: Any):
        release = self.release
        given = bound(type(self), args, kwargs)
        decay = float(given.pop("decay", None) or 0.0)
        given.pop("schedule_decay", None)
        clips = {key: given.pop(key) for key in CLIPS if given.get(key) is not None}
        if release.dialect == 2:
            given.setdefault("name", type(self).__name__)
        if release.formulas == "tf2":
            given = DEFAULTS_OF_TF2.get(type(self).__name__, {}) | given
        super().__init__(**given)
        for key, value in clips.items():
            setattr(self, key, value)
        if decay and release.dialect == 3:
            warnings.warn("`decay` has no effect, as in Keras 3", stacklevel=2)
        self.decay = decay if release.dialect < 3 else 0.0

    def transform(self) -> Rule:
        rule = super().transform()
        if not self.decay:
            return rule

        def update(*args: Any, learning_rate: Any, iterations: Any, **more: Any) -> Any:
            rate = learning_rate / (1 + self.decay * iterations)
            return rule.update(*args, learning_rate=rate, iterations=iterations, **more)

        return Rule(rule.init, update)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config |= {key: getattr(self, key) for key in CLIPS}
        if self.release.dialect == 2:
            config |= {"jit_compile": False, "is_legacy_optimizer": False}
            for name in ("loss_scale_factor", "gradient_accumulation_steps"):
                config.pop(name, None)
        return config | ({"decay": self.decay} if self.decay or self.tells_decay else {})
