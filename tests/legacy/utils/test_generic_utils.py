import numpy as np
import pytest

from dovetail import layers
from dovetail.engine.configs import ConfigError
from dovetail.legacy.utils import generic_utils as g
from dovetail.utils.legacy import deserialize_keras_object, serialize_keras_object


def test_objects_as_keras_2_wrote_them():
    dense = layers.Dense(3, name="d")
    written = serialize_keras_object(dense)
    assert set(written) == {"class_name", "config"}
    again = deserialize_keras_object(written, {"Dense": layers.Dense}, printable_module_name="layer")
    assert again.units == 3 and again.name == "d"
    assert serialize_keras_object(np.mean) == "mean" and serialize_keras_object(None) is None
    assert deserialize_keras_object("mean", {"mean": np.mean}) is np.mean
    assert deserialize_keras_object("mine", {}, {"mine": len}) is len
    with g.CustomObjectScope({"one": 1}, {"two": 2}):
        assert deserialize_keras_object("two") == 2
    for wrong, message in (("meen", "did you mean 'mean'"), ({"class_name": "A"}, "Improper config"), (3, "not as 3")):
        with pytest.raises(ValueError, match=message):
            deserialize_keras_object(wrong, {"mean": np.mean})


def test_functions_from_data_run_only_where_that_was_asked_for(monkeypatch):
    offset = 3
    dumped = g.func_dump(lambda x, y=2: x + y + offset)
    with pytest.raises(ConfigError, match="was not loaded"):
        g.func_load(dumped)
    monkeypatch.setattr(g, "code_is_allowed", lambda: True)
    assert g.func_load(dumped)(1) == 6 and g.func_load(list(dumped), globs={})(1, 1) == 5


def test_arguments_of_functions():
    def function(a, b=1, *args, c=2, **kwargs): ...

    found = g.getargspec(function)
    assert (found.args, found.varargs, found.keywords, found.defaults) == (["a", "b"], "args", "kwargs", (1,))
    assert g.has_arg(function, "c") and not g.has_arg(function, "args") and not g.has_arg(function, "z")
    assert g.has_arg(function, "z", accept_all=True)


def test_lists_shapes_and_dictionaries():
    assert g.to_list(1) == [1] and g.to_list((1, 2), allow_tuple=True) == [1, 2] and g.to_list((1, 2)) == [(1, 2)]
    assert g.unpack_singleton([3]) == 3 and g.unpack_singleton([3, 4]) == [3, 4]
    assert g.is_all_none([None, None]) and not g.is_all_none((None, 1))
    assert g.object_list_uid([g]) == g.object_list_uid(g)
    x = np.arange(4)
    assert g.slice_arrays([x, None], 1, 3)[0].tolist() == [1, 2]
    assert g.slice_arrays(x, np.array([3, 0])).tolist() == [3, 0] and g.slice_arrays(None) == [None]
    assert g.transpose_shape((1, 2, 3, 4), "channels_first", (1, 2)) == (1, 4, 2, 3)
    with pytest.raises(ValueError, match="Unknown entries in loss dictionary: \\['b'\\]"):
        g.check_for_unexpected_keys("loss", {"a": 1, "b": 2}, ["a"])
    old = g.KERAS1
    assert old["get_from_module"]({"name": "dict", "a": 1}, {"dict": dict}, "maker") == {"a": 1}
    assert old["get_from_module"]("dict", {"dict": dict}, "maker") is dict and old["make_tuple"](1, 2) == (1, 2)
    with pytest.raises(ValueError, match="unknown maker 'dikt'; did you mean 'dict'"):
        old["get_from_module"]("dikt", {"dict": dict}, "maker")


def test_a_progress_bar_is_drawn_at_once_when_forced(capsys):
    bar = g.Progbar(3, verbose=2)
    bar.update(3, [("loss", 1.0)], force=True)
    assert capsys.readouterr().out.endswith("loss: 1.0000\n")
