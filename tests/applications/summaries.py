"""Summaries of networks, and the script that records those of real Keras: `python tests/applications/summaries.py`.

A summary is what a file of weights depends on, and what a reader of the graph sees: for each layer its name, class,
output shape and the shapes of its weights, in order; kept as a digest, with a few counts to see by where two differ.
"""

import hashlib
import json
from pathlib import Path

DATA = Path(__file__).parent / "data" / "summaries.json"

FULL = {"weights": None}
SMALL = {"weights": None, "include_top": False, "pooling": "avg"}
FIRST = {"input_shape": (3, 80, 77), "data_format": "channels_first"}
# builder and arguments: one or two forms of each family's smallest
CASES = [
    ("VGG16", FULL),
    ("ResNet50", SMALL),
    ("ResNet50V2", SMALL | {"input_shape": (57, 64, 3), "pooling": "max"}),
    ("InceptionV3", SMALL | {"input_shape": (75, 80, 3)}),
    ("Xception", SMALL | {"input_shape": (71, 71, 1), "pooling": None}),
    ("MobileNet", {"weights": None, "alpha": 0.25, "depth_multiplier": 2, "input_shape": (32, 40, 3), "classes": 7}),
    ("MobileNetV2", SMALL | FIRST),
    ("MobileNetV2", {"weights": None, "alpha": 1.4, "input_shape": (33, 96, 3), "classes": 3}),
    ("MobileNetV3Small", {"weights": None, "alpha": 1.25, "minimalistic": True, "include_preprocessing": False}),
    ("MobileNetV3Large", SMALL | {"pooling": "max", "input_shape": (33, 47, 3), "alpha": 0.75}),
    ("DenseNet121", SMALL | {"input_shape": (50, 50, 4), "pooling": "max"}),
    ("NASNetMobile", SMALL | {"input_shape": (45, 64, 3)}),
    ("EfficientNetB0", SMALL | {"input_shape": (65, 64, 1)}),
    ("EfficientNetV2B0", SMALL | {"input_shape": (64, 65, 4), "include_preprocessing": True}),
    ("ConvNeXtTiny", SMALL | {"input_shape": (65, 64, 1)}),
]
# the bigger ones, and further forms
MORE = [
    *[(name, FULL) for name in """
        VGG19 ResNet50 ResNet101 ResNet152 ResNet50V2 ResNet101V2 ResNet152V2 InceptionV3 InceptionResNetV2
        Xception MobileNet MobileNetV2 MobileNetV3Small MobileNetV3Large DenseNet121 DenseNet169 DenseNet201
        NASNetMobile NASNetLarge EfficientNetB0 EfficientNetB1 EfficientNetB2 EfficientNetB3 EfficientNetB4
        EfficientNetB5 EfficientNetB6 EfficientNetB7 EfficientNetV2B0 EfficientNetV2B1 EfficientNetV2B2
        EfficientNetV2B3 EfficientNetV2S EfficientNetV2M EfficientNetV2L ConvNeXtTiny ConvNeXtSmall ConvNeXtBase
        ConvNeXtLarge ConvNeXtXLarge
    """.split()],
    ("VGG16", SMALL | {"input_shape": (48, 33, 3)}),
    ("MobileNet", SMALL),
    ("MobileNetV2", SMALL | {"alpha": 0.35}),
    ("EfficientNetV2S", SMALL | {"include_preprocessing": False, "pooling": "max"}),
    ("ConvNeXtTiny", SMALL | {"include_preprocessing": False, "pooling": None}),
    *[(name, SMALL | FIRST) for name in "VGG16 ResNet50 MobileNetV3Small InceptionV3 EfficientNetB0".split()],
]  # fmt: skip


def key(name, arguments):
    shown = {key: value for key, value in arguments.items() if key != "weights"}
    return f"{name}({', '.join(f'{key}={value}' for key, value in shown.items())})"


def rows(model):
    """For each layer its name, class, output shape and the shapes of its weights, in order."""
    return [
        [layer.name, type(layer).__name__, list(layer.output.shape), [list(w.shape) for w in layer.weights]]
        for layer in model.layers
    ]


def summary(model):
    table = rows(model)
    return {
        "name": model.name,
        "layers": len(table),
        "weights": sum(len(shapes) for *_, shapes in table),
        "parameters": model.count_params(),
        "output": list(model.output.shape),
        "digest": hashlib.sha256(json.dumps(table).encode()).hexdigest()[:16],
    }


def _record():
    import os

    os.environ["KERAS_BACKEND"] = "jax"
    import keras

    found = {}
    for name, arguments in CASES + MORE:
        keras.backend.clear_session()
        title, arguments = key(name, arguments), dict(arguments)
        keras.config.set_image_data_format(arguments.pop("data_format", "channels_last"))
        with keras.StatelessScope(initialize_variables=False):  # weights have shapes, and take no room
            model = getattr(keras.applications, name)(**arguments)
            found[title] = summary(model)
        print(title, flush=True)
    DATA.write_text("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in found.items()) + "\n}\n")


if __name__ == "__main__":
    _record()
