"""The public names of Keras 3.15 are here with Keras's arguments, but for a list of what is left."""

import inspect
from pathlib import Path

import pytest

import dovetail
from dovetail import api

LISTING = Path(__file__).parent / "data" / "keras-3.15.txt"
# Namespaces that are whole, but for these names. What is done goes out of the list.
LEFT = {
    "layers": """
        AugMix AutoContrast CategoryEncoding CenterCrop ContrastLimitedAdaptiveHistogramEqualization CutMix
        Discretization Equalization FlaxLayer HashedCrossing Hashing IntegerLookup JaxLayer MaxNumBoundingBoxes
        MelSpectrogram MixUp Normalization Pipeline RandAugment RandomBrightness RandomColorDegeneration
        RandomColorJitter RandomContrast RandomCrop RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur
        RandomGrayscale RandomHue RandomInvert RandomPerspective RandomPosterization RandomRotation RandomSaturation
        RandomSharpness RandomShear RandomTranslation RandomZoom Rescaling Resizing ReversibleEmbedding STFTSpectrogram
        Solarization StringLookup TFSMLayer TextVectorization TorchModuleWrapper
    """,
    "losses": "",
    "metrics": "",
    "optimizers": "",
    "optimizers.legacy": "",
    "optimizers.schedules": "",
    "callbacks": "BackupAndRestore OrbaxCheckpoint RemoteMonitor SwapEMAWeights TensorBoard",
    "activations": "",
    "initializers": "",
    "regularizers": "",
    "constraints": "",
    "ops": "",
    "ops.image": "",
    "ops.linalg": "",
    "ops.nn": "",
    "ops.numpy": "slogdet",
    "random": "beta binomial categorical dropout gamma normal randint shuffle truncated_normal uniform",
    "tree": """
        MAP_TO_NONE assert_same_paths assert_same_structure flatten flatten_with_path is_nested lists_to_tuples
        map_shape_structure map_structure map_structure_up_to pack_sequence_as traverse
    """,
    "utils": """
        Config CustomObjectScope FeatureSpace Progbar PyDataset Sequence array_to_img audio_dataset_from_directory
        custom_object_scope deserialize_keras_object disable_interactive_logging enable_interactive_logging
        get_custom_objects get_file get_registered_name get_registered_object get_source_inputs
        image_dataset_from_directory img_to_array is_interactive_logging_enabled is_keras_tensor load_img model_to_dot
        normalize pack_x_y_sample_weight pad_sequences plot_model register_keras_serializable save_img
        serialize_keras_object split_dataset standardize_dtype text_dataset_from_directory timeseries_dataset_from_array
        to_categorical unpack_x_y_sample_weight
    """,
    "config": """
        disable_flash_attention disable_interactive_logging disable_traceback_filtering enable_flash_attention
        enable_interactive_logging enable_traceback_filtering enable_unsafe_deserialization is_flash_attention_enabled
        is_interactive_logging_enabled is_nnx_enabled is_traceback_filtering_enabled max_epochs max_steps_per_epoch
        set_backend set_max_epochs set_max_steps_per_epoch
    """,
    "backend": """
        backend clear_session epsilon floatx get_uid image_data_format is_float_dtype is_int_dtype is_keras_tensor
        result_type set_epsilon set_floatx set_image_data_format standardize_dtype
    """,
    "models": "",
    "saving": "KerasFileEditor serialize_keras_object",
    "": """
        FloatDTypePolicy Function Initializer Operation Quantizer Regularizer RematScope SymbolicScope device name_scope
        remat version
    """,
}


@pytest.fixture(scope="module")
def findings():
    return api.check(api.read(LISTING.read_text()), dovetail)


@pytest.mark.parametrize("namespace", LEFT)
def test_names_have_keras_signatures(findings, namespace):
    inside = [finding for finding in findings if finding.namespace == namespace]
    assert len(inside) > 1
    left = set(LEFT[namespace].split())
    assert left <= {finding.name for finding in inside}, "the list names what Keras does not have"
    not_done = {f.name: f.difference or "missing" for f in inside if f.is_missing or f.difference}
    assert {name: why for name, why in not_done.items() if name not in left} == {}


def difference(wanted, found):
    return api.difference_of(api.signature_of(wanted), inspect.signature(found))


def test_differences_are_told():
    assert difference("(x, axis=None, **kwargs)", lambda x, axis=None, more=1: 0) is None
    assert difference("(x, *, name=None)", lambda x, name=None: 0) is None
    assert difference("(x, axis=None)", lambda x, **kwargs: 0) == "has no argument 'axis'"
    assert difference("(x, axis=None)", lambda x, axis=-1: 0) == "the default of 'axis' is -1, in Keras None"
    assert difference("(x, axis=1)", lambda x, axis: 0) == "the default of 'axis' is none, in Keras 1"
    assert difference("(x, axis)", lambda axis, x: 0) == "the order is axis, x, in Keras x, axis"
    assert difference("(x)", lambda x, y: 0) == "needs 'y', which Keras does not have"
    assert difference("(x, y)", lambda x, y=2: 0) == "'y' has a default here: 2"
    assert difference("(x: int, y: str = 'a')", lambda x, y="a": 0) is None


def test_the_report(capsys, tmp_path):
    listing = tmp_path / "names.txt"
    listing.write_text(
        "keras.version [function] ()\n"
        "keras.layers.Dense [class] (self, units, activation=None)\n"
        "keras.layers.Nothing [class] (self)\n"
        "keras.layers.Flatten [class] (self, axis, data_format=None)\n"
        "keras.layers.Add [function] (x)\n"
    )
    assert api.main(["--check", str(listing)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "layers: 1 of 4 as in Keras" in lines
    assert "    other signature: Flatten: has no argument 'axis'" in lines
    assert "    other signature: Add: is a function in Keras" in lines
    assert "    missing: Nothing" in lines
    listing.write_text("keras.layers.Dense [class] (self, units, activation=None)\n")
    assert api.main(["--check", str(listing)]) == 0
    assert "Dense: use_bias=True, kernel_initializer='glorot_uniform'" in capsys.readouterr().out
    listing.write_text("layers Dense\n")
    assert api.main(["--check", str(listing)]) == 2
    assert "line 1 is not `package.name" in capsys.readouterr().err
