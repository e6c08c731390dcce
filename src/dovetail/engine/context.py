"""What surrounds a call: the state it reads, the precision it computes in, training or not, and where it is.

One context variable holds all of it, so that threads do not see each other's.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple


class StatelessScope:
    """While active, variables read from it and assign to it; the variables themselves stay as they are.

    Args:
        state_mapping: pairs of (Variable, value).
        collect_losses: whether `add_loss` inside adds to `losses`.
        initialize_variables: accepted as in Keras; new variables are always initialized, on the host.
    """

    def __init__(
        self,
        state_mapping: Iterable[tuple[Any, Any]] | None = None,
        collect_losses: bool = False,
        initialize_variables: bool = True,
    ):
        self.collect_losses = collect_losses
        self.initialize_variables = initialize_variables
        self.losses: list[Any] = []
        self.parent: StatelessScope | None = None
        self._values: dict[int, Any] = {}
        self._variables: list[Any] = []  # keeps them alive, so that an id stays theirs
        self.tensors: dict[int, Any] = {}  # what symbolic tensors are in this call, by id: graphs that run say
        self.assigned: dict[int, Any] = {}  # values assigned since, by the variable's id
        for variable, value in state_mapping or ():
            self._values[id(variable)] = value
            self._variables.append(variable)

    def set_value(self, variable: Any, value: Any) -> None:
        self._values[id(variable)] = self.assigned[id(variable)] = value
        self._variables.append(variable)

    def add_loss(self, loss: Any) -> None:
        self.losses.append(loss)

    def add_update(self, update: tuple[Any, Any]) -> None:
        """As `set_value`, for a pair of (variable, value)."""
        self.set_value(*update)

    def get_current_value(self, variable: Any) -> Any:
        """The value of `variable` here or in an enclosing scope; None where no scope has it."""
        scope: StatelessScope | None = self
        while scope is not None:
            if id(variable) in scope._values:
                return scope._values[id(variable)]
            scope = scope.parent
        return None

    def assignments(self) -> list[tuple[Any, Any]]:
        """The variables that were assigned since, each once, with their values."""
        by_id = {id(variable): variable for variable in self._variables}
        return [(by_id[key], value) for key, value in self.assigned.items()]

    def get_tensor_value(self, tensor: Any) -> Any:
        """What a symbolic tensor was in the last run of a graph here or in an enclosing scope, or None."""
        scope: StatelessScope | None = self
        while scope is not None:
            if id(tensor) in scope.tensors:
                return scope.tensors[id(tensor)]
            scope = scope.parent
        return None

    def __enter__(self) -> "StatelessScope":
        self.parent = current().scope
        self._token = _context.set(current()._replace(scope=self))
        return self

    def __exit__(self, *exception: object) -> None:
        _context.reset(self._token)


class Context(NamedTuple):
    scope: StatelessScope | None = None
    compute_dtype: str | None = None  # floats of variables are read in it
    training: bool | None = None
    path: tuple[str, ...] = ()
    remat: Any = None  # the RematMode of layers that are made now
    scope_of: Any = None  # the id of the caller of the innermost name scope, and its path
    plain_kernels: bool = False  # kernels trace as their plain forms
    without_values: bool = False  # new variables get their values later: a file is being read
    layer: Any = None  # whose `call` runs
    open_size: int | None = None  # what stands for open axes while a graph is drawn


_context: ContextVar[Context] = ContextVar("dovetail", default=Context())  # noqa: B039  (immutable)
current = _context.get


@contextmanager
def entered(**changes: Any) -> Iterator[None]:
    """Run the body with these fields of the context changed."""
    token = _context.set(current()._replace(**changes))
    try:
        yield
    finally:
        _context.reset(token)


class _Structure:
    version = 0
    constants = 0


def structure_version() -> int:
    """A number that changes whenever something changes that compiled programs took for constant."""
    return _Structure.version


def structure_changed() -> None:
    _Structure.version += 1


def constants_version() -> int:
    """A number that changes whenever a value changes that compiled programs hold as a constant."""
    return _Structure.constants


def constants_changed() -> None:
    _Structure.constants += 1
