"""Dtype policies: what is refused, and configurations of maps. Names and dtypes are compared in tests/parity."""

import pytest

import dovetail
from dovetail import dtype_policies, mixed_precision


def test_quantized_policies_say_that_they_are_not_there():
    for make in (
        lambda: dovetail.DTypePolicy("int8_from_float32"),
        lambda: dtype_policies.QuantizedDTypePolicy("int8", "float32"),
        lambda: dtype_policies.QuantizedFloat8DTypePolicy("float8"),
        lambda: dtype_policies.deserialize({"class_name": "GPTQDTypePolicy", "config": {"mode": "gptq/4/128"}}),
        lambda: dovetail.layers.Dense(2, dtype="int4_from_float32"),
    ):
        with pytest.raises(NotImplementedError, match="is quantized, which is not there yet"):
            make()


def test_a_map_comes_back_from_its_configuration():
    found = dtype_policies.DTypePolicyMap("bfloat16", {"a/.*": dovetail.DTypePolicy("mixed_bfloat16")})
    again = dtype_policies.deserialize(dtype_policies.serialize(found))
    assert again == found and again["a/b"].name == "mixed_bfloat16"
    layer = dovetail.layers.Dense(2, dtype=found)
    assert type(layer).from_config(layer.get_config()).dtype_policy == found
    del found["a/.*"]
    assert len(found) == 0 and again != found


def test_maps_refuse_what_is_ambiguous():
    found = dtype_policies.DTypePolicyMap(policy_map={"a/.*": "float16", ".*/b": "bfloat16"})
    with pytest.raises(ValueError, match=r"'a/b' is matched by several keys of the policy map: \['a/\.\*', '\.\*/b'\]"):
        found["a/b"]
    with pytest.raises(ValueError, match=r"has 'a/\.\*' already"):
        found["a/.*"] = "float32"
    with pytest.raises(ValueError, match="is one policy, not a map"):
        dtype_policies.DTypePolicyMap(found)
    with pytest.raises(TypeError, match="is a dictionary from paths to policies"):
        dtype_policies.DTypePolicyMap(policy_map=[1])


def test_the_global_policy_under_its_old_names():
    try:
        mixed_precision.set_global_policy("mixed_bfloat16")
        assert mixed_precision.global_policy() == mixed_precision.Policy("mixed_bfloat16")
        assert dovetail.layers.Dense(2).compute_dtype == "bfloat16"
    finally:
        mixed_precision.set_dtype_policy(None)
    assert dovetail.config.dtype_policy().name == "float32"
    with pytest.raises(ValueError, match="unknown dtype policy 'mixed_float61'; did you mean 'mixed_float16'?"):
        mixed_precision.set_global_policy("mixed_float61")
    with pytest.raises(TypeError, match="`policy` is a name such as"):
        mixed_precision.set_global_policy(16)
