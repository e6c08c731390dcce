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
        # one function of TensorFlow's Keras beside Keras
        "import tensorflow as tf\nfrom keras.layers import Dense\nDense(3)\ntf.keras.losses.mse(x, y)",
        "from keras import backend as K, initializers\nK.random_normal((2,)) + K.zeros((2,))\ninitializers.ones()",
    ],
    "2.3.1": ["import keras\nmodel.fit(x, y, epochs=2)\nplot(history.history['val_accuracy'])"],
    "2.15.0": [
        "import tensorflow as tf\nm = tf.keras.Sequential()\nm.fit(x, y, epochs=3)",
        "from tensorflow.keras.layers import Dense, Concatenate\nDense(3)",
        "from tensorflow.python.keras import layers\nlayers.Dense(3)",
        "from tensorflow.keras import layers\nm.compile('sgd', metrics=['acc'])\nplot(m.fit(x, y).history['acc'])",
        "import keras\nm = keras.Sequential([keras.Input(shape=(3,)), keras.layers.Dense(3)])",
        "from keras.layers import Dense, MultiHeadAttention",
        "import keras\nkeras.utils.set_random_seed(1)",
    ],
    "2.2.4-tf": [
        "import tensorflow as tf\nm = tf.keras.Sequential()\nsession = tf.Session()",
        "from tensorflow.keras import layers\nm.compile('sgd', metrics=['accuracy'])\nplot(m.fit(x, y).history['acc'])",
    ],
    "3.15.1": [
        "import keras\nfrom keras import ops\nimport keras.random\nkeras.ops.sum(x)",
        # one name of Keras 3 is enough: its other names are those of Keras 2
        "import keras\nm.fit(x, y, epochs=2, validation_data=(a, b))\nkeras.layers.Conv2D(4, (3, 3))\nkeras.ops.sum(x)",
        "import keras\nclass Data(keras.utils.PyDataset): pass",
    ],
}


@pytest.mark.parametrize(("version", "source"), [(v, s) for v, sources in SCRIPTS.items() for s in sources])
def test_a_script_is_recognized(version, source):
    assert recognize(ast.parse(source)).release.version == version


def test_a_wrapper_of_keras_2_tells_nothing():
    source = "from keras.applications import VGG16\nm = VGG16(include_top=False)\nm.fit(x, epochs=2)\n"
    assert recognize(ast.parse(source)).release.dialect == 2


def test_a_method_is_nobodys_with_stars():
    source = "from keras.callbacks import *\nm.add(1)\nm.add(2)\nm.fit(x, y, nb_epoch=1)\n"
    assert recognize(ast.parse(source)).release.dialect == 1
