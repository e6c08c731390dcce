"""Progress on terminals, in notebooks, in pipes and in logs."""

import io
import logging
import os
import pty
import sys

import numpy as np
import pytest

import dovetail as keras
from dovetail import layers
from dovetail.callbacks import terminal
from dovetail.callbacks.terminal import Progress, duration, number

X = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
Y = X.sum(1, keepdims=True)


@pytest.fixture(scope="module")
def model():
    made = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    made.compile("sgd", "mse")
    return made


def test_a_pipe_gets_one_clean_line_an_epoch(model, capsys):
    for verbose in (1, 2, "auto"):  # where no line can be redrawn, a bar is a line
        model.fit(X, Y, 8, epochs=2, verbose=verbose, validation_split=0.25)
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 2 and lines[0].startswith("Epoch 1/2  3 steps  ")
        assert "loss" in lines[0] and "val_loss" in lines[0] and "\r" not in lines[0]
    model.evaluate(X, Y, 8)
    assert capsys.readouterr().out.startswith("4 steps  ")
    model.predict(X, 8)
    assert capsys.readouterr().out == ""
    model.fit(X, Y, verbose=0)
    assert capsys.readouterr().out == ""


class Slow(keras.callbacks.Callback):
    """Redraws every step."""

    def on_train_batch_end(self, batch, logs=None):
        for callback in self.bars:
            callback.progress.drawn -= 1


def everything(reader):
    text = b""
    try:
        while part := os.read(reader, 4096):
            text += part
    except OSError:  # how the end is told on Linux
        pass
    os.close(reader)
    return text


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are of Unix")
def test_a_terminal_gets_one_live_line_an_epoch(model, monkeypatch):
    reader, writer = pty.openpty()
    with os.fdopen(writer, "w", encoding="utf-8", buffering=1) as screen:
        monkeypatch.setattr(sys, "stdout", screen)
        monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((60, 24)))
        assert terminal.is_live()
        slow, bar = Slow(), keras.callbacks.ProgbarLogger()
        slow.bars = [bar]
        model.fit(X, Y, 8, epochs=2, callbacks=[slow, bar], validation_split=0.25)
        monkeypatch.undo()
    text = everything(reader).decode()
    epochs = text.split("\n")
    assert len(epochs) == 3 and epochs[2] == ""
    first = epochs[0].split("\r")
    assert first[1].startswith("Epoch 1/2  1/3 ━━━━━━──────────────") and "left  loss" in first[1]
    assert any(part.startswith("Epoch 1/2  3/3 ━━━━━━━━━━━━━━━━━━━━") and "/step" in part for part in first)
    assert all(len(part) < 60 for part in first)


def test_a_notebook_gets_one_line_that_is_redrawn(model, monkeypatch):
    cell = type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream"})()
    monkeypatch.setattr(sys, "stdout", cell)
    model.fit(X, Y, 8, epochs=1)
    monkeypatch.undo()
    text = cell.getvalue()
    assert text.count("\n") == 1 and text.startswith("\rEpoch 1/1  4/4 ━━━") and "\x1b" not in text and "\b" not in text


def test_a_log_gets_lines_where_nobody_watches(model, capsys, caplog):
    keras.config.disable_interactive_logging()
    try:
        with caplog.at_level(logging.INFO, logger="dovetail"):
            model.fit(X, Y, 8, epochs=1)
    finally:
        keras.config.enable_interactive_logging()
    assert capsys.readouterr().out == "" and caplog.messages[0].startswith("Epoch 1/1  4 steps")


def test_streams_that_cannot_show_the_bar():
    closed = io.StringIO()
    bar = Progress(1, live=True, stream=closed)
    closed.close()
    bar.close({})  # training goes on
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    Progress(2, live=True, stream=narrow).close({"loss": 0.5})
    narrow.seek(0)
    assert "2/2 ====================" in narrow.read()


@pytest.mark.parametrize(("seconds", "text"), [(2e-6, "2 µs"), (0.012, "12 ms"), (3.21, "3.2 s"), (125, "2 min 05 s")])
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_numbers():
    assert [number(x) for x in (0.91234, 1.2e-5, 0.0, 123.456)] == ["0.9123", "1.200e-05", "0.0000", "123.4560"]
