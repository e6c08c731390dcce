import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dovetail import Input, Sequential, layers
from dovetail.legacy import installed
from dovetail.legacy.utils import layer_utils, multi_gpu_utils, test_utils, vis_utils
from dovetail.models import drawing

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def model():
    model = Sequential(
        [Input((4, 5, 2)), layers.Conv2D(3, 2, name="conv"), layers.Flatten(), layers.Dense(2, name="dense")]
    )
    return model


def test_counts_and_summaries(model, capsys):
    assert layer_utils.count_params([*model.weights, *model.weights]) == model.count_params()
    assert layer_utils.KERAS1["count_total_params"]([model, *model.layers]) == (model.count_params(), 0)
    layer_utils.print_summary(model, print_fn=print)
    layer_utils.KERAS1["print_summary"](model.layers)
    out = capsys.readouterr().out
    assert out.count("conv (Conv2D)") == 2 and f"Total params: {model.count_params():,}" in out


def test_kernels_are_turned_there_and_back(model):
    before = model.get_layer("conv").get_weights()[0]
    layer_utils.convert_all_kernels_in_model(model)
    assert_array_equal(model.get_layer("conv").get_weights()[0], before[::-1, ::-1])
    layer_utils.convert_all_kernels_in_model(model)
    assert_array_equal(model.get_layer("conv").get_weights()[0], before)


def test_dense_weights_follow_the_order_of_axes(model):
    dense = model.get_layer("dense")
    image = RNG.normal(size=(1, 3, 4, 3)).astype("float32")
    expected = dense(image.reshape(1, -1))
    layer_utils.convert_dense_weights_data_format(dense, (3, 3, 4), "channels_first")
    assert_allclose(dense(image.transpose(0, 3, 1, 2).reshape(1, -1)), expected, rtol=1e-5)
    layer_utils.convert_dense_weights_data_format(dense, (3, 4, 3), "channels_last")
    assert_allclose(dense(image.reshape(1, -1)), expected, rtol=1e-5)


def test_sources_and_layers_of_keras_1():
    a = Input((2,))
    dense = layers.Dense(1)
    assert layer_utils.get_source_inputs(dense(a)) == [a] == layer_utils.get_source_inputs(None, dense, 0)
    assert layer_utils.get_source_inputs(3) == 3
    with installed(1):
        made = layer_utils.KERAS1["layer_from_config"](
            {"class_name": "Dense", "config": {"output_dim": 3, "name": "d"}}
        )
        assert made.units == 3


def test_a_script_goes_on_without_a_picture(model, tmp_path, monkeypatch):
    def missing(*args, **kwargs):
        raise ImportError("no Graphviz")

    monkeypatch.setattr(drawing, "plot_model", missing)
    with pytest.warns(UserWarning, match=r"model\.png was not drawn: no Graphviz"):
        vis_utils.plot_model(model)
    monkeypatch.undo()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vis_utils.plot_model(model, str(tmp_path / "b.dot"), show_dtype=True)
        vis_utils.KERAS1["plot"](model, str(tmp_path / "model.dot"), True)
    assert "conv" in (tmp_path / "model.dot").read_text()
    assert vis_utils.is_model(model) and not vis_utils.is_wrapped_model(model.layers[0])
    dot = vis_utils.model_to_dot(model)
    edges = len(dot.get_edges())
    vis_utils.add_edge(dot, "1", "2")
    vis_utils.add_edge(dot, "1", "2")
    assert len(dot.get_edges()) == edges + 1
    assert multi_gpu_utils.multi_gpu_model(model, gpus=2) is model


def test_helpers_of_tests():
    (x, y), (x_test, _) = test_utils.get_test_data(nb_train=6, nb_test=2, input_shape=(3,), nb_class=2)
    assert x.shape == (6, 3) and x_test.shape == (2, 3) and set(y) <= {0, 1}
    assert test_utils.get_test_data(4, 1, classification=False)[0][1].shape == (4, 2)
    with installed(2):
        assert test_utils.layer_test("Dense", {"units": 2}, input_shape=(2, 3)).shape == (2, 2)
        with pytest.raises(AssertionError):
            test_utils.layer_test("Dense", {"units": 2}, input_shape=(2, 3), expected_output=np.zeros((2, 2)))
    assert test_utils.keras_test(lambda: 3)() == 3
