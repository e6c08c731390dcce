"""`dovetail run`: scripts as they were written, with what surrounds them."""

import sys

import numpy as np
import pytest

from dovetail.cli import main
from dovetail.legacy.image_axes import has_channels_first
from dovetail.legacy.python2 import divide, parse

KERAS_1 = """
import numpy as np
from keras.models import Sequential
from keras.layers.core import Dense

model = Sequential()
model.add(Dense(4, input_dim=3, init='uniform'))
model.compile(loss='mse', optimizer='sgd')
history = model.fit(np.ones((8, 3)), np.ones((8, 4)), nb_epoch=2, verbose=0)
print sorted(history.history), 7 / 2, np.int(3)
"""


def run(tmp_path, capsys, source, *options):
    script = tmp_path / "script.py"
    script.write_text(source)
    status = main(["run", *options[: len(options)], str(script)])
    return status, capsys.readouterr()


def test_a_script_of_python_2_and_keras_1(tmp_path, capsys):
    status, said = run(tmp_path, capsys, KERAS_1)
    assert status == 0
    assert said.out == "['loss'] 3 3\n"
    lines = said.err.splitlines()
    assert lines[0].startswith("dovetail: script.py in Python 2 written for Keras 1 (")
    assert lines[0].endswith("run as 1.2.2")
    assert [line.split(": ", 1)[1] for line in lines[1:]] == [
        "Dense(init=...) is `kernel_initializer` today",
        "fit(nb_epoch=...) is `epochs` today",
    ]
    assert not hasattr(np, "int") and "keras" not in {name for name in sys.modules if hasattr(name, "__release__")}


def test_quiet_says_nothing_and_arguments_arrive(tmp_path, capsys):
    source = "import sys, keras\nprint(sys.argv[1:], keras.__version__)\nsys.exit(3)"
    script = tmp_path / "script.py"
    script.write_text(source)
    assert main(["run", "--quiet", "--keras", "2.3.1", str(script), "--depth", "2"]) == 3
    said = capsys.readouterr()
    assert said.out == "['--depth', '2'] 2.3.1\n" and said.err == ""


def test_an_error_is_shown_at_its_line(tmp_path, capsys):
    status, said = run(tmp_path, capsys, "import keras\nkeras.layers.Danse(3)\n", "--quiet")
    assert status == 1
    assert 'script.py", line 2' in said.err and "did you mean 'Dense'?" in said.err


def test_what_theano_lacks_is_refused_with_its_line_and_advice(tmp_path, capsys):
    status, said = run(tmp_path, capsys, "import keras, theano\ntheano.sparse.dot(1, 2)\n", "--quiet")
    assert status == 1 and "line 2 of script.py: theano has no 'sparse'" in said.err and "K.function" in said.err


def test_image_axes_are_those_that_were_asked_for(tmp_path, capsys):
    from dovetail.config import image_data_format

    before = image_data_format()
    source = "import keras\nprint(keras.config.image_data_format())"
    assert run(tmp_path, capsys, source, "--quiet", "--image-data-format", "th")[1].out == "channels_first\n"
    (tmp_path / "keras.json").write_text('{"image_dim_ordering": "th", "backend": "theano"}')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_HOME", str(tmp_path))
        assert run(tmp_path, capsys, source, "--quiet")[1].out == "channels_first\n"
    assert image_data_format() == before


def test_integers_divide_as_in_python_2():
    _, was_python2 = parse("print 7 / 2\n", "s.py")
    assert was_python2
    assert divide(7, 2) == 3 and divide(7.0, 2) == 3.5 and divide(np.int64(7), 2) == 3


def test_a_syntax_error_of_any_python_names_its_line(tmp_path):
    with pytest.raises(SyntaxError, match=r"s\.py:2"):
        parse("x = 1\ny = = 2\n", "s.py")


@pytest.mark.parametrize(
    "source",
    [
        "import cPickle",
        "for i in xrange(3): pass",
        "d = {}\nd.has_key(1)",
        "from itertools import izip",
        "unicode('a')",
    ],
)
def test_python_2_that_python_3_can_read_is_told_by_what_it_uses(source):
    assert parse(f"{source}\nprint(7 / 2)\n", "s.py")[1]


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    import cPickle as pickle\nexcept ImportError:\n    import pickle",
        "try:\n    xrange\nexcept NameError:\n    xrange = range\nfor i in xrange(3): pass",
        "from six.moves import xrange\nxrange(3)",
        "from functools import reduce\nreduce(max, [1])",
        "import six\nsix.iteritems({})",
    ],
)
def test_what_runs_in_both_pythons_is_left_alone(source):
    assert not parse(source, "s.py")[1]


def test_modules_beside_a_script_may_be_python_2(tmp_path, capsys):
    (tmp_path / "helping_module.py").write_text('import keras\nprint "half of 7 is", 7 / 2\nhalf = 7 / 2\n')
    (tmp_path / "__init__.py").write_text("")
    status, said = run(tmp_path, capsys, "import helping_module\nprint helping_module.half\n", "--quiet")
    sys.modules.pop("helping_module", None)
    assert status == 0 and said.out == "half of 7 is 3\n3\n"


OF_THEANOS_TIME = """
from keras.models import Sequential
from keras.layers import Convolution2D, Flatten
channels, rows, columns = 3, 8, 9
model = Sequential()
model.add(Convolution2D(2, 3, 3, input_shape=(channels, rows, columns)))
model.add(Flatten())
print(model.layers[0].output_shape)
"""


def test_shapes_tell_that_channels_come_first(tmp_path, capsys):
    status, said = run(tmp_path, capsys, OF_THEANOS_TIME)
    assert status == 0 and said.out == "(None, 2, 6, 7)\n"
    assert said.err.splitlines()[0].endswith("run as 1.2.2, channels of images first")
    said = run(tmp_path, capsys, OF_THEANOS_TIME, "--quiet", "--image-data-format", "tf")[1]
    assert said.out == "(None, 1, 6, 2)\n"


@pytest.mark.parametrize(
    ("change", "is_first"),
    [
        (("channels, rows, columns)", "1, 28, 28)"), True),
        (("channels, rows, columns)", "rows, columns, channels)"), False),
        (("rows, columns = 3, 8, 9", "rows, columns = sizes()"), True),
        (("channels, rows, columns)", "rows, columns, steps)"), False),
        (("model = ", "import keras.backend as K; K.set_image_dim_ordering('th'); model = "), False),
        (("input_shape=(channels, rows, columns)", "input_shape=s"), False),
        (("(channels, rows, columns)", "(channels,) + size"), True),
        (("(channels, rows, columns)", "size + (channels,)"), False),
        (("columns))", "columns), dim_ordering='th')"), True),
        (("Convolution2D(2, 3, 3, input_shape=(channels, rows, columns))", "Convolution2D(2, 3, 3, 3)"), True),
        (("print(", "x.reshape(100, 8, 8, 3); print("), False),
    ],
)
def test_which_shapes_have_channels_first(change, is_first):
    tree = parse(OF_THEANOS_TIME.replace(*change), "s.py")[0]
    assert has_channels_first([tree]) == is_first
