import shutil

import numpy as np
import pytest

from dovetail import Input, Model, Sequential, layers
from dovetail.utils import model_to_dot, plot_model


@pytest.fixture(scope="module")
def joined():
    left, right = Input((3,), name="left"), Input((4,), name="right")
    inner_input = Input((2,), name="inner_input")
    inner = Model(inner_input, layers.Dense(2, activation="relu", name="deep")(inner_input), name="inner")
    towers = [layers.Dense(2, name="a")(left), inner(layers.Dense(2, name="b")(right))]
    join = layers.Concatenate(name="join")(towers)
    return Model([left, right], layers.Dense(1, name="head")(join * 2.0 + 1.0), name="whole")


def texts(graph):
    """Labels of all boxes by their ids."""
    found = {node.get_name(): node.get_label() for node in graph.get_nodes() if node.get_label()}
    for part in graph.get_subgraphs():
        found |= texts(part)
    return found


def arrows(graph):
    """Arrows as pairs of the boxes' names."""
    names = {key: label.split("<b>")[1].split("</b>")[0] for key, label in texts(graph).items()}
    return {(names[edge.get_source()], names[edge.get_destination()]) for edge in all_edges(graph)}


def all_edges(graph):
    return [*graph.get_edges(), *(edge for part in graph.get_subgraphs() for edge in all_edges(part))]


def test_boxes_arrows_and_the_branches_that_are_joined(joined):
    graph = model_to_dot(joined, show_shapes=True, show_dtype=True, show_trainable=True)
    found = arrows(graph)
    assert {("left", "a"), ("right", "b"), ("b", "inner"), ("a", "join"), ("inner", "join")} <= found
    assert len(found) == 8  # and two functions between join and head
    (join,) = [label for label in texts(graph).values() if "<b>join</b> (Concatenate)" in label]
    for text in ("joins: a, inner", "in: (None, 2), (None, 2)", "out: (None, 4)", "dtype: float32", "trainable: yes"):
        assert text in join


def test_models_inside_are_drawn_open(joined):
    graph = model_to_dot(joined, expand_nested=True, show_layer_activations=True)
    assert {("b", "inner_input"), ("inner_input", "deep"), ("deep", "join")} <= arrows(graph)
    assert any("activation: relu" in label for label in texts(graph).values())
    outer = Sequential([layers.Dense(2, name="first"), Sequential([layers.Dense(2, name="second")], name="in")])
    outer.build((None, 3))
    assert arrows(model_to_dot(outer, expand_nested=True)) == {("first", "second")}
    assert model_to_dot(outer, subgraph=True).get_type() == "subgraph"


def test_files(joined, tmp_path, monkeypatch):
    plot_model(joined, tmp_path / "model.dot", show_layer_names=True)
    assert "join" in (tmp_path / "model.dot").read_text()
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(ImportError, match="needs Graphviz for a png file"):
        plot_model(joined, tmp_path / "model.png")


def test_what_cannot_be_drawn():
    with pytest.raises(ValueError, match="is not built"):
        model_to_dot(Sequential([layers.Dense(2)]))
    with pytest.raises(ValueError, match="no argument 'colour'"):
        model_to_dot(Sequential([Input((2,)), layers.Dense(2)]), colour=1)


def test_a_subclassed_model_is_one_box():
    class Own(Model):
        def call(self, x):
            return x

    model = Own(name="own")
    model(np.ones((1, 2)))
    assert len(texts(model_to_dot(model))) == 1
