"""The `dovetail` command."""

import argparse
import importlib.util
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

COMPARE_HELP = """\
Which merge layer should join the branches of a model, and what does each cost? Every merge is put into the model in
turn; all candidates are trained with the same data splits, seeds, batch orders and learning rates; the learning rate
is picked on validation data and the score reported is that on test data, with 95 % intervals over the seeds.

Without --model it compares the eight merges of Keras, and each branch alone, on scikit-learn's handwritten digits: two
branches that see different halves of the image.

Your own model: a Python file with a function that returns a compiled functional model, and an .npz file with the data:
    dovetail compare --model my_model.py:build --data my_data.npz
The .npz holds `x` (or `x_<input name>` for each input) and `y`, and may hold `x_val`, `y_val`, `x_test`, `y_test`.
Running --model executes that file, as `python my_model.py` would."""


RUN_HELP = """\
Run a script with `keras`, `tensorflow.keras` and `tf.keras` answered by Dovetail, in the dialect that it was written
in: Keras 1, 2 or 3. The dialect is told from the names and arguments in the source, and said in one line. Scripts in
Python 2 run too. ~/.keras/keras.json (or $KERAS_HOME/keras.json) is honoured: image_dim_ordering, floatx, epsilon,
backend."""


UPGRADE_HELP = """\
Rewrite old scripts to today's API: imports, names, arguments, `merge(..., mode='concat')`, `Merge([a, b])` as the first
layer, `nb_epoch`, `fit_generator`, functions of K. Formatting and comments stay. Defaults that were others then are
written out, so that the numbers stay too. What needs a human is listed with its line and the reason."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 0
    try:
        return COMMANDS[options.command](options)
    except (ValueError, TypeError, OSError, ImportError, AttributeError) as error:
        print(f"dovetail {options.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # before the study began, or after it
        print(f"dovetail {options.command}: interrupted", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    from . import __version__

    parser = argparse.ArgumentParser("dovetail", description="Neural networks with the joining of branches at heart.")
    parser.add_argument("--version", action="version", version=f"dovetail {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="command")
    compare = commands.add_parser(
        "compare",
        help="which merge layer should I use, and what does it cost?",
        description=COMPARE_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = compare.add_argument
    add("--model", metavar="FILE.py:FUNCTION", help="function without arguments returning a compiled model")
    add("--data", metavar="FILE.npz", help="arrays to train on; needed with --model")
    add("--merges", nargs="+", metavar="NAME", help="add subtract multiply average maximum minimum concatenate dot")
    add("--at", nargs="+", metavar="LAYER", default=None, help='merge layers to exchange; "each" (default) or "all"')
    add("--seeds", type=int, metavar="N", help="how many seeds (default 8)")
    add("--learning-rates", nargs="+", type=float, metavar="RATE", help="rates tried for every candidate")
    add("--epochs", type=int, metavar="N", help="passes over the training data")
    add("--batch-size", type=int, metavar="N", help="samples in a step (default 32)")
    add("--metric", help="what decides, as fit reports it, e.g. accuracy or loss")
    add("--margin", type=float, help="differences of the metric smaller than this do not matter")
    add("--no-baselines", action="store_true", help="leave out each branch alone")
    add("--report", metavar="FILE.html", help="where to write the report (default dovetail-report.html)")
    add("--no-report", action="store_true", help="write no report")
    add("--json", metavar="FILE.json", help="write all results as JSON too")
    run = commands.add_parser(
        "run",
        help="run a script of Keras 1, 2, 3 or tf.keras, untouched",
        description=RUN_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = run.add_argument
    add("--keras", metavar="RELEASE", help="1, 2, 3, or a version such as 2.3.1; else told from the script")
    add("--backend", choices=("theano", "tensorflow"), help="what Keras 1 ran on; Theano flips convolution kernels")
    add("--image-data-format", choices=("channels_first", "channels_last", "th", "tf"), help="order of image axes")
    add("--quiet", action="store_true", help="say nothing of old names")
    add("script", metavar="SCRIPT.py", help="the script")
    add("arguments", nargs=argparse.REMAINDER, metavar="...", help="arguments of the script")
    upgrade = commands.add_parser(
        "upgrade",
        help="rewrite scripts of Keras 1, 2 and tf.keras to today's API",
        description=UPGRADE_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = upgrade.add_argument
    add("--keras", metavar="RELEASE", help="1, 2, or a version such as 2.3.1; else told from each script")
    how = upgrade.add_mutually_exclusive_group()
    how.add_argument("--diff", action="store_true", help="print what would change (the default)")
    how.add_argument("--write", action="store_true", help="change the files")
    add("paths", nargs="+", metavar="PATH", help="scripts, or folders with scripts")
    return parser


def _upgrade(options: argparse.Namespace) -> int:
    from .legacy.upgrade.command import upgrade_paths

    return upgrade_paths(options.paths, options.keras, options.write)


def _run_script(options: argparse.Namespace) -> int:
    from .legacy.running import run_script

    return run_script(
        options.script, options.arguments, options.keras, options.backend, options.image_data_format, options.quiet
    )


def _compare(options: argparse.Namespace) -> int:
    begin = time.perf_counter()
    if bool(options.model) != bool(options.data):
        raise ValueError("--model and --data go together: a model of yours needs data of yours")
    from rich.console import Console

    from .compare.progress import shown

    settings = _settings(options)
    console = Console()
    with shown(console) as on_progress:
        result = _run(options, settings | {"on_progress": on_progress})
    result.meta["wall seconds"] = time.perf_counter() - begin
    console.print(result)
    if options.json:
        result.to_json(options.json)
        console.print(f"Results: {options.json}")
    if not options.no_report:
        path = Path(options.report or "dovetail-report.html")
        result.to_html(path)
        console.print(f"Report: {path.resolve()}", soft_wrap=True)
    console.print(f"{time.perf_counter() - begin:.1f} s", style="dim")
    return 130 if result.meta["interrupted"] else 0


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    given = {
        "merges": options.merges,
        "at": options.at[0] if options.at in (["each"], ["all"]) else options.at,
        "seeds": options.seeds,
        "learning_rates": options.learning_rates,
        "epochs": options.epochs,
        "batch_size": options.batch_size,
        "metric": options.metric,
        "margin": options.margin,
    }
    settings = {name: value for name, value in given.items() if value is not None}
    return settings | ({"baselines": False} if options.no_baselines else {})


def _run(options: argparse.Namespace, settings: dict[str, Any]) -> Any:
    from . import compare

    if not options.model:
        return compare.default_comparison(**settings)
    from .compare.data import load_npz

    data = load_npz(options.data)
    for name in ("validation", "test"):
        x, y = data.get(f"x_{name[:4] if name == 'test' else 'val'}"), data.get("y_test" if name == "test" else "y_val")
        if x is not None and y is not None:
            settings[name] = (x, y)
    return compare.compare(_model_from(options.model), data["x"], data["y"], **settings)


COMMANDS = {"compare": _compare, "run": _run_script, "upgrade": _upgrade}


def _model_from(place: str) -> Any:
    """The model that the function in FILE.py:FUNCTION returns."""
    path, separator, function = place.rpartition(":")
    if not separator or not path.endswith(".py"):
        raise ValueError(f"--model is FILE.py:FUNCTION, not {place!r}")
    if not Path(path).is_file():
        raise FileNotFoundError(f"--model: there is no file {path!r}")
    specification = importlib.util.spec_from_file_location("dovetail_user_model", path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.path.insert(0, str(Path(path).resolve().parent))
    specification.loader.exec_module(module)
    if not hasattr(module, function):
        from .engine.errors import unknown_name

        names = [name for name, value in vars(module).items() if callable(value) and not name.startswith("_")]
        raise unknown_name(f"function of {path}", function, names)
    return getattr(module, function)()


if __name__ == "__main__":
    raise SystemExit(main())
