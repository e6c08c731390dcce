"""What upgrades of real scripts ran into."""

import pytest

from dovetail.legacy.upgrade import upgrade_source


def upgraded(source, release=1):
    return upgrade_source(source, "s.py", release).source


def test_channels_first_is_written_out():
    source = "from keras.layers import Convolution2D\nc = Convolution2D(8, 3, 3, input_shape=(3, 32, 32))\n"
    assert 'keras.config.set_image_data_format("channels_first")\n' in upgraded(source)
    assert "set_image_data_format" not in upgraded(source.replace("3, 32, 32)", "32, 32, 3)"))


def test_helpers_stand_before_what_uses_them():
    source = "from keras.layers import LSTM\nx = LSTM(4)\nimport os\nprint(os.name)\n"
    text = upgraded(source)
    assert text.index("def old_hard_sigmoid") < text.index("x = LSTM")


def test_methods_of_the_scripts_own_classes_keep_their_names():
    source = (
        "from keras.layers import Dense\n"
        "class Net(object):\n    def fit_generator(self, g):\n        return self.model.fit_generator(g, nb_epoch=2)\n"
        "net = Net()\nnet.fit_generator(3)\n"
    )
    text = upgraded(source)
    assert "self.model.fit(g, epochs=2)" in text and "net.fit_generator(3)" in text


def test_variables_of_initializers_are_weights():
    source = (
        "from keras import initializations\nfrom keras.engine.topology import Layer\n"
        "class Scale(Layer):\n    def __init__(self):\n        self.init = initializations.get('normal')\n"
        "    def build(self, shape):\n        self.W = self.init((3,), name='{}_W'.format(self.name))\n"
        "        self.trainable_weights = [self.W]\n"
    )
    assert "self.W = self.add_weight(shape=(3,), initializer=self.init, name='W')" in upgraded(source)


def test_a_dense_layer_of_steps_takes_steps():
    text = upgraded("from keras.layers.core import TimeDistributedDense\nx = TimeDistributedDense(4, input_dim=3)\n")
    assert "Dense(4, input_shape=(None, 3))" in text


@pytest.mark.parametrize(
    ("made", "popped", "ended"),
    [
        ("VGG16()", "model = keras.models.Model(model.inputs, model.layers[-2].output)",
         "model = keras.models.Model(model.inputs, model.layers[-1].output)"),
        ("Sequential()", "model.pop()", "pass"),
    ],
)  # fmt: skip
def test_layers_are_cut_off(made, popped, ended):
    source = (
        f"from keras.models import Sequential\nmodel = {made}\nmodel.layers.pop()\n"
        "model.outputs = [model.layers[-1].output]\nmodel.layers[-1].outbound_nodes = []\n"
    )
    lines = upgraded(source, 2).splitlines()
    assert lines[-3:] == [popped, ended, "pass"]


def test_a_file_of_weights_that_is_called_otherwise_is_told():
    source = "from keras.models import Sequential\nmodel.save_weights(path)\nprint(os.path.exists(path))\n"
    notes = upgrade_source(source, "s.py", 2).notes
    assert [(line, "weights_file(path)" in note) for line, note in notes] == [(2, True)]
