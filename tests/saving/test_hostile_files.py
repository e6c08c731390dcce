"""Files made to do harm are refused: nothing in them runs, and nothing is allocated that they do not hold."""

import base64
import io
import json
import marshal
import struct
import tracemalloc
import zipfile
import zlib

import h5py
import numpy as np
import pytest

import dovetail as keras
from dovetail import layers
from dovetail.saving import ConfigError, ModelFileError, WeightsFileError

HUGE = 10**12
ran = []


@pytest.fixture
def good(tmp_path):
    """The parts of a good file."""
    x = keras.Input((4,), name="x")
    model = keras.Model(x, layers.Dense(2, name="dense")(layers.Dense(3, name="first")(x)))
    model.compile("adam", "mse")
    model.save(tmp_path / "good.keras")
    with zipfile.ZipFile(tmp_path / "good.keras") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def load(parts, tmp_path, **arguments):
    """Load a file of these parts; more than 16 MiB in use on the way is a failure."""
    path = tmp_path / "bad.keras"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return load_path(path, **arguments)


def load_path(path, **arguments):
    tracemalloc.start()
    try:
        return keras.models.load_model(path, **arguments)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 16 * 2**20


def with_config(parts, change):
    config = json.loads(parts["config.json"])
    change(config)
    return parts | {"config.json": json.dumps(config)}


def layer_entry(config, name="dense"):
    return next(entry for entry in config["config"]["layers"] if entry["config"]["name"] == name)


def lambda_config():
    code = compile("ran.append('code of a file') or x", "<file>", "eval")
    return {"class_name": "__lambda__", "config": {"code": base64.b64encode(marshal.dumps(code)).decode()}}


WRONG = {
    "an optimizer where a layer belongs": lambda c: layer_entry(c).update(
        {"module": "keras.optimizers", "class_name": "Adam", "config": {"name": "dense"}}
    ),
    "a layer where an initializer belongs": lambda c: layer_entry(c)["config"].update(
        kernel_initializer={"module": "keras.layers", "class_name": "Dense", "config": {"units": 2}}
    ),
    "a module of Python": lambda c: layer_entry(c).update({"module": "os", "class_name": "system", "config": "true"}),
    "a function of a module": lambda c: layer_entry(c)["config"].update(
        activation={"module": "builtins", "class_name": "function", "config": "eval", "registered_name": "eval"}
    ),
    "an attribute of an operation's module": lambda c: layer_entry(c).update(
        {"module": "keras.src.ops.numpy", "class_name": "Builtins", "config": {"name": "dense"}}
    ),
    "a private name of an operation's module": lambda c: layer_entry(c).update(
        {"module": "dovetail.ops", "class_name": "__builtins__", "config": {"name": "dense"}}
    ),
    "code": lambda c: layer_entry(c)["config"].update(activation=lambda_config()),
    "code in a Lambda layer": lambda c: layer_entry(c).update(
        {"class_name": "Lambda", "config": {"name": "dense", "function": lambda_config()}}
    ),
    "a class as it is in memory": lambda c: layer_entry(c).update({"class": "os.system", "class_name": "System"}),
    "no layers": lambda c: c["config"].pop("layers"),
    "layers that are no layers": lambda c: c["config"].update(layers=[1, 2]),
    "inputs that nothing makes": lambda c: c["config"].update(input_layers=[["nothing", 0, 0]]),
    "a cycle": lambda c: layer_entry(c, "first")["inbound_nodes"][0].update(
        args=layer_entry(c)["inbound_nodes"][0]["args"]
    ),
    "something that is no model": lambda c: c.update(
        {"module": "keras.optimizers", "class_name": "Adam", "config": {}, "build_config": None}
    ),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_architectures(good, tmp_path, change):
    with pytest.raises((ConfigError, ValueError, TypeError)):
        load(with_config(good, change), tmp_path)
    assert not ran


def test_code_runs_only_where_it_is_asked_for(good, tmp_path):
    parts = with_config(good, WRONG["code"])
    with pytest.raises(ConfigError, match="hold Python code.*was not run.*safe_mode=False"):
        load(parts, tmp_path, safe_mode=None)  # not saying so is not asking for it
    with pytest.raises(ConfigError, match="hold Python code"):
        keras.models.model_from_json(parts["config.json"])

    model = keras.Sequential([keras.Input((2,)), layers.Lambda(lambda x: x * 3)])
    model.save(tmp_path / "lambda.keras")
    with pytest.raises(ConfigError, match="hold Python code"):
        keras.models.load_model(tmp_path / "lambda.keras")
    loaded = keras.models.load_model(tmp_path / "lambda.keras", safe_mode=False)
    np.testing.assert_array_equal(loaded(np.ones((1, 2), "float32")), [[3, 3]])


def test_arrays_in_configurations_are_numbers():
    for dtype in (f"S{HUGE}", f"V{HUGE}", "object", "O", ["a"], None):
        with pytest.raises(ConfigError, match="only numbers are read"):
            keras.saving.deserialize_keras_object(
                {"class_name": "__numpy__", "config": {"value": ["a"], "dtype": dtype}}
            )


@pytest.mark.parametrize("units", [HUGE, 2**31])
def test_declared_sizes_are_compared_before_anything_is_made(good, tmp_path, units):
    parts = with_config(good, lambda config: layer_entry(config)["config"].update(units=units))
    with pytest.raises((WeightsFileError, ConfigError, ValueError, OverflowError)):
        load(parts, tmp_path)


def test_deep_nesting(good, tmp_path):
    for text in ("[" * 100_000, '{"config":' * 900 + "1" + "}" * 900):
        with pytest.raises((ModelFileError, ConfigError)):
            load(good | {"config.json": text}, tmp_path)

    def nest(config):
        inner = {"class_name": "Dense", "module": "keras.layers", "config": {"units": 1}}
        for _ in range(400):
            inner = {"class_name": "TimeDistributed", "module": "keras.layers", "config": {"layer": inner}}
        layer_entry(config).update({"class_name": "TimeDistributed", "config": {"name": "dense", "layer": inner}})

    with pytest.raises((ModelFileError, ConfigError)):
        load(with_config(good, nest), tmp_path)


# -- the archive


def test_archives(good, tmp_path):
    path = tmp_path / "bad.keras"
    path.write_bytes(b"no archive")
    with pytest.raises(ModelFileError, match="neither a '.keras' archive nor an HDF5 file"):
        load_path(path)
    for missing in good:
        if missing != "metadata.json":
            with pytest.raises(ModelFileError, match=f"holds no '{missing}'"):
                load({name: content for name, content in good.items() if name != missing}, tmp_path)
    with pytest.raises(ModelFileError, match="config.json does not describe a model"):
        load(good | {"config.json": b"[]"}, tmp_path)
    with pytest.raises(ModelFileError, match="config.json is not JSON"):
        load(good | {"config.json": b"\xff\xfe"}, tmp_path)


def test_an_archive_with_two_members_of_one_name(good, tmp_path):
    path = tmp_path / "bad.keras"
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        for name, content in [*good.items(), ("config.json", good["config.json"])]:
            archive.writestr(name, content)
    with pytest.raises(ModelFileError, match="holds 2 members called 'config.json'"):
        load_path(path)


def test_an_archive_that_grows(good, tmp_path):
    path = tmp_path / "bad.keras"
    for member in ("config.json", "model.weights.h5"):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in good.items():
                archive.writestr(name, b" " * (32 * 2**20) if name == member else content)
        with pytest.raises(ModelFileError, match=f"{member!r} declares 33554432 bytes, more than it may"):
            load_path(path)


def test_an_archive_that_lies(good, tmp_path):
    """The directory says that a member is small, its data say otherwise; a checksum is wrong; a member is encrypted."""
    path = tmp_path / "bad.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in good.items():
            archive.writestr(name, b" " * (32 * 2**20) if name == "config.json" else content)
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<L", 32 * 2**20), struct.pack("<L", 1000)))
    with pytest.raises(ModelFileError, match="is damaged|is not JSON"):
        load_path(path)
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in good.items():
            archive.writestr(name, part)
    content = bytearray(path.read_bytes())
    checksum = struct.pack("<L", zlib.crc32(good["config.json"]))
    path.write_bytes(bytes(content).replace(checksum, b"\0\0\0\0"))
    with pytest.raises(ModelFileError, match="is damaged: 'config.json': Bad CRC-32"):
        load_path(path)
    flags = bytes(content).replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")
    path.write_bytes(flags)
    with pytest.raises(ModelFileError, match="is damaged.*encrypted"):
        load_path(path)


def test_assets_do_not_lead_out_of_the_archive(good, tmp_path):
    class WithFiles(layers.Layer):
        def call(self, x):
            return x

        def load_assets(self, folder):
            self.folder = folder

    def change(config):
        layer_entry(config, "first").update(
            {"module": None, "class_name": "WithFiles", "registered_name": "WithFiles", "config": {"name": "first"}}
        )

    parts = with_config(good, change) | {"assets/layers/with_files/../../../../escaped.txt": b"no"}
    with pytest.raises(ModelFileError, match="leads out of the archive"):
        load(parts, tmp_path, custom_objects={"WithFiles": WithFiles})


# -- the weights


def changed_weights(parts, change):
    content = io.BytesIO(parts["model.weights.h5"])
    with h5py.File(content, "a") as file:
        change(file)
    return parts | {"model.weights.h5": content.getvalue()}


def external_link(file):
    del file["layers/dense"]
    file["layers/dense"] = h5py.ExternalLink("/etc/passwd", "/")


def soft_link(file):
    del file["layers/dense"]
    file["layers/dense"] = h5py.SoftLink("/layers/dense_1")


def external_storage(file):
    del file["layers/dense/vars/1"]
    file["layers/dense/vars"].create_dataset("1", (2,), "float32", external=[("/etc/passwd", 0, 8)])


def virtual(file):
    del file["layers/dense/vars/1"]
    layout = h5py.VirtualLayout((2,), "float32")
    layout[:] = h5py.VirtualSource("/tmp/other.h5", "x", (2,))
    file["layers/dense/vars"].create_virtual_dataset("1", layout)


def objects(file):
    del file["layers/dense/vars/1"]
    file["layers/dense/vars"].create_dataset("1", (3,), h5py.string_dtype())


def compound(file):
    del file["layers/dense/vars/1"]
    file["layers/dense/vars"].create_dataset("1", (3,), [("a", "V2")])


def not_a_group(file):
    del file["layers/dense"]
    file["layers/dense"] = np.zeros(3)


HARMFUL = (external_link, soft_link, external_storage, virtual, objects, compound, not_a_group)


@pytest.mark.parametrize("change", HARMFUL, ids=lambda change: change.__name__)
def test_weights(good, tmp_path, change):
    with pytest.raises(WeightsFileError, match="nothing was loaded"):
        load(changed_weights(good, change), tmp_path)


def test_weights_that_declare_what_is_not_there(good, tmp_path):
    def declare(file):
        del file["layers/dense/vars/0"]
        file["layers/dense/vars"].create_dataset("0", (4, HUGE), "float32", chunks=(4, 1024))

    parts = with_config(good, lambda config: layer_entry(config, "first")["config"].update(units=HUGE))
    with pytest.raises((WeightsFileError, ValueError, OverflowError)):
        load(changed_weights(parts, declare), tmp_path)
    with pytest.raises(WeightsFileError, match="is not an HDF5 file"):
        load(good | {"model.weights.h5": good["model.weights.h5"][:500]}, tmp_path)


def test_whole_models_in_hdf5(good, tmp_path):
    path = tmp_path / "a.h5"
    model = keras.Sequential([keras.Input((2,)), layers.Dense(2, name="dense")])
    model.save(path)

    def refused(change, *errors):
        bad = tmp_path / "bad.h5"
        bad.write_bytes(path.read_bytes())
        with h5py.File(bad, "a") as file:
            change(file)
        with pytest.raises(errors):
            load_path(bad)

    def set_config(change):
        def apply(file):
            config = json.loads(file.attrs["model_config"])
            change(config)
            file.attrs["model_config"] = json.dumps(config)

        return apply

    def link(file):
        del file["model_weights/dense"]
        file["model_weights/dense"] = h5py.ExternalLink("/etc/passwd", "/")

    refused(link, WeightsFileError)
    refused(lambda file: file.attrs.update(model_config="{"), WeightsFileError)
    refused(lambda file: file.attrs.pop("model_config"), WeightsFileError)
    refused(set_config(lambda c: c["config"]["layers"][1]["config"].update(units=HUGE)), ValueError, OverflowError)
    refused(set_config(lambda c: c["config"]["layers"][1]["config"].update(activation=lambda_config())), ConfigError)
    assert not ran
