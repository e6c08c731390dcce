"""Convolution, pooling, padding and resizing: recorded runs of Keras 1.2.2 on Theano, and NumPy."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail.engine.errors import ShapeError
from dovetail.legacy import backend as K

DATA = Path(__file__).parents[2] / "golden" / "data" / "1.2.2"
CASES = json.loads((DATA / "layers.json").read_text())["cases"]
RECORDED = {name: case for name, case in CASES.items() if "output" in case}
RANDOM = np.random.default_rng(0)


def weights_of(arrays, case):
    flat, found, start = arrays[case["weights"]["packed"]], [], 0
    for _, shape in case["weights"]["parts"]:
        size = int(np.prod(shape))
        found.append(flat[start : start + size].reshape(shape))
        start += size
    return found


def by_backend(kind, x, weights, config):
    """The layer's output, computed with functions of the backend in Keras 1's spelling."""
    mode, order = config["border_mode"], config.get("dim_ordering")
    if kind == "pool":
        pool = K.pool3d if len(config["pool_size"]) == 3 else K.pool2d
        return pool(x, tuple(config["pool_size"]), tuple(config["strides"]), mode, order, pool_mode=config["pool_mode"])
    strides = tuple(config["subsample"]) if "subsample" in config else config["subsample_length"]
    if kind == "conv1d":
        rate = config.get("atrous_rate", 1)
        y = K.conv1d(x, weights[0][:, 0], stride=strides, border_mode=mode, dim_ordering="tf", dilation_rate=rate)
    elif kind == "conv2d":
        rate = tuple(config.get("atrous_rate", (1, 1)))
        y = K.conv2d(x, weights[0], strides, border_mode=mode, dim_ordering=order, filter_dilation=rate)
    elif kind == "conv3d":
        y = K.conv3d(x, weights[0], strides, border_mode=mode, dim_ordering=order, volume_shape=None)
    else:
        y = K.deconv2d(x, weights[0], config["output_shape"], strides, mode, order)
    y = K.bias_add(y, weights[1], order or "tf") if len(weights) > 1 else y
    return K.relu(y) if config["activation"] == "relu" else y


def kind_of(name):
    for kind in ("conv1d", "conv2d", "conv3d", "deconv2d"):
        if name.startswith((kind, f"atrous{kind}")):
            return kind
    return "pool" if "pool" in name and "global" not in name and "1d" not in name else None


@pytest.mark.release("1.2.2", "theano")
@pytest.mark.parametrize("kind", ["conv1d", "conv2d", "conv3d", "deconv2d", "pool"])
def test_recorded_on_theano(kind):
    arrays = np.load(DATA / "layers.npz")
    names = [name for name in RECORDED if kind_of(name) == kind]
    assert names
    inputs, outputs = [], []
    for name in names:
        case = RECORDED[name]
        config = case["config"] | {"pool_mode": "max" if name.startswith("max") else "avg"}
        inputs.append(K.placeholder(arrays[case["input"]].shape))
        outputs.append(by_backend(kind, inputs[-1], weights_of(arrays, case), config))
    found = K.function(inputs, outputs)([arrays[RECORDED[name]["input"]] for name in names])
    for name, value in zip(names, found, strict=True):
        expected = np.tanh(value) if RECORDED[name]["config"].get("activation") == "tanh" else value
        assert_allclose(expected, arrays[RECORDED[name]["output"]], atol=1e-5, rtol=1e-5, err_msg=name)


def correlated(x, w, stride=1):
    """Valid correlation of one image (rows, columns, channels)."""
    rows, columns = ((x.shape[a] - w.shape[a]) // stride + 1 for a in (0, 1))
    return np.array([
        [np.einsum("rcx,rcxf->f", x[i * stride : i * stride + w.shape[0], j * stride : j * stride + w.shape[1]], w)
         for j in range(columns)]
        for i in range(rows)
    ])  # fmt: skip


def test_tensorflow_correlates():
    x, w = RANDOM.normal(size=(1, 6, 7, 2)).astype("float32"), RANDOM.normal(size=(3, 2, 2, 4)).astype("float32")
    expected = correlated(x[0], w, 2)[None]
    assert_allclose(K.conv2d(x, w, (2, 2)), expected, atol=1e-5)
    first = K.conv2d(x.transpose(0, 3, 1, 2), w, strides=(2, 2), data_format="channels_first")
    assert_allclose(first, expected.transpose(0, 3, 1, 2), atol=1e-5)


def test_transposed_convolution_is_the_transpose():
    x, w = RANDOM.normal(size=(1, 3, 4, 4)).astype("float32"), RANDOM.normal(size=(3, 2, 2, 4)).astype("float32")
    for padding, size in (("valid", (7, 8)), ("valid", (8, 9)), ("same", (6, 8)), ("same", (5, 7))):
        z = RANDOM.normal(size=(1, *size, 2)).astype("float32")
        y = K.conv2d_transpose(x, w, (1, *size, 2), (2, 2), padding)
        assert y.shape == z.shape
        assert_allclose(np.sum(y * z), np.sum(K.conv2d(z, w, (2, 2), padding) * x), rtol=1e-3)


def test_depthwise_and_separable():
    x, w = RANDOM.normal(size=(1, 5, 5, 2)).astype("float32"), RANDOM.normal(size=(3, 3, 2, 2)).astype("float32")
    expected = np.concatenate([correlated(x[0, :, :, [c]].transpose(1, 2, 0), w[:, :, [c]]) for c in (0, 1)], -1)[None]
    assert_allclose(K.depthwise_conv2d(x, w), expected, atol=1e-5)
    mix = RANDOM.normal(size=(1, 1, 4, 3)).astype("float32")
    assert_allclose(K.separable_conv2d(x, w, mix), expected @ mix[0, 0], atol=1e-5)
    assert_allclose(K.separable_conv1d(x[:, 0], w[:, 0], mix[0]).shape, (1, 3, 3))


def test_local_convolution():
    x = RANDOM.normal(size=(2, 5, 4, 3)).astype("float32")
    w = RANDOM.normal(size=(4 * 3, 2 * 2 * 3, 2)).astype("float32")
    y = K.local_conv2d(x, w, (2, 2), (1, 1), (4, 3))
    assert_allclose(y[:, 1, 2], x[:, 1:3, 2:4].reshape(2, -1) @ w[5], atol=1e-5)
    first = K.local_conv2d(x.transpose(0, 3, 1, 2), w, (2, 2), (1, 1), (4, 3), "channels_first")
    assert_allclose(first[:, :, 1, 2], x[:, 1:3, 2:4].transpose(0, 3, 1, 2).reshape(2, -1) @ w[5], atol=1e-5)
    line = K.local_conv1d(x[:, :, 0], w[:2, :9], (3,), (2,))
    assert_allclose(line[:, 1], x[:, 2:5, 0].reshape(2, -1) @ w[1, :9], atol=1e-5)
    with pytest.raises(ShapeError, match="there are 4 windows of 6 values"):
        K.local_conv1d(x[:, :, 0], w, (2,), (1,))


def test_padding_and_resizing():
    x = np.arange(12, dtype="float32").reshape(1, 2, 3, 2)
    first = x.transpose(0, 3, 1, 2)
    assert_allclose(K.spatial_2d_padding(x, ((1, 0), (0, 2))), np.pad(x, [(0, 0), (1, 0), (0, 2), (0, 0)]))
    assert_allclose(K.spatial_2d_padding(first, (1, 2), "th"), np.pad(first, [(0, 0), (0, 0), (1, 1), (2, 2)]))
    assert_allclose(K.asymmetric_spatial_2d_padding(x, 1, 0, 0, 2), np.pad(x, [(0, 0), (1, 0), (0, 2), (0, 0)]))
    assert_allclose(K.temporal_padding(x[0], 2), np.pad(x[0], [(0, 0), (2, 2), (0, 0)]))
    assert_allclose(K.asymmetric_temporal_padding(x[0], 1, 0), np.pad(x[0], [(0, 0), (1, 0), (0, 0)]))
    assert_allclose(K.spatial_3d_padding(x[None], (1, 0, 0), dim_ordering="tf").shape, (1, 3, 2, 3, 2))
    assert_allclose(K.resize_images(first, 2, 1, "channels_first"), first.repeat(2, 2))
    assert_allclose(K.resize_volumes(X=x[None], depth_factor=2, height_factor=1, width_factor=3, dim_ordering="tf"),
                    x[None].repeat(2, 1).repeat(3, 3))  # fmt: skip
    bilinear = K.resize_images(x, 1, 2, "channels_last", interpolation="bilinear")
    assert_allclose(bilinear[0, 0, :, 0], [0, 1, 2, 3, 4, 4])


def test_bias_for_each_channel_or_place():
    x, bias = np.zeros((1, 2, 3, 4), "float32"), np.arange(4, dtype="float32")
    assert_allclose(K.bias_add(x, bias)[0, 1, 1], bias)
    assert_allclose(K.bias_add(x.transpose(0, 3, 1, 2), bias, "channels_first")[0, :, 1, 1], bias)
    places = RANDOM.normal(size=(2, 3, 4)).astype("float32")
    assert_allclose(K.bias_add(x.transpose(0, 3, 1, 2), places, "channels_first")[0], places.transpose(2, 0, 1))
    with pytest.raises(ShapeError, match="a bias has 1 or 3 axes here, not 2"):
        K.bias_add(x, bias[None])
