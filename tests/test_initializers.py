import math

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dovetail import initializers
from dovetail.engine.errors import NameLookupError, ShapeError
from dovetail.engine.randomness import SeedGenerator, set_random_seed
from dovetail.initializers import (
    STFT,
    Constant,
    Identity,
    Initializer,
    Orthogonal,
    RandomInitializer,
    RandomNormal,
    VarianceScaling,
)

SHAPE = (40, 50)
CUT = 2 / 0.87962566103423978  # of a truncated normal that has variance 1
UNIFORM = math.sqrt(3)

# name, arguments, standard deviation, largest distance from the mean in standard deviations (None: no bound)
RANDOM = [
    ("GlorotNormal", {}, math.sqrt(2 / 90), CUT),
    ("GlorotUniform", {}, math.sqrt(2 / 90), UNIFORM),
    ("HeNormal", {}, math.sqrt(2 / 40), CUT),
    ("HeUniform", {}, math.sqrt(2 / 40), UNIFORM),
    ("HeUniform", {"input_axes": [0, 1], "output_axes": 1}, math.sqrt(2 / 2000), UNIFORM),
    ("LecunNormal", {}, math.sqrt(1 / 40), CUT),
    ("LecunUniform", {}, math.sqrt(1 / 40), UNIFORM),
    ("RandomNormal", {"mean": 1.0, "stddev": 2.0}, 2, None),
    ("RandomUniform", {"minval": -1.0, "maxval": 3.0}, 4 / math.sqrt(12), UNIFORM),
    ("TruncatedNormal", {"mean": 1.0, "stddev": 2.0}, 2 * 0.87962566103423978, CUT),
    ("VarianceScaling", {}, math.sqrt(1 / 40), CUT),
    ("VarianceScaling", {"mode": "fan_out", "distribution": "uniform"}, math.sqrt(1 / 50), UNIFORM),
    ("VarianceScaling", {"scale": 3.0, "distribution": "untruncated_normal"}, math.sqrt(3 / 40), None),
    ("Orthogonal", {}, math.sqrt(1 / 50), None),
]
FIXED = [
    ("Zeros", {}, np.zeros((2, 3))),
    ("Ones", {}, np.ones((2, 3))),
    ("Constant", {"value": 2.5}, np.full((2, 3), 2.5)),
    ("Identity", {"gain": 2.0}, [[2, 0, 0], [0, 2, 0]]),
]
ALIASES = {"IdentityInitializer", "OrthogonalInitializer", "STFTInitializer", "normal", "uniform", "one", "zero"}


@pytest.mark.parametrize("name, arguments, stddev, bound", RANDOM)
def test_random_values(name, arguments, stddev, bound):
    made = getattr(initializers, name)(seed=1, **arguments)
    values = made(SHAPE)
    assert (values.dtype, values.shape) == ("float32", SHAPE)
    mean = arguments.get("mean", (arguments.get("minval", 0) + arguments.get("maxval", 0)) / 2)
    assert_allclose(values.mean(), mean, atol=0.1 * stddev)
    assert_allclose(values.std(), stddev, rtol=0.05)
    if bound:
        assert 0.9 * bound < np.abs(values - mean).max() / stddev <= 1.0001 * bound
    assert_array_equal(values, made(SHAPE))  # as in Keras, the same object draws the same
    assert_array_equal(values, initializers.deserialize(initializers.serialize(made))(SHAPE))
    assert_array_equal(values.astype(jnp.bfloat16), made(SHAPE, "bfloat16"))
    assert (values != type(made)(seed=2, **arguments)(SHAPE)).mean() > 0.99


@pytest.mark.parametrize("name, arguments, values", FIXED)
def test_fixed_values(name, arguments, values):
    made = getattr(initializers, name)(**arguments)
    assert_array_equal(made((2, 3)), values)
    assert made((2, 3)).dtype == "float32"
    assert made((2, 3), "int32").dtype == "int32"
    assert_array_equal(initializers.deserialize(initializers.serialize(made))((2, 3)), values)


def test_every_class_has_a_row():
    own = {x for x in vars(initializers).values() if isinstance(x, type) and issubclass(x, Initializer)}
    public = {x.__name__ for x in own if not x.__name__.startswith("_")}
    rows = {row[0] for row in (*RANDOM, *FIXED)} | {"STFT"}
    assert public - {"Initializer", "RandomInitializer"} == rows
    assert rows | ALIASES <= set(initializers._family.members)


def test_orthogonal_columns_or_rows():
    tall, wide = Orthogonal(gain=2.0, seed=0)((2, 3, 4)).reshape(6, 4), Orthogonal(seed=0)((4, 6))
    assert_allclose(tall.T @ tall, 4 * np.eye(4), atol=1e-5)
    assert_allclose(wide @ wide.T, np.eye(4), atol=1e-5)


def test_unseeded_objects_differ_but_repeat_after_set_random_seed():
    def draw():
        set_random_seed(3)
        first, second = RandomNormal(), RandomNormal()
        assert_array_equal(first(SHAPE), first(SHAPE))
        assert (first(SHAPE) != second(SHAPE)).all()
        assert first.get_config()["seed"] is None
        return first(SHAPE)

    assert_array_equal(draw(), draw())


def test_a_seed_generator_draws_anew_at_every_call():
    made = RandomNormal(seed=SeedGenerator(5))
    first = made(SHAPE)
    assert (first != made(SHAPE)).all()
    assert_array_equal(first, initializers.deserialize(initializers.serialize(made))(SHAPE))
    assert_array_equal(first, RandomNormal(seed=SeedGenerator(5))(SHAPE))


def test_stft_kernel_is_a_windowed_fourier_transform():
    signal = np.random.default_rng(0).normal(size=8)
    spectrum = np.fft.rfft(signal)
    for side, wanted in (("real", spectrum.real), ("imag", spectrum.imag)):
        assert_allclose(signal @ STFT(side, window=None)((8, 1, 5))[:, 0], wanted, atol=1e-5)
    window = np.hanning(8)
    for scaling, scale in ((None, 1), ("density", np.sqrt((window**2).sum())), ("spectrum", window.sum())):
        wanted = np.fft.rfft(signal * window).real / scale
        for given in ("hann", window):
            assert_allclose(signal @ STFT("real", given, scaling)((8, 1, 5))[:, 0], wanted, atol=1e-5)


def test_get():
    def own(shape, dtype=None):
        return np.zeros(shape)

    assert initializers.get(None) is None
    assert initializers.get(own) is own
    assert_array_equal(initializers.get(np.arange(3.0))((3,)), [0, 1, 2])
    assert isinstance(initializers.get("glorot_uniform"), initializers.GlorotUniform)
    assert initializers.glorot_uniform is initializers.GlorotUniform
    assert isinstance(initializers.get(Constant), Constant)
    clone = VarianceScaling(2.0, seed=1).clone()
    assert clone.get_config() == VarianceScaling(2.0, seed=1).get_config()


ERRORS = {
    "unknown initializer 'glorot_unifrom'; did you mean 'glorot_uniform'?": lambda: initializers.get("glorot_unifrom"),
    "unknown mode of VarianceScaling 'fan_inn'; did you mean 'fan_in'?": lambda: VarianceScaling(mode="fan_inn"),
    "unknown distribution of VarianceScaling 'uniforn'; did you mean 'uniform'?": (
        lambda: VarianceScaling(distribution="uniforn")
    ),
    "`scale` must be positive, not 0": lambda: VarianceScaling(scale=0),
    "a weight of shape (2, 3) does not have all of the axes (2,)": (
        lambda: VarianceScaling(input_axes=0, output_axes=[2])((2, 3))
    ),
    "values of shape (3,) do not fill a weight of shape (2,)": lambda: Constant(np.ones(3))((2,)),
    "Identity makes matrices, not an array of shape (2,)": lambda: Identity()((2,)),
    "Orthogonal makes arrays of at least 2 axes, not of shape (2,)": lambda: Orthogonal()((2,)),
    "unknown side of STFT 'reel'; did you mean 'real'?": lambda: STFT("reel"),
    "unknown window of STFT 'hannn'; did you mean 'hann'?": lambda: STFT(window="hannn"),
    "STFT makes arrays (window length, 1, fft length // 2 + 1), not of shape (8, 5)": lambda: STFT()((8, 5)),
    "STFT has a window of shape (3,) for a kernel of length 8": lambda: STFT(window=np.ones(3))((8, 1, 5)),
}


@pytest.mark.parametrize("told", ERRORS)
def test_errors(told):
    with pytest.raises(ValueError) as error:
        ERRORS[told]()
    assert str(error.value) == told
    assert isinstance(error.value, (NameLookupError, ShapeError)) or told.startswith("`scale`")


def test_a_seed_is_a_number():
    with pytest.raises(TypeError, match="`seed` is an integer, a SeedGenerator or None"):
        RandomInitializer("one")
