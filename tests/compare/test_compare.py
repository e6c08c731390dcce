"""compare: candidates, the study, its result, the command."""

import json
import math

import numpy as np
import pytest

import dovetail as keras
from dovetail import cli, layers
from dovetail.compare import CandidateResult, Comparison, Cost, Run, compare, make_candidates

GENERATOR = np.random.default_rng(0)
X = {"a": GENERATOR.normal(size=(96, 4)).astype("float32"), "b": GENERATOR.normal(size=(96, 4)).astype("float32")}
Y = (X["a"].sum(1) * X["b"].sum(1) > 0).astype("float32")
FEW = {"seeds": 3, "learning_rates": [0.01, 0.03], "epochs": 2, "batch_size": 16}


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session()


def two_branches(merge=None, width=6, second=6):
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    left = layers.Dense(width, activation="relu", name="left")(a)
    right = layers.Dense(second, activation="relu", name="right")(b)
    joined = (merge or layers.Concatenate)(name="join")([left, right])
    model = keras.Model([a, b], layers.Dense(1, activation="sigmoid")(joined), name="two")
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def two_points():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    first = layers.Add(name="first")([layers.Dense(4)(a), layers.Dense(4)(b)])
    second = layers.Multiply(name="second")([first, layers.Dense(4)(a)])
    model = keras.Model([a, b], layers.Dense(1)(second))
    model.compile("sgd", "mse")
    return model


def test_candidates_have_every_merge_and_every_branch_alone():
    names = [c.name for c in make_candidates(two_branches())]
    assert names == [
        "add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate", "dot", "left alone",
        "right alone",
    ]  # fmt: skip


def test_what_comes_after_is_built_for_the_new_width():
    by_name = {c.name: c for c in make_candidates(two_branches())}
    assert by_name["concatenate"].model.count_params() - by_name["add"].model.count_params() == 6
    assert by_name["dot"].model.layers[-1].kernel.shape == (1, 1)


def test_a_candidate_that_cannot_be_built_says_why():
    by_name = {c.name: c for c in make_candidates(two_branches(second=5))}
    assert by_name["add"].model is None
    assert by_name["add"].failure.startswith("Add 'add' cannot combine its 2 branches; axis -1 is 6 in one and 5 in")
    assert by_name["concatenate"].model is not None


def test_merge_points_each_all_or_named():
    model = two_points()
    each = [c.name for c in make_candidates(model, ["add", "maximum"], baselines=False)]
    assert each == ["add at first", "maximum at first", "add at second", "maximum at second"]
    assert [c.name for c in make_candidates(model, ["maximum"], at="all")] == ["maximum"]
    named = make_candidates(model, ["maximum"], at=["second"], baselines=False)
    kinds = [type(layer).__name__ for layer in named[0].model.layers]
    assert kinds.count("Maximum") == 1 and kinds.count("Add") == 1 and "Multiply" not in kinds
    with pytest.raises(ValueError, match="unknown merge point 'secnd'; did you mean 'second'?"):
        make_candidates(model, at=["secnd"])


def test_merges_of_ones_own():
    def gated():
        return layers.Merge(mode=lambda xs: xs[0] * xs[1] + xs[0])

    names = [c.name for c in make_candidates(two_branches(), {"gate": gated, "plain": layers.Add}, baselines=False)]
    assert names == ["gate", "plain"]
    with pytest.raises(ValueError, match="unknown merge 'addd'; did you mean 'add'?"):
        make_candidates(two_branches(), ["addd"])


def test_frozen_layers_keep_their_weights():
    model = two_branches()
    model.get_layer("left").trainable = False
    candidate = make_candidates(model, ["add"])[0]
    np.testing.assert_array_equal(candidate.model.get_layer("left").kernel.value, model.get_layer("left").kernel.value)
    assert not candidate.model.get_layer("left").trainable


@pytest.fixture(scope="module")
def result():
    keras.utils.clear_session()
    return compare(two_branches(second=6), X, Y, merges=["add", "multiply", "concatenate"], **FEW)


def test_the_result_has_every_run(result):
    assert len(result.runs_dataframe()) == 5 * 3 * 2
    table = result.to_dataframe().set_index("candidate")
    assert set(table.index) == {"add", "multiply", "concatenate", "left alone", "right alone"}
    assert table.loc["add", "parameters"] == 67
    assert (table.latency_seconds > 0).all() and (table.flops_per_sample > 0).all()
    assert (table.peak_memory_bytes > 0).all() and (table.epoch_seconds > 0).all()
    assert table.recommended.sum() == 1
    assert set(table.verdict) <= {"best", "better", "worse", "equivalent", "undecided"}


def test_runs_repeat_exactly(result):
    keras.utils.clear_session()
    again = compare(two_branches(), X, Y, merges=["add"], **FEW)
    scores = {(r.seed, r.learning_rate): r.test_score for c in again.candidates if c.name == "add" for r in c.runs}
    before = {(r.seed, r.learning_rate): r.test_score for c in result.candidates if c.name == "add" for r in c.runs}
    assert scores == before


def test_one_program_for_all_runs_gives_the_same_scores(result):
    keras.utils.clear_session()
    mapped = compare(two_branches(), X, Y, merges=["add"], vectorize=True, baselines=False, **FEW)
    one = {(r.seed, r.learning_rate): r.test_score for c in result.candidates if c.name == "add" for r in c.runs}
    for run in mapped.candidates[0].runs:
        assert run.test_score == pytest.approx(one[run.seed, run.learning_rate], abs=0.06)


def test_the_result_prints_and_writes(result, tmp_path):
    text = str(result)
    assert "accuracy on test data" in text and "Use " in text and "margin 0.01" in text
    page = result.to_html(tmp_path / "report.html").read_text()
    assert page.startswith("<!doctype html>") and page.count("<svg") == 4 and "http://" not in page.split("<svg")[0]
    result.to_json(tmp_path / "result.json")
    assert json.loads((tmp_path / "result.json").read_text())["metric"] == "accuracy"


def made(name, scores, parameters=100, baseline=False, failure=None, diverged=()):
    runs = [Run(name, seed, 0.01, score, score, 0.1, diverged=seed in diverged) for seed, score in enumerate(scores)]
    return CandidateResult(name, name, "join", f"{name} is good.", Cost(parameters, 0, 10.0), runs, failure, baseline)


def comparison(*candidates, **arguments):
    return Comparison(candidates, "accuracy", True, margin=0.02, meta={"seeds": [0, 1, 2]}, **arguments)


def test_the_cheapest_of_those_not_worse_is_recommended():
    c = comparison(
        made("wide", [0.90, 0.91, 0.92, 0.91], 500),
        made("narrow", [0.899, 0.911, 0.918, 0.909], 100),
        made("bad", [0.5, 0.52, 0.51, 0.5], 50),
    )
    assert c.best.name == "wide" and c.recommended.name == "narrow"
    assert {x.name: x.verdict for x in c.candidates} == {"wide": "best", "narrow": "equivalent", "bad": "worse"}
    assert c.recommendation.startswith("Use narrow: accuracy 0.9093")
    assert "It is the cheapest of 2 candidates that are not shown to be worse than wide" in c.recommendation


def test_it_says_whether_joining_helps():
    c = comparison(made("add", [0.9, 0.91, 0.92]), made("left alone", [0.7, 0.72, 0.71], 50, baseline=True))
    assert "Joining the branches helps: add is 0.2 better than left alone." in c.recommendation


def test_undecided_names_the_smallest_difference_that_could_be_seen():
    c = comparison(made("add", [0.9, 0.7, 0.8]), made("max", [0.75, 0.85, 0.7]))
    assert "could not have been seen. More seeds would tell." in c.recommendation


def test_diverged_runs_are_counted_and_a_rate_that_mostly_diverges_is_not_chosen():
    c = comparison(made("add", [0.9, 0.91, math.nan], diverged=(2,)), made("hot", [math.nan] * 3, diverged=(0, 1, 2)))
    assert c.candidates[0].diverged == 1 and c.candidates[0].interval.count == 2
    assert c.all_diverged == [c.candidates[1]] and "hot: all 3 runs diverged" in str(c)


def test_failures_are_reported():
    failed = CandidateResult("dot", "dot", "join", "", Cost(), [], failure="Dot cannot")
    assert "dot was not run: Dot cannot" in str(comparison(made("add", [0.9, 0.8]), failed))


def test_nothing_done_recommends_nothing():
    c = Comparison([], "accuracy", True, meta={"interrupted": True})
    assert c.best is None and c.recommendation.startswith("No candidate finished")


ERRORS = {
    "no merge": (
        lambda: compare(_plain(), X["a"], Y),
        "'plain' has no merge layer to exchange (its layers: x, dense). Join the branches with a layer such as Add or "
        "Concatenate",
    ),
    "no loss": (
        lambda: compare(_uncompiled(), X, Y),
        "compare needs to know what to minimize: compile the model first, or give `loss`",
    ),
    "metric": (
        lambda: compare(two_branches(), X, Y, metric="acuracy"),
        "unknown metric of the compiled model 'acuracy'; did you mean 'accuracy'?",
    ),
    "fraction": (
        lambda: compare(two_branches(), X, Y, test=1.2),
        "`test` is a fraction between 0 and 1, or (x, y); not 1.2",
    ),
}


def _plain():
    x = keras.Input((4,), name="x")
    return keras.Model(x, layers.Dense(1, name="dense")(x), name="plain")


def _uncompiled():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    return keras.Model([a, b], layers.Add()([a, b]))


@pytest.mark.parametrize("case", ERRORS)
def test_mistakes(case):
    call, text = ERRORS[case]
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == text


MODEL_FILE = """
import dovetail as keras
from dovetail import layers

def build():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    joined = layers.Add(name="join")([layers.Dense(3)(a), layers.Dense(3)(b)])
    model = keras.Model([a, b], layers.Dense(1, activation="sigmoid")(joined))
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model
"""


def test_the_command_on_a_model_and_data_of_ones_own(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(MODEL_FILE)
    np.savez(tmp_path / "data.npz", x_a=X["a"], x_b=X["b"], y=Y)
    arguments = ["compare", "--model", "mine.py:build", "--data", "data.npz", "--merges", "add", "maximum"]
    assert cli.main([*arguments, "--seeds", "2", "--epochs", "1", "--learning-rates", "0.01"]) == 0
    printed = capsys.readouterr().out
    assert "maximum" in printed and "dovetail-report.html" in printed
    assert (tmp_path / "dovetail-report.html").exists()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--model", "mine.py:build"], "--model and --data go together: a model of yours needs data of yours"),
        (["--model", "gone.py:build", "--data", "d.npz"], "there is no file 'd.npz'"),
        (["--merges", "addd"], "unknown merge 'addd'; did you mean 'add'?"),
    ],
)
def test_the_command_says_what_is_wrong(arguments, text, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["compare", *arguments]) == 1
    assert capsys.readouterr().err.strip() == f"dovetail compare: {text}"


def test_an_interrupt_prints_the_results_so_far(monkeypatch):
    def interrupt(progress):
        if progress.runs_done >= 6:
            raise KeyboardInterrupt

    found = compare(two_branches(), X, Y, merges=["add", "multiply", "concatenate"], on_progress=interrupt, **FEW)
    assert found.meta["interrupted"] and sum(len(c.runs) for c in found.candidates) >= 6
    assert "The study was interrupted" in found.recommendation
