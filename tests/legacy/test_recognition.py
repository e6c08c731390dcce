"""The dialect of a script is told from its source."""

import ast

import pytest

from dovetail.legacy.recognition import recognize

SCRIPTS = {
    "1.2.2": [
        "from keras.layers import Convolution2D, Dense\nc = Convolution2D(64, 3, 3, border_mode='same')",
        "from keras.layers import Merge, Dense\nm.add(Merge([a, b], mode='concat'))\nm.fit(x, y, nb_epoch=3)",
        "from keras.layers.core import Dense\nDense(output_dim=3, input_dim=4, init='uniform')",
        "from keras.models import Model\nModel(input=a, output=b)",
        "from keras.layers import Merge, Dense\nMerge(mode='concat')\nModel(inputs=a, outputs=b)\nDense(units=3)\nfit(nb_epoch=2)",
    ],
    "2.2.4": [
        "import keras\nfrom keras.layers import Dense\nmodel.fit(x, y, epochs=3)",
        "from keras.layers import Conv2D, concatenate\nConv2D(64, (3, 3), padding='same')",
        "from keras.layers import Dense\nDense(3)",
    ],
    "2.3.1": ["import keras\nmodel.fit(x, y, epochs=2)\nplot(history.history['val_accuracy'])"],
    "2.15.0": [
        "import tensorflow as tf\nm = tf.keras.Sequential()\nm.fit(x, y, epochs=3)",
        "from tensorflow.keras.layers import Dense, Concatenate\nDense(3)",
        "from tensorflow.python.keras import layers\nlayers.Dense(3)",
    ],
    "3.15.1": ["import keras\nfrom keras import ops\nimport keras.random\nkeras.ops.sum(x)"],
}


@pytest.mark.parametrize(("version", "source"), [(v, s) for v, sources in SCRIPTS.items() for s in sources])
def test_a_script_is_recognized(version, source):
    assert recognize(ast.parse(source)).release.version == version
