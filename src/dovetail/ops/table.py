"""How a table of signatures becomes functions: Keras's names and arguments in front of JAX's functions."""

import ast
import inspect
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from ..engine.operation import lift

# arguments that are arrays, for which a list of numbers will do
ARRAYS = {"x", "x1", "x2", "y", "a", "array", "sorted_sequence", "values", "bins", "q", "weights", "beta"}


def declared(line: str, functions: Any = jnp) -> Callable[..., Any]:
    """One line of a table as a function: `name(x, axis=None) = target`, where `= target` is left out if it is the name.

    Arguments without a default are passed by position, the others by name, so only the latter need JAX's names.
    """
    text, _, target = line.partition(" = ")
    name = text[: text.index("(")]
    signature = _signature(text)
    required = [p.name for p in signature.parameters.values() if p.default is p.empty]
    function = getattr(functions, target.strip() or name)

    def call(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs).arguments
        for key in ARRAYS & set(given):
            if isinstance(given[key], (list, tuple)):
                given[key] = jnp.asarray(given[key])
        return function(*(given[key] for key in required), **{k: v for k, v in given.items() if k not in required})

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"`{functions.__name__}.{target.strip() or name}`, called as in Keras: `{text}`."
    call.__signature__ = signature  # type: ignore[attr-defined]
    return lift(call)


def declare(table: str, functions: Any = jnp) -> dict[str, Callable[..., Any]]:
    """The functions of a table by name."""
    made = [declared(line.strip(), functions) for line in table.strip().splitlines()]
    return {function.__name__: function for function in made}


def _signature(text: str) -> inspect.Signature:
    """The signature that a line writes down; defaults are literals."""
    (definition,) = ast.parse(f"def {text}: ...").body
    assert isinstance(definition, ast.FunctionDef)
    arguments = definition.args
    defaults = [ast.literal_eval(default) for default in arguments.defaults]
    first = len(arguments.args) - len(defaults)
    return inspect.Signature(
        [
            inspect.Parameter(
                argument.arg,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=defaults[index - first] if index >= first else inspect.Parameter.empty,
            )
            for index, argument in enumerate(arguments.args)
        ]
    )
