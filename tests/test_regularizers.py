import jax.numpy as jnp
import pytest
from numpy.testing import assert_allclose

from dovetail import regularizers
from dovetail.engine.errors import NameLookupError, ShapeError
from dovetail.regularizers import L1, L1L2, L2, OrthogonalRegularizer, Regularizer

W = jnp.array([[3.0, -4.0], [0.0, 2.0]])

ROWS = [
    (L1, {}, 0.09),
    (L1, {"l1": 0.5}, 4.5),
    (L2, {}, 0.29),
    (L2, {"l2": 0.5}, 14.5),
    (L1L2, {}, 0.0),
    (L1L2, {"l1": 0.5, "l2": 0.5}, 19.0),
    (OrthogonalRegularizer, {}, 0.008),
    (OrthogonalRegularizer, {"factor": 1.0, "mode": "columns"}, 12 / (3 * 20**0.5)),
]


@pytest.mark.parametrize("cls, arguments, penalty", ROWS)
def test_values_and_configuration(cls, arguments, penalty):
    regularizer = cls(**arguments)
    assert_allclose(regularizer(W), penalty, rtol=1e-6)
    again = regularizers.deserialize(regularizers.serialize(regularizer))
    assert type(again) is cls
    assert again.get_config() == regularizer.get_config()
    assert arguments.items() <= again.get_config().items()


def test_every_class_has_a_row():
    own = {x for x in vars(regularizers).values() if isinstance(x, type) and issubclass(x, Regularizer)}
    assert own - {Regularizer} == {row[0] for row in ROWS} == set(regularizers._family.members.values())


@pytest.mark.parametrize("name", ["l1", "L1", "l2", "l1_l2", "l1l2", "L1L2", "orthogonal_regularizer"])
def test_names(name):
    assert isinstance(regularizers.get(name), Regularizer)


def test_none_functions_and_custom_objects():
    class Own(Regularizer):
        def __call__(self, x):
            return x.sum()

    assert regularizers.get(None) is None
    assert regularizers.get(jnp.sum) is jnp.sum
    assert isinstance(regularizers.get(Own), Own)
    assert isinstance(regularizers.deserialize({"class_name": "Own", "config": {}}, {"Own": Own}), Own)


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf"), "0.1", True, [0.1]])
def test_factors_that_make_no_sense(value):
    for make in (lambda: L1(value), lambda: L2(value), lambda: L1L2(l2=value), lambda: OrthogonalRegularizer(value)):
        with pytest.raises(ValueError, match="must be a finite number of at least 0"):
            make()


def test_errors():
    with pytest.raises(NameLookupError) as error:
        regularizers.get("l3")
    assert str(error.value).startswith("unknown regularizer 'l3'; did you mean 'l")
    with pytest.raises(NameLookupError, match="unknown mode of OrthogonalRegularizer 'row'; did you mean 'rows'"):
        OrthogonalRegularizer(mode="row")
    with pytest.raises(ShapeError, match="OrthogonalRegularizer takes matrices"):
        OrthogonalRegularizer()(jnp.ones(3))
    with pytest.raises(NotImplementedError, match="needs a `__call__"):
        Regularizer()(W)
    assert OrthogonalRegularizer()(jnp.ones((1, 3))) == 0
