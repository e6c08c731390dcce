"""Old source in today's words: the whole text of each change."""

import pytest

from dovetail.cli import main
from dovetail.legacy.upgrade import upgrade_source

FIRST = "# Written for Keras 3 (from Keras {}, by `dovetail upgrade`).\n"

CHANGES = {
    "defaults of K": (
        "2.2.4",
        """
from keras import backend as K
x = K.argmax(K.concatenate([a, b])) + K.constant([1, 2])
y = K.batch_dot(K.batch_dot(a, b, axes=[3, 3]), c, (3, 2))
""",
        """
import keras
from keras import ops
x = ops.argmax(ops.concatenate([a, b], axis=-1), axis=-1) + ops.convert_to_tensor([1, 2], keras.config.floatx())
y = ops.matmul(ops.matmul(a, ops.swapaxes(b, -1, -2)), c)
""",
    ),
    "short names of accuracy": (
        "2.2.4",
        """
from keras.callbacks import EarlyStopping, ModelCheckpoint, TensorBoard
model.compile('sgd', 'mse', metrics=['acc'])
stop = EarlyStopping(monitor='val_left_acc')
keep = ModelCheckpoint('best.hdf5', monitor='val_acc', period=1)
show = TensorBoard(log_dir='logs', batch_size=3)
h = model.fit_generator(generator=batches, steps_per_epoch=3)
print(h.history['left_acc'])
model.load_weights('best.hdf5')
""",
        """
from keras.callbacks import EarlyStopping, ModelCheckpoint, TensorBoard
model.compile('sgd', 'mse', metrics=['accuracy'])
stop = EarlyStopping(monitor='val_left_accuracy')
keep = ModelCheckpoint('best.keras', monitor='val_accuracy')
show = TensorBoard(log_dir='logs')
h = model.fit(x=batches, steps_per_epoch=3)
print(h.history['left_accuracy'])
model.load_weights('best.keras')
""",
    ),
    "names of files that are known when the script runs": (
        "2.2.4",
        """
from keras.callbacks import ModelCheckpoint
keep = ModelCheckpoint(folder + name, save_weights_only=True)
model.save_weights(name % 3)
""",
        """
from keras.callbacks import ModelCheckpoint


def weights_file(path):
    \"""The name of a file of weights: it ends in `.weights.h5` today.\"""
    stem = str(path)
    for ending in (".hdf5", ".hdf", ".h5", ".weights"):
        stem = stem.removesuffix(ending)
    return stem + ".weights.h5"


keep = ModelCheckpoint(weights_file(folder + name), save_weights_only=True)
model.save_weights(weights_file(name % 3))
""",
    ),
    "a star that would hide a class of the script": (
        "2.2.4",
        """
class Attention:
    pass
from keras.layers import *
x = Attention(Dense(3), LSTM(2, recurrent_activation='sigmoid'))
""",
        """
class Attention:
    pass
from keras.layers import Dense, LSTM
x = Attention(Dense(3), LSTM(2, recurrent_activation='sigmoid'))
""",
    ),
    "initializers of one's own": (
        "1.2.2",
        """
from keras import backend as K
from keras import initializations
def small(shape, name=None):
    return initializations.normal(shape, scale=0.01, name=name)
def drawn(shape, name=None):
    value = np.random.random(shape)
    return K.variable(value, name=name)
wide = lambda shape, name=None: initializations.uniform(shape, name=name)
""",
        """
import keras
def small(shape, name=None, dtype=None):
    return keras.initializers.RandomNormal(stddev=0.01)(shape)
def drawn(shape, name=None, dtype=None):
    value = np.random.random(shape)
    return value
wide = lambda shape, name=None, dtype=None: keras.initializers.RandomUniform()(shape)
""",
    ),
    "orders of Keras 0.1": (
        "1.2.2",
        """
from keras.layers.core import Dense, Reshape
from keras.layers.convolutional import Convolution2D, MaxPooling2D
from keras.layers.recurrent import SimpleRNN
model.add(Convolution2D(32, 3, 3, 5, border_mode='full'))
model.add(MaxPooling2D(poolsize=(2, 2)))
model.add(Reshape(n, 4))
model.add(SimpleRNN(4, 16))
model.add(Dense(16, n_out, activation='softmax'))
""",
        """
import keras
from keras.layers import Dense, Reshape
from keras.layers import MaxPooling2D
from keras.layers import SimpleRNN

keras.config.set_image_data_format("channels_first")
model.add(keras.layers.ZeroPadding2D((2, 4)))
model.add(keras.layers.Conv2D(32, (3, 5)))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Reshape((n, 4)))
model.add(SimpleRNN(16, 'sigmoid', input_shape=(None, 4)))
model.add(Dense(n_out, activation='softmax', input_shape=(16,)))
""",
    ),
    "arguments of layers": (
        "1.2.2",
        """
from keras.layers.convolutional import Convolution2D, MaxPooling2D  # images
from keras.regularizers import l2

conv = Convolution2D(32, 3, 3,
                     border_mode='same',  # keeps the size
                     W_regularizer=l2(1e-4), init='normal', dim_ordering='th')
""",
        """
from keras.layers import Conv2D  # images
from keras.regularizers import l2

conv = Conv2D(32, (3, 3), padding='same',  # keeps the size
                     kernel_regularizer=l2(1e-4), kernel_initializer='random_normal', data_format='channels_first')
""",
    ),
    "merge as a function": (
        "1.2.2",
        "from keras.layers import merge, Dense\nz = merge([x, y], mode='concat', concat_axis=1, name='both')\nw = merge([x, y])\n",
        "from keras.layers import Add, Concatenate\nz = Concatenate(axis=1, name='both')([x, y])\nw = Add()([x, y])\n",
    ),
    "Merge as the first layer": (
        "1.2.2",
        """
from keras.models import Sequential
from keras.layers import Dense, Merge
left = Sequential([Dense(4, input_dim=3)])
right = Sequential([Dense(4, input_dim=2)])
model = Sequential()
model.add(Merge([left, right], mode='mul'))
model.add(Dense(1))
model.compile('sgd', 'mse')
""",
        """
import keras
from keras.models import Sequential
from keras.layers import Dense, Multiply
left = Sequential([Dense(4, input_shape=(3,))])
right = Sequential([Dense(4, input_shape=(2,))])
model_output = Multiply()([left.outputs[0], right.outputs[0]])
model_output = Dense(1)(model_output)
model = keras.models.Model(inputs=[*left.inputs, *right.inputs], outputs=model_output)
model.compile('sgd', 'mse')
""",
    ),
    "training": (
        "1.2.2",
        """
from keras.models import Model
from keras.optimizers import SGD
model = Model(input=a, output=b)
model.compile(loss='mse', optimizer=SGD(lr=0.1, decay=1e-6), metrics=['accuracy'])
batch_size = 32
h = model.fit(x, y, batch_size=batch_size, nb_epoch=3, show_accuracy=True)
model.fit_generator(g, samples_per_epoch=2000, nb_epoch=5, nb_worker=2)
print(h.history['val_acc'])
""",
        """
import keras
from keras.models import Model
from keras.optimizers import SGD
model = Model(inputs=a, outputs=b)
model.compile(loss='mse', optimizer=SGD(learning_rate=keras.optimizers.schedules.InverseTimeDecay(0.1, decay_steps=1, decay_rate=1e-6)), metrics=['accuracy'])
batch_size = 32
h = model.fit(x, y, batch_size=batch_size, epochs=3)
model.fit(g, steps_per_epoch=-(-2000 // batch_size), epochs=5)
print(h.history['val_accuracy'])
""",
    ),
    "defaults that were others": (
        "2.2.4",
        "from keras.layers import GRU\nGRU(3, recurrent_activation='sigmoid')\nm.compile(optimizer='adadelta', loss='mse')\n",
        "import keras\nfrom keras.layers import GRU\nGRU(3, recurrent_activation='sigmoid', reset_after=False)\n"
        "m.compile(optimizer=keras.optimizers.Adadelta(learning_rate=1.0), loss='mse')\n",
    ),
    "functions of K": (
        "2.2.4",
        "import keras.backend as K\ndef loss(y_true, y_pred):\n    return K.mean(K.pow(y_true - y_pred, 2), axis=-1) + K.epsilon()\n",
        "import keras\nfrom keras import ops\ndef loss(y_true, y_pred):\n"
        "    return ops.mean(ops.power(y_true - y_pred, 2), axis=-1) + keras.config.epsilon()\n",
    ),
    "tf.keras": (
        "2.15.0",
        "import tensorflow as tf\nfrom tensorflow.keras.layers import Dense\no = tf.keras.optimizers.Adam(lr=0.01)\nDense(3)\n",
        "import keras\nfrom keras.layers import Dense\no = keras.optimizers.Adam(learning_rate=0.01)\nDense(3)\n",
    ),
    "functions of TensorFlow": (
        "2.15.0",
        "import tensorflow as tf\nx = tf.reduce_sum(input_tensor=tf.concat([a, b], axis=-1), axis=1, keepdims=True)\n"
        "y = tf.cast(tf.maximum(x, y=z), tf.float32)\nd = tf.keras.layers.Dense(3, activation=tf.nn.relu)\n",
        "import keras\nfrom keras import ops\nx = ops.sum(ops.concatenate([a, b], axis=-1), axis=1, keepdims=True)\n"
        "y = ops.cast(ops.maximum(x, x2=z), 'float32')\nd = keras.layers.Dense(3, activation=keras.activations.relu)\n",
    ),
    "functions of TensorFlow beside its own pipelines": (
        "2.15.0",
        "import tensorflow as tf\nfrom tensorflow.keras.layers import Dense\n"
        "d = tf.data.Dataset.from_tensor_slices(x).map(lambda a: tf.square(a))\nDense(3)\n",
        "import tensorflow as tf\nfrom keras.layers import Dense\n"
        "d = tf.data.Dataset.from_tensor_slices(x).map(lambda a: tf.square(a))\nDense(3)\n",
    ),
    "batches of a known size": (
        "2.2.4",
        """
from keras.models import Sequential
from keras.layers import SimpleRNN, Dense
model = Sequential()
model.add(SimpleRNN(3, batch_input_shape=(4, 5, 2), stateful=True))  # remembers
other = Sequential([Dense(2, batch_input_shape=(None, 3)), Dense(1)])
model.reset_states()
layer.reset_states()
""",
        """
import keras
from keras.models import Sequential
from keras.layers import SimpleRNN, Dense


def reset_states(model):
    \"\"\"Set the states of all recurrent layers of a model to zeros.\"\"\"
    for layer in model.layers:
        if hasattr(layer, "layers"):
            reset_states(layer)
        elif hasattr(layer, "reset_state"):
            layer.reset_state()


model = Sequential()
model.add(keras.Input(batch_shape=(4, 5, 2)))
model.add(SimpleRNN(3, stateful=True))  # remembers
other = Sequential([keras.Input(batch_shape=(None, 3)), Dense(2), Dense(1)])
reset_states(model)
layer.reset_state()
""",
    ),
    "weights of a layer of one's own": (
        "1.2.2",
        """
from keras import backend as K
from keras.engine.topology import Layer
class Scale(Layer):
    def build(self, input_shape):
        self.scale = K.ones((input_shape[-1],), name='{}_scale'.format(self.name))
        self.seen = K.zeros((1,))
        self.trainable_weights = [self.scale]
    def call(self, x, mask=None):
        return x * self.scale
""",
        """
from keras.layers import Layer
class Scale(Layer):
    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer='ones', name='scale')
        self.seen = self.add_weight(shape=(1,), initializer='zeros', trainable=False)
    def call(self, x, mask=None):
        return x * self.scale
""",
    ),
    "arguments that came in another order": (
        "1.2.2",
        "from keras import backend as K\nl = K.binary_crossentropy(p, t)\nc = K.cumsum(x)\n",
        "from keras import ops\nl = ops.binary_crossentropy(t, p, False)\nc = ops.cumsum(x, 0)\n",
    ),
    "accuracy of several yes or no": (
        "2.2.4",
        "from keras.layers import Dense\nm = f(Dense(6, activation='sigmoid'))\n"
        "m.compile(loss='binary_crossentropy', optimizer='adam', metrics=['acc', 'mae'])\n",
        "import keras\nfrom keras.layers import Dense\nm = f(Dense(6, activation='sigmoid'))\n"
        "m.compile(loss='binary_crossentropy', optimizer='adam', "
        "metrics=[keras.metrics.BinaryAccuracy(name='accuracy'), 'mean_absolute_error'])\n",
    ),
    "accuracy of one yes or no": (
        "2.2.4",
        "from keras.layers import Dense\nm = f(Dense(1, activation='sigmoid'))\n"
        "m.compile('adam', 'binary_crossentropy', metrics=['acc'])\n",
        "from keras.layers import Dense\nm = f(Dense(1, activation='sigmoid'))\n"
        "m.compile('adam', 'binary_crossentropy', metrics=['accuracy'])\n",
    ),
    "files of whole models": (
        "2.15.0",
        "from tensorflow.keras.callbacks import ModelCheckpoint\nfrom tensorflow.keras.models import load_model\n"
        "c = ModelCheckpoint('best.h5', save_best_only=True)\nmodel.save('folder/', save_format='tf')\n"
        "model.save('old.h5')\nimage.save('there')\na = load_model('best.h5')\nb = load_model('folder/')\n"
        "d = load_model('old.h5')\ne = load_model('of_others')\n",
        "from keras.callbacks import ModelCheckpoint\nfrom keras.models import load_model\n"
        "c = ModelCheckpoint('best.keras', save_best_only=True)\nmodel.save('folder.keras')\n"
        "model.save('old.h5')\nimage.save('there')\na = load_model('best.keras')\nb = load_model('folder.keras')\n"
        "d = load_model('old.h5')\ne = load_model('of_others')\n",
    ),
    "shapes of layers under both names, and logs": (
        "2.2.4",
        """
from keras.layers import Layer
class L(Layer):
    def compute_output_shape(self, s):
        return s
    def get_output_shape_for(self, s):
        return self.compute_output_shape(s)
def told(epoch, logs):
    return logs.get('val_acc'), logs['acc'], other['acc']
""",
        """
from keras.layers import Layer
class L(Layer):
    def compute_output_shape(self, s):
        return s
def told(epoch, logs):
    return logs.get('val_accuracy'), logs['accuracy'], other['acc']
""",
    ),
    "names that NumPy dropped": (
        "2.2.4",
        "import numpy as np\nfrom keras.layers import Dense\nDense(3)\nx = np.zeros(3, dtype=np.float).astype(np.int32)\n"
        "y = np.product(x) + np.Inf + net.int + x.numpy()\n",
        "import numpy as np\nfrom keras.layers import Dense\nDense(3)\nx = np.zeros(3, dtype=float).astype(np.int32)\n"
        "y = np.prod(x) + np.inf + net.int + x.numpy()\n",
    ),
}


@pytest.mark.parametrize("name", list(CHANGES))
def test_source_is_rewritten(name):
    version, old, new = CHANGES[name]
    result = upgrade_source(old, release=version)
    assert result.source == FIRST.format(version) + new


def test_what_needs_a_human_is_told_with_its_line():
    result = upgrade_source("from keras.layers import MaxoutDense\n\nMaxoutDense(3)\n", release=1)
    assert result.notes == [
        (
            3,
            "MaxoutDense has no successor: use a Dense of `nb_feature * output_dim` units, Reshape, and a maximum over features",
        )
    ]


def test_validation_data_of_callbacks_are_told_of():
    source = "from keras.callbacks import Callback\nclass C(Callback):\n    def f(self):\n        return self.validation_data\n"
    (note,) = upgrade_source(source, release="2.2.4").notes
    assert note[0] == 4 and "hand them over yourself" in note[1]


def test_training_by_turns_is_told_of():
    source = (
        "from keras.models import Model\nd.compile('sgd', opt)\nd.trainable = False\nd.compile(optimizer=o)\n"
        "both.compile(optimizer=o)\nboth.train_on_batch(x, y)\n"
    )
    notes = dict(upgrade_source(source, release="2.2.4").notes)
    assert "set d.trainable = True before d.train_on_batch" in notes[3]
    assert notes[5] == "o is compiled into two models: in Keras 3 an optimizer has one"


def test_source_of_today_stays():
    source = "import keras\nfrom keras import ops\n\nmodel = keras.Sequential([keras.layers.Dense(3)])\nmodel.fit(x, epochs=2)\n"
    result = upgrade_source(source, release=3)
    assert not result.changed and result.source == source


def test_the_command_prints_a_diff_and_writes(tmp_path, capsys):
    script = tmp_path / "old.py"
    script.write_text("#!/usr/bin/env python\nfrom keras.layers.core import Dense\nDense(output_dim=3)\n")
    assert main(["upgrade", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert "-Dense(output_dim=3)\n" in said.out and "+Dense(units=3)\n" in said.out
    assert "output_dim" in script.read_text()
    assert main(["upgrade", "--write", str(script)]) == 0
    assert script.read_text() == (
        "#!/usr/bin/env python\n" + FIRST.format("1.2.2") + "from keras.layers import Dense\nDense(units=3)\n"
    )
    assert main(["upgrade", str(script)]) == 0
    assert "nothing to upgrade" in capsys.readouterr().err


def test_a_broken_script_is_named_and_the_others_go_on(tmp_path, capsys):
    (tmp_path / "a.py").write_text("x = = 1\n")
    (tmp_path / "b.py").write_text("from keras.layers.core import Dense\nDense(output_dim=3)\n")
    assert main(["upgrade", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert "a.py: cannot be read" in said.err and "+Dense(units=3)" in said.out


def test_containers_are_models_and_a_graph_needs_a_human():
    old = "from keras.layers import containers\nfrom keras.models import Graph\na = containers.Sequential([])\ng = Graph()\n"
    result = upgrade_source(old, release="1.2.2")
    assert "a = keras.models.Sequential([])\n" in result.source
    assert result.notes == [(4, "Graph has no successor but under `dovetail run`: write Model(inputs, outputs)")]
