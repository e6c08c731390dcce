"""Every function that the lists of Keras 1.2.2 and 2.3.1 have is here, with its arguments."""

import inspect

import pytest

from dovetail.legacy import backend as K
from dovetail.legacy.listing import listing

# listed functions that are not here, with the reason
NOT_HERE: dict[str, str] = {}

# listed arguments that a function takes under another way of writing them
TAKES_ANYTHING = {
    "categorical_crossentropy", "sparse_categorical_crossentropy", "binary_crossentropy", "function", "name_scope",
}  # fmt: skip


# arguments that nobody gives by name
RENAMED = {
    1: ["moving_average_update(variable)", "set_epsilon(e)", "set_floatx(floatx)"],
    2: ["batch_get_value(ops)", "set_epsilon(e)", "set_floatx(floatx)"],
}


def listed(dialect):
    modules = listing(dialect)
    return [entry for name in modules if name.startswith("keras.backend") for entry in modules[name].values()]


@pytest.mark.parametrize("dialect", [1, 2])
def test_every_function_is_here(dialect):
    names = {entry.name for entry in listed(dialect)}
    assert len(names) > 130
    assert sorted(names - set(K.__all__)) == sorted(NOT_HERE)
    assert all(callable(getattr(K, name)) for name in names)


@pytest.mark.parametrize("dialect", [1, 2])
def test_every_function_takes_its_arguments_by_name(dialect):
    wrong = []
    for entry in listed(dialect):
        function = getattr(K, entry.name)
        if entry.name in TAKES_ANYTHING:
            continue
        taken = inspect.signature(function).parameters
        if not any(p.kind == p.VAR_KEYWORD for p in taken.values()):
            wrong += [f"{entry.name}({name})" for name in entry.signature.parameters if name not in taken]
    assert sorted(set(wrong)) == RENAMED[dialect]
