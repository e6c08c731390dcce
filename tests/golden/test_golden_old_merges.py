"""Every recorded merge of old releases: values, declared shapes, errors."""

import ast

import pytest
from numpy.testing import assert_allclose

from .exceptions import works_here
from .old_runs import case_of, cases, run, shape_of, speaking

ERRORS = (ValueError, TypeError, IndexError, RuntimeError, AttributeError)


def arguments_of(text):
    """`axes=(2, 1), normalize=True` as keyword arguments."""
    return {word.arg: ast.literal_eval(word.value) for word in ast.parse(f"f({text})", mode="eval").body.keywords}


def functions_in(arguments):
    """The arguments with recorded functions as functions; pairs were tuples or lists, which is all the same."""
    import keras.backend as K

    return {
        name: eval(value, {"K": K}) if isinstance(value, str) and value.startswith("lambda") else value
        for name, value in arguments.items()
    }


def old_merge(names, case, entries, xs):
    """Inputs and output of a model that joins its inputs as Keras 1 did."""
    arguments, api = functions_in(case["args"]), case["api"]
    if api == "merge":
        return entries, names["merge"](entries, **arguments)
    if api == "merge(single tensor)":
        return entries, names["merge"](entries[0], **arguments)
    if api == "Merge([Sequential, ...])":
        branches = [names["Sequential"]([names["Activation"]("linear", input_shape=x.shape[1:])]) for x in xs]
        model = names["Sequential"]()
        model.add(names["Merge"](branches, **arguments))
        return model.inputs, model.output
    layer = names["Merge"](**arguments)
    if api == "Merge()(single tensor)":
        return entries, layer(entries[0])
    output = layer(entries)
    return entries, layer(entries) if api == "Merge() called twice" else output


def new_merge(names, case, entries):
    arguments, name = arguments_of(case["args"]), case["layer"]
    given = entries[0] if case["how"] == "single tensor" else entries
    if case["how"] == "function":
        return entries, names[name.lower()](given, **arguments)
    return entries, names[name](**arguments)(given)


CASES = cases("merge")


@pytest.mark.parametrize("name", CASES)
def test_merge(name):
    folder, case, arrays = case_of(name)
    xs = [arrays[f"in/{key}"] for key in case["inputs"]]
    with speaking(folder) as (_, names):
        entries = [names["Input"](shape=x.shape[1:]) for x in xs]

        def made():
            return old_merge(names, case, entries, xs) if "api" in case else new_merge(names, case, entries)

        if "error" in case and not works_here(name):
            with pytest.raises(ERRORS):
                inputs, output = made()
                run(names["Model"](inputs, output), xs)
            return
        inputs, output = made()
        model = names["Model"](inputs if len(inputs) > 1 else inputs[0], output)
        if "error" in case:
            return
        assert shape_of(output) == case["declared_shape"]
        got, _ = run(model, xs)
    assert list(got.shape) == case["actual_shape"]
    assert_allclose(got, arrays[case["output"]], rtol=2e-5, atol=1e-5)
    if case.get("compute_output_shape"):
        layer = output.node.operation
        assert list(layer.compute_output_shape([(None, *x.shape[1:]) for x in xs])) == case["compute_output_shape"]
