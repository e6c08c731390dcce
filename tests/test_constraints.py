import jax.numpy as jnp
import pytest
from numpy.testing import assert_allclose

from dovetail import constraints
from dovetail.constraints import Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm
from dovetail.engine.errors import NameLookupError

W = jnp.array([[3.0, -0.3], [4.0, 0.4]])  # columns of norm 5 and 0.5

ROWS = [
    (Constraint, {}, W),
    (MaxNorm, {}, [[1.2, -0.3], [1.6, 0.4]]),
    (MaxNorm, {"max_value": 1, "axis": [0]}, [[0.6, -0.3], [0.8, 0.4]]),
    (MinMaxNorm, {"min_value": 1.0, "max_value": 2.0}, [[1.2, -0.6], [1.6, 0.8]]),
    (MinMaxNorm, {"min_value": 1.0, "max_value": 2.0, "rate": 0.5}, [[2.1, -0.45], [2.8, 0.6]]),
    (NonNeg, {}, [[3.0, 0.0], [4.0, 0.4]]),
    (UnitNorm, {}, [[0.6, -0.6], [0.8, 0.8]]),
    (UnitNorm, {"axis": 1}, W / jnp.sqrt(jnp.array([[9.09], [16.16]]))),
]


@pytest.mark.parametrize("cls, arguments, values", ROWS)
def test_values_and_configuration(cls, arguments, values):
    constraint = cls(**arguments)
    assert_allclose(constraint(W), values, rtol=1e-5)
    assert constraint(W.astype("bfloat16")).dtype == "bfloat16"
    assert arguments.items() <= constraint.get_config().items()
    if cls is not Constraint:
        again = constraints.deserialize(constraints.serialize(constraint))
        assert (type(again), again.get_config()) == (cls, constraint.get_config())


def test_every_class_has_a_row():
    own = {x for x in vars(constraints).values() if isinstance(x, type) and issubclass(x, Constraint)}
    assert own == {row[0] for row in ROWS} == set(constraints._family.members.values()) | {Constraint}


def test_a_weight_of_zeros_or_without_bound_stays_a_number():
    for constraint in (MaxNorm(), MinMaxNorm(), UnitNorm()):
        assert_allclose(constraint(W * 0), W * 0)
    assert_allclose(NonNeg()(jnp.array([-jnp.inf, jnp.inf])), [0, jnp.inf])


def test_get():
    assert constraints.get(None) is None
    assert constraints.get(jnp.abs) is jnp.abs
    assert isinstance(constraints.get("max_norm"), MaxNorm)
    assert isinstance(constraints.get(NonNeg), constraints.non_neg)
    with pytest.raises(NameLookupError) as error:
        constraints.get("max_nrom")
    assert str(error.value) == "unknown constraint 'max_nrom'; did you mean 'max_norm'?"
