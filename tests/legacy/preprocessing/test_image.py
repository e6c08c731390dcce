import numpy as np
import pandas
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dovetail import Sequential, layers
from dovetail.legacy.preprocessing.image import (
    KERAS1,
    ImageDataGenerator,
    array_to_img,
    img_to_array,
    list_pictures,
    load_img,
    transforms,
)
from dovetail.utils import save_img

RNG = np.random.default_rng(0)
X = RNG.uniform(0, 255, (10, 6, 5, 3)).astype("float32")
Y = np.arange(10) % 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three cats, two dogs (one in a folder of its own), and a file that is no image."""
    root = tmp_path_factory.mktemp("pets")
    for name in ("cats/a.png", "cats/b.jpg", "cats/c.BMP", "dogs/d.png", "dogs/small/e.png"):
        (root / name).parent.mkdir(exist_ok=True, parents=True)
        save_img(root / name, X[0])
    (root / "cats" / "notes.txt").write_text("no image")
    return root


def test_fit_takes_batches_from_arrays():
    flow = ImageDataGenerator(horizontal_flip=True, rescale=1 / 255).flow(X, Y, batch_size=4, seed=1)
    assert len(flow) == 3 and [len(flow[i][0]) for i in range(3)] == [4, 4, 2]
    model = Sequential([layers.Flatten(), layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    history = model.fit(flow, epochs=2, verbose=0)
    assert len(history.history["loss"]) == 2 and flow.total_batches_seen >= 6
    assert len(model.predict(ImageDataGenerator().flow(X, shuffle=False, batch_size=4), verbose=0)) == 10
    model.fit(flow, steps_per_epoch=5, verbose=0)


def test_an_iterator_has_no_end_and_a_new_order_every_epoch():
    flow = ImageDataGenerator().flow(X, np.arange(10), batch_size=5, seed=2)
    first, second = (np.concatenate([next(flow)[1] for _ in range(2)]) for _ in range(2))
    assert_array_equal(np.sort(first), np.arange(10))
    assert not np.array_equal(first, second) and np.array_equal(np.sort(second), np.arange(10))
    plain = ImageDataGenerator().flow(X, shuffle=False, batch_size=6)
    next(plain)
    plain.reset()
    assert_array_equal(next(plain), X[:6])
    with pytest.raises(ValueError, match="no batch 2: there are 2"):
        plain[2]


def test_further_arrays_weights_and_subsets_go_along():
    generator = ImageDataGenerator(validation_split=0.4)
    weights = np.arange(10.0)
    flow = generator.flow((X, [Y, weights]), Y, sample_weight=weights, shuffle=False, subset="training")
    (x, y_again, w_again), y, w = next(flow)
    assert_array_equal(x, X[4:])
    assert_array_equal(y_again, Y[4:])
    assert_array_equal(w_again, w)
    assert_array_equal(y, Y[4:])
    assert len(next(generator.flow(X, Y, subset="validation"))[0]) == 4
    with pytest.raises(ValueError, match="different number of classes"):
        generator.flow(X, np.arange(10), subset="validation")
    with pytest.raises(ValueError, match="unknown subset 'train'"):
        generator.flow(X, Y, subset="train")
    with pytest.raises(ValueError, match="same length; got 10 and 3"):
        generator.flow(X, Y[:3])
    with pytest.raises(ValueError, match="4 axes"):
        generator.flow(X[0])


@pytest.mark.parametrize("class_mode", ["categorical", "binary", "sparse", "input", None])
def test_folders(folder, class_mode, capsys):
    flow = ImageDataGenerator().flow_from_directory(folder, (4, 3), class_mode=class_mode, batch_size=5, shuffle=False)
    assert "Found 5 images belonging to 2 classes." in capsys.readouterr().out
    assert flow.class_indices == {"cats": 0, "dogs": 1} and (flow.samples, flow.nb_sample, flow.nb_class) == (5, 5, 2)
    assert [name.replace("\\", "/") for name in flow.filenames][-1] == "dogs/small/e.png"
    batch = next(flow)
    x = batch if class_mode is None else batch[0]
    assert x.shape == (5, 4, 3, 3)
    expected = {"categorical": np.eye(2)[[0, 0, 0, 1, 1]], "input": x}.get(class_mode, [0, 0, 0, 1, 1])
    if class_mode is not None:
        assert_array_equal(batch[1], expected)


def test_folders_in_other_ways(folder, tmp_path, capsys):
    generator = ImageDataGenerator(data_format="channels_first", validation_split=0.5)
    flow = generator.flow_from_directory(
        folder,
        (4, 3),
        "grayscale",
        ["dogs"],
        save_to_dir=tmp_path,
        save_prefix="x",
        save_format="jpg",
        subset="training",
    )
    x, y = next(flow)
    assert x.shape == (1, 1, 4, 3) and y.shape == (1, 1)
    assert len(list(tmp_path.glob("x_*.jpg"))) == 1
    assert len(list_pictures(folder)) == 4  # `.BMP` is not `bmp`
    old = KERAS1["ImageDataGenerator"](dim_ordering="th").flow_from_directory(folder, (4, 3), class_mode="sparse")
    x, y = old.next()
    assert x.shape == (5, 3, 4, 3) and y.dtype == np.int32
    for wrong, message in (
        ({"class_mode": "raw"}, "unknown class_mode"),
        ({"color_mode": "bgr"}, "unknown color_mode"),
    ):
        with pytest.raises(ValueError, match=message):
            generator.flow_from_directory(folder, **wrong)


def test_tables(folder, capsys):
    table = pandas.DataFrame(
        {
            "filename": ["cats/a.png", "dogs/d.png", "cats/b.jpg", "gone.png"],
            "class": ["cat", "dog", "cat", "dog"],
            "many": [["cat", "pet"], ["pet"], ["cat"], ["dog"]],
            "age": [1.0, 2.0, 3.0, 4.0],
            "weight": [1, 2, 3, 4],
        }
    )
    options = {"directory": folder, "target_size": (4, 3), "shuffle": False}

    def flow(**more):
        with pytest.warns(UserWarning, match="1 invalid image filename"):
            return next(ImageDataGenerator().flow_from_dataframe(table, **options | more))

    assert_array_equal(flow()[1], [[1, 0], [0, 1], [1, 0]])
    assert_array_equal(flow(y_col="many")[1], [[1, 1], [0, 1], [1, 0]])
    assert_array_equal(flow(y_col="many", classes=["pet"])[1], [[1], [1]])
    assert_array_equal(flow(class_mode="binary")[1], [0, 1, 0])
    assert_array_equal(flow(class_mode="raw", y_col=["age", "weight"])[1], [[1, 1], [2, 2], [3, 3]])
    assert_array_equal(flow(class_mode="multi_output", y_col=["age", "weight"])[1][1], [1, 2, 3])
    assert_array_equal(flow(weight_col="weight")[2], [1, 2, 3])
    assert flow(class_mode=None).shape == (3, 4, 3, 3)
    generator = ImageDataGenerator()
    for wrong, error, message in (
        ({"y_col": "clas"}, ValueError, "did you mean 'class'"),
        ({"y_col": "age"}, TypeError, "must be of type str or list or tuple"),
        ({"class_mode": "binary", "classes": ["cat"]}, ValueError, "must be 2 classes"),
        ({"class_mode": "multi_output"}, TypeError, "must be a list"),
        ({"weight_col": "class"}, TypeError, "must be numeric"),
    ):
        with pytest.raises(error, match=message):
            generator.flow_from_dataframe(table, **options | wrong)


def test_settings_that_need_others_switch_them_on():
    with pytest.warns(UserWarning, match="sets `featurewise_center=True`"):
        generator = ImageDataGenerator(featurewise_std_normalization=True)
    with pytest.warns(UserWarning, match="hasn't been fit"):
        generator.standardize(X[0].copy())
    for wrong in ({"zoom_range": (1, 2, 3)}, {"validation_split": 1.5}, {"brightness_range": [1]}):
        with pytest.raises(ValueError):
            ImageDataGenerator(**wrong)


def test_whitening_leaves_no_correlations():
    generator = ImageDataGenerator(zca_whitening=True, featurewise_center=True, zca_epsilon=1e-9)
    x = RNG.normal(size=(200, 2, 2, 1)).astype("float32") @ np.ones((1, 1), "float32")
    x[:, 1] += 2 * x[:, 0]
    generator.fit(x)
    flat = generator.standardize(x.copy()).reshape(200, -1)
    assert_allclose(flat.T @ flat / 200, np.eye(4), atol=1e-3)


def test_channels_first_is_channels_last_turned():
    last = {"row_axis": 0, "col_axis": 1, "channel_axis": 2}
    for name, arguments in (("random_rotation", (30,)), ("random_zoom", ((0.5, 1.5),)), ("random_shear", (20,))):
        found = []
        for x, axes in ((X[0], last), (X[0].transpose(2, 0, 1), {})):
            np.random.seed(4)
            found.append(getattr(transforms, name)(x, *arguments, **axes))
        assert_allclose(found[0].transpose(2, 0, 1), found[1])
    images = [
        ImageDataGenerator(data_format=order).apply_transform(
            x, {"brightness": 0.5, "theta": 10, "flip_vertical": True}
        )
        for order, x in (("channels_last", X[0]), ("channels_first", X[0].transpose(2, 0, 1)))
    ]
    assert_allclose(images[0].transpose(2, 0, 1), images[1])
    with pytest.raises(ValueError, match="3 axes"):
        transforms.apply_affine_transform(X, theta=3)


def test_spellings_of_both_releases(tmp_path):
    assert array_to_img(X[0].transpose(2, 0, 1), dim_ordering="th").size == (5, 6)
    assert img_to_array(array_to_img(X[0]), dim_ordering="th").shape == (3, 6, 5)
    save_img(tmp_path / "a.png", X[0])
    with pytest.warns(UserWarning, match="color_mode"):
        assert load_img(tmp_path / "a.png", grayscale=True).mode == "L"
    assert KERAS1["load_img"](str(tmp_path / "a.png"), True, (2, 2)).size == (2, 2)
    shades = np.array([[[10.0], [20.0]]])
    assert np.asarray(array_to_img(shades)).tolist() == [[0, 255]]
    assert np.asarray(KERAS1["array_to_img"](shades, "tf")).tolist() == [[127, 255]]
    old = KERAS1["ImageDataGenerator"](dim_ordering="tf")
    assert old.dim_ordering == "tf"
    assert_array_equal(next(old.flow(X, Y, 4, False, 3))[0], X[:4])
    assert_array_equal(next(old.flow(X=X, y=Y, shuffle=False))[1], Y)
    with pytest.raises(ValueError, match="unknown dim_ordering 'tff'"):
        ImageDataGenerator(dim_ordering="tff")
