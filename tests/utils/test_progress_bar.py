import logging

import pytest

from dovetail.utils import Progbar, disable_interactive_logging, enable_interactive_logging


def test_values_are_averaged_over_steps_and_stateful_ones_shown_as_given(capsys):
    bar = Progbar(4, stateful_metrics=["rate"])
    bar.update(1, [("loss", 4.0), ("rate", 0.5)])
    bar.add(1, [("loss", 2.0)])
    bar.update(4, [("loss", 1.0), ("rate", 0.25)])  # for two steps
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("4/4 ━━━━━━━━━━━━━━━━━━━━ ")
    assert last.endswith("/step - loss: 2.0000 - rate: 0.2500")


def test_silent_unknown_length_and_stateless(capsys):
    Progbar(1, verbose=0).update(1)
    assert capsys.readouterr().out == ""
    bar = Progbar(None, verbose=2, stateless_metrics=["a"])
    bar.update(1, [("a", 1.0), ("b", 1.0)])
    bar.update(2, [("a", 3.0), ("b", 3.0)], finalize=True)
    assert capsys.readouterr().out.endswith(" - a: 2.0000 - b: 3.0000\n")
    with pytest.raises(ValueError, match="either"):
        Progbar(1, stateful_metrics=[], stateless_metrics=[])


def test_without_interactive_logging_the_line_goes_to_the_logger(caplog, capsys):
    disable_interactive_logging()
    try:
        with caplog.at_level(logging.INFO, "dovetail"):
            Progbar(1, verbose=2).update(1, [("loss", 1.0)])
    finally:
        enable_interactive_logging()
    assert capsys.readouterr().out == "" and caplog.messages[0].endswith("loss: 1.0000")
