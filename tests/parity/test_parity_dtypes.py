"""Dtypes and dtype policies beside Keras's."""

import itertools

import jax.numpy as jnp
import keras
import numpy as np
import pytest

import dovetail

DTYPES = [
    "bool", "uint8", "uint32", "int8", "int16", "int32", "int64", "bfloat16", "float16", "float32", "float64",
    "complex64", int, float, None, np.float32, jnp.bfloat16, np.dtype("int16"),
]  # fmt: skip


def test_results_of_two_dtypes():
    for pair in itertools.product(DTYPES, repeat=2):
        assert dovetail.backend.result_type(*pair) == keras.backend.result_type(*pair), pair
    assert dovetail.backend.result_type() == "float32"
    for k in (dovetail, keras):
        with pytest.raises(ValueError):
            k.backend.result_type("float8_e5m2", "float32")


def test_names_and_kinds():
    class OfTorch:  # what torch.float16 says of itself
        def __str__(self):
            return "torch.float16"

    for dtype in [*DTYPES, "int", "string", str, complex, bool, OfTorch()]:
        assert dovetail.backend.standardize_dtype(dtype) == keras.backend.standardize_dtype(dtype), dtype
        for question in ("is_float_dtype", "is_int_dtype"):
            ours, theirs = (getattr(k.backend, question)(dtype) for k in (dovetail, keras))
            assert ours == theirs, (question, dtype)
    for k in (dovetail, keras):
        with pytest.raises(ValueError):
            k.backend.standardize_dtype("float31")


def test_policies():
    for name in ("float32", "bfloat16", "mixed_bfloat16", "mixed_float16", "int32"):
        ours, theirs = (k.dtype_policies.get(name) for k in (dovetail, keras))
        for attribute in ("name", "compute_dtype", "variable_dtype", "quantization_mode"):
            assert getattr(ours, attribute) == getattr(theirs, attribute)
        config = dovetail.dtype_policies.serialize(ours)
        assert config == keras.dtype_policies.serialize(theirs)
        assert dovetail.dtype_policies.deserialize(config) == ours == dovetail.FloatDTypePolicy(name)
        assert keras.dtype_policies.deserialize(config) == theirs
    assert dovetail.DTypePolicy("float32") != dovetail.DTypePolicy("bfloat16")
    half = dovetail.DTypePolicy("mixed_bfloat16").convert_input(np.ones(2, "float32"), True, "bfloat16")
    assert half.dtype == "bfloat16"


def test_maps_of_policies():
    def asked(k):
        found = k.dtype_policies.DTypePolicyMap(default_policy="bfloat16")
        found["encoder/layer_0/dense"] = k.DTypePolicy("float16")
        found["encoder/.*"] = "mixed_float16"
        found["decoder"] = "mixed_bfloat16"
        names = [found[path].name for path in ("encoder/layer_0/dense", "encoder/query", "decoder", "decoder/a", "x")]
        return [*names, found.name, found.compute_dtype, len(found), "decoder" in found, "x" in found, list(found)]

    assert asked(dovetail) == asked(keras)


def test_a_layer_made_of_layers_follows_a_map():
    def dtypes(k):
        policies = k.dtype_policies.DTypePolicyMap(policy_map={"attention/query": k.DTypePolicy("mixed_bfloat16")})
        layer = k.layers.MultiHeadAttention(1, 2, dtype=policies, name="attention")
        layer.build((2, 3, 4), (2, 3, 4))
        inside = [one for one in layer._flatten_layers(include_self=False) if one.name in ("query", "key")]
        return {one.name: (one.path, one.compute_dtype, one.variable_dtype) for one in inside}

    assert dtypes(dovetail) == dtypes(keras)
