import copy
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail import losses
from dovetail.engine.errors import NameLookupError, ShapeError
from dovetail.layers import Input
from dovetail.losses import Loss, LossFunctionWrapper

T = jnp.array([[0.0, 1.0], [1.0, 0.0], [1.0, 0.0]])
P = jnp.array([[0.25, 0.75], [0.5, 0.5], [0.2, 0.8]])
C = jnp.array([1, 0, 0])  # T as class numbers
L = jnp.log(P)
LOG2 = np.log(2)
RIGHT = np.array([0.75, 0.5, 0.2])  # probability of the right class

# function, class, arguments, targets, predictions, one value a sample worked out with NumPy
ROWS = [
    ("mean_squared_error", "MeanSquaredError", {}, T, P, [0.0625, 0.25, 0.64]),
    ("mean_absolute_error", "MeanAbsoluteError", {}, T, P, [0.25, 0.5, 0.8]),
    ("mean_absolute_percentage_error", "MeanAbsolutePercentageError", {}, T + 1, P, [68.75, 62.5, 55]),
    (
        "mean_squared_logarithmic_error", "MeanSquaredLogarithmicError", {}, T, P,
        np.mean(np.square(np.log1p(T) - np.log1p(P)), -1),
    ),
    ("huber", "Huber", {"delta": 0.5}, T, P, [0.03125, 0.125, 0.275]),
    ("log_cosh", "LogCosh", {}, T, P, np.mean(np.log(np.cosh(T - P)), -1)),
    ("cosine_similarity", "CosineSimilarity", {}, T, P, -RIGHT / np.linalg.norm(P, axis=-1)),
    ("kl_divergence", "KLDivergence", {}, P[::-1], P, np.sum(P[::-1] * np.log(P[::-1] / P), -1)),
    ("poisson", "Poisson", {}, T, P, (1 - np.log(RIGHT)) / 2),
    ("hinge", "Hinge", {}, T, P, [0.75, 1.0, 1.3]),
    ("squared_hinge", "SquaredHinge", {}, T, P, [0.8125, 1.25, 1.94]),
    ("categorical_hinge", "CategoricalHinge", {}, T, P, [0.5, 1.0, 1.6]),
    ("binary_crossentropy", "BinaryCrossentropy", {}, T, P, -np.log(RIGHT)),
    ("binary_crossentropy", "BinaryCrossentropy", {"label_smoothing": 1.0}, T, P, -np.log(P * (1 - P))[:, 0] / 2),
    ("binary_focal_crossentropy", "BinaryFocalCrossentropy", {}, T, P, -((1 - RIGHT) ** 2) * np.log(RIGHT)),
    (
        "binary_focal_crossentropy", "BinaryFocalCrossentropy", {"apply_class_balancing": True, "gamma": 0.0}, T, P,
        -np.log(RIGHT) / 2,
    ),
    ("categorical_crossentropy", "CategoricalCrossentropy", {}, T, 3 * P, -np.log(RIGHT)),
    ("categorical_crossentropy", "CategoricalCrossentropy", {"from_logits": True}, T, L, -np.log(RIGHT)),
    (
        "categorical_focal_crossentropy", "CategoricalFocalCrossentropy", {"alpha": 0.5, "gamma": 1.0}, T, P,
        -0.5 * (1 - RIGHT) * np.log(RIGHT),
    ),
    ("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy", {}, C, P, -np.log(RIGHT)),
    ("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy", {"from_logits": True}, C[:, None], L,
     -np.log(RIGHT)),
    ("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy", {"axis": 0}, jnp.array([1, 2]), P,
     -np.log([0.5 / 0.95, 0.8 / 2.05])),
    (
        "categorical_generalized_cross_entropy", "CategoricalGeneralizedCrossEntropy", {"q": 0.5}, C[:, None], P,
        2 - 2 * np.sqrt(RIGHT),
    ),
    ("dice", "Dice", {"axis": -1}, T, P, 1 - RIGHT),
    ("tversky", "Tversky", {"alpha": 0.2, "beta": 0.6, "axis": [1]}, T, P, 1 - RIGHT / (RIGHT + 0.8 * (1 - RIGHT))),
    ("ctc", "CTC", {}, jnp.array([[1], [1]]), jnp.zeros((2, 2, 2)), [-np.log(0.75)] * 2),
    ("circle", "Circle", {"gamma": 1.0}, jnp.array([0, 0, 1]), jnp.array([[1.0, 0], [1.0, 0], [0, 1.0]]),
     [np.log1p(np.exp(-0.4**2 - 0.4**2)), np.log1p(np.exp(-0.4**2 - 0.4**2)), 0.0]),
]  # fmt: skip
rows = pytest.mark.parametrize("function, cls, arguments, y_true, y_pred, values", ROWS, ids=[r[1] for r in ROWS])


@rows
def test_values(function, cls, arguments, y_true, y_pred, values):
    found = getattr(losses, function)(y_true, y_pred, **arguments)
    assert_allclose(found, values, rtol=1e-5, atol=1e-6)
    loss = getattr(losses, cls)(reduction=None, **arguments)
    assert_allclose(loss(y_true, y_pred), values, rtol=1e-5, atol=1e-6)
    assert_allclose(jax.jit(loss)(y_true, y_pred), values, rtol=1e-5, atol=1e-6)
    assert_allclose(getattr(losses, cls)(reduction="sum", **arguments)(y_true, y_pred), np.sum(values), rtol=1e-5)


@rows
def test_configuration(function, cls, arguments, y_true, y_pred, values):
    loss = getattr(losses, cls)(reduction="sum", name="own", **arguments)
    config = losses.serialize(loss)
    assert (config["class_name"], config["config"]["name"], config["config"]["reduction"]) == (cls, "own", "sum")
    again = losses.deserialize(config)
    assert (type(again), again.get_config()) == (type(loss), loss.get_config())
    assert_allclose(again(y_true, y_pred), loss(y_true, y_pred))
    assert isinstance(losses.get(function), getattr(losses, cls))
    assert losses.serialize(getattr(losses, function)) == function


def test_every_public_name_has_a_row():
    helpers = {"Loss", "LossFunctionWrapper", "get", "serialize", "deserialize"}
    assert set(losses.__all__) == helpers | {row[0] for row in ROWS} | {row[1] for row in ROWS}


@pytest.mark.parametrize(
    "alias, cls",
    [
        ("mse", "MeanSquaredError"), ("MAE", "MeanAbsoluteError"), ("mape", "MeanAbsolutePercentageError"),
        ("MSLE", "MeanSquaredLogarithmicError"), ("bce", "BinaryCrossentropy"), ("KLD", "KLDivergence"),
        ("logcosh", "LogCosh"),
    ],
)  # fmt: skip
def test_aliases(alias, cls):
    assert type(losses.get(alias)) is getattr(losses, cls)


def test_own_functions_and_losses():
    def own(y_true, y_pred, factor=1.0):
        assert y_true.dtype == "float32"  # as in Keras, so that 2 * y_true - 1 is safe for unsigned targets
        return factor * jnp.mean(y_pred - y_true, axis=-1)

    class Own(Loss):
        def call(self, y_true, y_pred):
            return y_pred["a"] - y_true

    wrapped = losses.get(own)
    assert (wrapped.name, wrapped.fn) == ("own", own)
    assert_allclose(wrapped(T.astype("uint8"), P), jnp.mean(P - T), atol=1e-6)
    assert_allclose(LossFunctionWrapper(own, factor=2.0)(T + 1, P), -2.0, atol=1e-6)
    assert losses.get(None) is None
    assert losses.get(wrapped) is wrapped
    assert_allclose(Own()(1, {"a": 3}), 2)
    assert losses.deserialize({"class_name": "Own", "config": {"name": "x"}}, {"Own": Own}).name == "x"
    huber = LossFunctionWrapper(losses.huber, delta=0.5, name="mine")
    again = losses.deserialize(losses.serialize(huber))
    assert again.get_config() == huber.get_config()
    assert_allclose(again(T, P), losses.Huber(0.5)(T, P))


WEIGHT = jnp.array([0.5, 2.0, 0.0])
MASK = jnp.array([True, False, True])
VALUES = np.array([0.25, 0.5, 0.8])  # of mean_absolute_error


@pytest.mark.parametrize(
    "reduction, weighted, masked, both",
    [
        ("sum_over_batch_size", 1.125 / 3, 1.05 / 2, 0.125 / 2),
        ("mean", 1.125 / 3, 1.05 / 2, 0.125 / 2),
        ("sum", 1.125, 1.05, 0.125),
        ("mean_with_sample_weight", 1.125 / 2.5, 1.05 / 2, 0.125 / 0.5),
        ("none", [0.125, 1.0, 0.0], [0.25, 0.0, 0.8], [0.125, 0.0, 0.0]),
        (None, [0.125, 1.0, 0.0], [0.25, 0.0, 0.8], [0.125, 0.0, 0.0]),
    ],
)
def test_weights_and_masks(reduction, weighted, masked, both):
    loss = losses.MeanAbsoluteError(reduction)
    for weight in (WEIGHT, WEIGHT[:, None]):
        assert_allclose(loss(T, P, sample_weight=weight), weighted, rtol=1e-6)
        assert_allclose(loss(T, P, weight, mask=MASK), both, rtol=1e-6)
    assert_allclose(loss(T, P, mask=MASK), masked, rtol=1e-6)
    assert_allclose(np.sum(loss(T, P, mask=jnp.zeros(3, bool))), 0)
    assert_allclose(np.sum(loss(T, P, sample_weight=jnp.zeros(3))), 0)


def test_weights_of_samples_and_of_steps():
    y_true, y_pred = jnp.zeros((2, 3, 4)), jnp.stack([jnp.full((3, 4), 1.0), jnp.full((3, 4), 2.0)])
    loss = losses.MeanAbsoluteError("sum")
    steps = jnp.array([[1.0, 0, 0], [1, 1, 0]])
    assert_allclose(loss(y_true, y_pred, jnp.array([1.0, 10.0])), 63)
    assert_allclose(loss(y_true, y_pred, steps), 5)
    assert_allclose(loss(y_true, y_pred, jnp.array([1.0, 10.0]), mask=steps > 0), 41)
    assert_allclose(losses.MeanAbsoluteError()(y_true, y_pred, mask=steps > 0), 5 / 3, rtol=1e-6)


def test_ignored_classes_do_not_count():
    loss = losses.SparseCategoricalCrossentropy(ignore_class=-1)
    targets = jnp.array([1, -1, 0])
    kept = -np.log(RIGHT[[0, 2]])
    assert_allclose(loss(targets, P), kept.mean(), rtol=1e-6)
    assert_allclose(loss(targets[:, None], P, mask=jnp.array([True, True, False])), kept[0], rtol=1e-6)
    large = jnp.array([2**24 + 1])  # no float32
    assert loss.counted(large, jnp.zeros(1)).tolist() == [True]


@pytest.mark.parametrize("scale", [1e3, -1e3])
def test_large_logits_give_finite_losses_and_gradients(scale):
    logits = jnp.array([[scale, -scale]])
    for cls, target in (
        (losses.CategoricalCrossentropy, [[1.0, 0.0]]),
        (losses.SparseCategoricalCrossentropy, [0]),
        (losses.BinaryCrossentropy, [[1.0, 0.0]]),
    ):
        value, gradient = jax.value_and_grad(lambda y, cls=cls, t=target: cls(from_logits=True)(jnp.array(t), y))(
            logits
        )
        assert jnp.isfinite(gradient).all()
        assert_allclose(value, 0 if scale > 0 else (1e3 if cls is losses.BinaryCrossentropy else 2e3), atol=1e-6)


def test_a_loss_of_symbolic_tensors():
    assert losses.mean_squared_error(Input((3,)), Input((3,))).shape == (None,)


ONE_HOT = jnp.zeros((4, 10))
ERRORS = {
    "mean_squared_error got targets (batch, 10) for predictions (batch, 1). "
    "Make the model's last layer 10 wide, or the targets alike.": lambda: losses.get("mse")(ONE_HOT, jnp.ones((4, 1))),
    "mean_squared_error got targets (batch,) for predictions (batch, 4). "
    "Make the model's last layer 1 wide, or the targets alike.": (
        lambda: losses.mean_squared_error(jnp.ones(4), jnp.ones((4, 4)))
    ),
    "binary_crossentropy got targets (batch, 10) for predictions (batch, 1). "
    "Make the model's last layer 10 wide, or the targets alike.": (
        lambda: losses.BinaryCrossentropy(from_logits=True)(ONE_HOT, jnp.ones((4, 1)))
    ),
    "huber got targets (batch, 3) for predictions (batch, 3). They have 1 and 4 samples.": (
        lambda: losses.huber(jnp.ones((1, 3)), jnp.ones((4, 3)))
    ),
    "dice got targets (batch, 5, 3) for predictions (batch, 6, 3). All axes but the last must be alike.": (
        lambda: losses.dice(jnp.ones((4, 5, 3)), jnp.ones((4, 6, 3)))
    ),
    "categorical_crossentropy got targets (batch,) for predictions (batch, 10). "
    "For class numbers use sparse_categorical_crossentropy, or one-hot encode the targets.": (
        lambda: losses.CategoricalCrossentropy()(jnp.ones(4), ONE_HOT)
    ),
    "categorical_hinge got targets (batch, 1) for predictions (batch, 10). "
    "For class numbers one-hot encode the targets.": lambda: losses.CategoricalHinge()(jnp.ones((4, 1)), ONE_HOT),
    "sparse_categorical_crossentropy got targets (batch, 10) for predictions (batch, 10): "
    "it takes class numbers (batch,). For one-hot targets use categorical_crossentropy.": (
        lambda: losses.SparseCategoricalCrossentropy()(ONE_HOT, ONE_HOT)
    ),
    "ctc got targets (batch,) for predictions (batch, 10): "
    "it takes class numbers (batch, labels) and logits (batch, steps, classes).": (
        lambda: losses.CTC()(jnp.ones(4), ONE_HOT)
    ),
    "circle got targets (3,) for predictions (4, 10): "
    "it takes one class number for each embedding, (batch,) and (batch, features).": (
        lambda: losses.Circle()(jnp.ones(3), ONE_HOT)
    ),
    "sample weights (3,) cannot weigh losses (4,): give one for each sample, or for each value.": (
        lambda: losses.MeanSquaredError()(ONE_HOT, ONE_HOT, sample_weight=jnp.ones(3))
    ),
    "a mask (4, 10) cannot weigh losses (4,): give one for each sample, or for each value.": (
        lambda: losses.MeanSquaredError()(ONE_HOT, ONE_HOT, mask=jnp.ones((4, 10)))
    ),
    "unknown loss 'mean_squard_error'; did you mean 'mean_squared_error'?": lambda: losses.get("mean_squard_error"),
    "unknown loss function 'hubr'; did you mean 'huber'?": lambda: LossFunctionWrapper("hubr"),
    "unknown reduction 'sun'; did you mean 'sum'?": lambda: losses.Hinge("sun"),
    "`q` is between 0 and 1, not 1": lambda: losses.CategoricalGeneralizedCrossEntropy(q=1),
}


@pytest.mark.parametrize("told", ERRORS)
def test_errors(told):
    with pytest.raises(ValueError) as error:
        ERRORS[told]()
    assert str(error.value) == told
    assert isinstance(error.value, (NameLookupError, ShapeError)) or told.startswith("`q`")


@rows
def test_copies_few_samples_and_16_bits(function, cls, arguments, y_true, y_pred, values):
    loss = getattr(losses, cls)(reduction="sum", **arguments)
    for again in (copy.deepcopy(loss), pickle.loads(pickle.dumps(loss))):
        assert type(again) is type(loss) and again.get_config() == loss.get_config()
        assert_allclose(again(y_true, y_pred), loss(y_true, y_pred))
    assert np.isnan(loss(y_true, jnp.asarray(y_pred) * jnp.nan))  # never hidden
    half = getattr(losses, cls)(dtype="bfloat16", **arguments)(y_true, y_pred)
    assert half.dtype == "bfloat16"
    assert_allclose(np.float32(half), getattr(losses, cls)(**arguments)(y_true, y_pred), rtol=0.05, atol=0.02)
    if arguments.get("axis") == 0:
        return  # classes on the axis of samples: no sample can be left out
    assert getattr(losses, cls)(reduction=None, **arguments)(y_true[:1], y_pred[:1]).shape == (1,)
    assert loss(y_true[:0], y_pred[:0]) == getattr(losses, cls)(**arguments)(y_true[:0], y_pred[:0]) == 0
