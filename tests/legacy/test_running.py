"""`dovetail run`: scripts as they were written, with what surrounds them."""

import sys

import numpy as np
import pytest

from dovetail.cli import main
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


def test_theano_is_refused_with_advice(tmp_path, capsys):
    status, said = run(tmp_path, capsys, "import keras\nimport theano\n", "--quiet")
    assert status == 1 and "K.function" in said.err


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
