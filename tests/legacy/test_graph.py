"""Graph of Keras 0.x and 1.0, beside the same network made with `Model`."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail.legacy import installed

A = np.arange(12, dtype="float32").reshape(4, 3) / 12
B = np.arange(8, dtype="float32").reshape(4, 2) / 8
Y = np.array([[0.0], [1], [1], [0]], "float32")


def two_branches():
    from keras.layers.core import Dense
    from keras.models import Graph

    graph = Graph()
    graph.add_input("left", input_shape=(3,))
    graph.add_input("right", input_shape=(2,))
    graph.add_node(Dense(4, activation="tanh"), name="a", input="left")
    graph.add_node(Dense(4, activation="tanh"), name="b", input="right")
    graph.add_node(Dense(1), name="c", inputs=["a", "b"], merge_mode="sum")
    graph.add_output("sum", input="c")
    graph.add_output("both", inputs=["a", "b"], merge_mode="concat")
    return graph


def test_a_graph_of_two_branches():
    data = {"left": A, "right": B}
    with installed(1):
        graph = two_branches()
        assert graph.input_order == ["left", "right"] and graph.output_order == ["sum", "both"]
        kernels = graph.nodes["a"].get_weights(), graph.nodes["b"].get_weights()
        left, right = (np.tanh(x @ kernel + bias) for x, (kernel, bias) in zip((A, B), kernels, strict=True))
        outputs = graph.predict(data)
        assert_allclose(outputs["both"], np.concatenate([left, right], 1), atol=1e-6)
        kernel, bias = graph.nodes["c"].get_weights()
        assert_allclose(outputs["sum"], (left + right) @ kernel + bias, atol=1e-6)

        graph.compile("sgd", {"sum": "mse", "both": "mse"})
        target = np.zeros((4, 8), "float32")
        full = {**data, "sum": Y, "both": target}
        expected = np.square(outputs["sum"] - Y).mean() + np.square(outputs["both"]).mean()
        assert graph.evaluate(full)[0] == pytest.approx(expected, rel=1e-5)
        first = graph.train_on_batch(full)[0]
        history = graph.fit(full, nb_epoch=2, batch_size=2, verbose=0, validation_data=full)
        assert history.history["val_loss"][-1] < first == pytest.approx(expected, rel=1e-5)

        def batches():
            while True:
                yield full

        graph.fit_generator(batches(), samples_per_epoch=8, nb_epoch=1, verbose=0)
        assert graph.predict_on_batch(data)["sum"].shape == (4, 1)
        weights = {"sum": np.array([1, 0, 0, 0], "float32")}
        weighted = dict(zip(graph.metrics_names, graph.test_on_batch(full, sample_weight=weights), strict=True))
        assert weighted["sum_loss"] == pytest.approx(
            float(np.square(graph.predict(data)["sum"][0] - Y[0])[0]), rel=1e-4
        )


def test_a_shared_node():
    with installed(1):
        from keras.layers import Dense, containers

        graph = containers.Graph()
        graph.add_input("x", input_shape=(3,))
        graph.add_input("y", input_shape=(3,))
        graph.add_shared_node(Dense(2), name="shared", inputs=["x", "y"], outputs=["p", "q"])
        graph.add_output("product", inputs=["p", "q"], merge_mode="mul")
        kernel, bias = graph.get_weights()
        found = graph.predict({"x": A, "y": A[::-1].copy()})["product"]
        assert_allclose(found, (A @ kernel + bias) * (A[::-1] @ kernel + bias), atol=1e-6)


def test_branches_left_apart_for_a_lambda():
    with installed(1):
        from keras.layers import Dense, Lambda
        from keras.models import Graph

        def distance(inputs):
            u, v = inputs.values()
            return abs(u - v)

        graph = Graph()
        graph.add_input("x", input_shape=(3,))
        graph.add_input("y", input_shape=(3,))
        graph.add_shared_node(Dense(2), name="shared", inputs=["x", "y"], merge_mode="join")
        graph.add_node(Lambda(distance, output_shape=lambda shapes: shapes[0]), name="distance", input="shared")
        graph.add_output("out", input="distance")
        kernel, _ = graph.get_weights()
        assert_allclose(graph.predict({"x": A, "y": 2 * A})["out"], abs(A @ kernel), atol=1e-6)


def test_a_graph_as_a_layer_of_a_sequential():
    with installed(1):
        from keras.layers import Dense, Embedding, Flatten
        from keras.layers.containers import Graph
        from keras.models import Sequential

        graph = Graph()
        graph.add_input("words", input_shape=(-1,), dtype="int")
        frozen = Embedding(9, 3)
        frozen.params = []
        graph.add_node(frozen, name="fixed", input="words")
        graph.add_node(Embedding(9, 3), name="floating", input="words")
        graph.add_output("both", inputs=["fixed", "floating"], merge_mode="concat")
        model = Sequential([graph, Flatten(), Dense(1)])
        model.compile("sgd", "mse")
        words = np.arange(8).reshape(4, 2)
        model.predict(words)
        before = frozen.get_weights()[0]
        model.fit(words, Y, nb_epoch=1, verbose=0)
        assert_allclose(frozen.get_weights()[0], before)
        assert len(model.params) == 3


def test_names_that_are_not_there():
    with installed(1):
        from keras.layers import Dense

        graph = two_branches()
        with pytest.raises(ValueError, match="there is no node 'lefd'; did you mean 'left'"):
            graph.add_node(Dense(1), name="d", input="lefd")
        with pytest.raises(ValueError, match="there is a node 'a' already"):
            graph.add_node(Dense(1), name="a", input="left")
        with pytest.raises(ValueError, match="'suum' is neither an input nor an output; did you mean 'sum'"):
            graph.predict({"left": A, "right": B, "suum": Y})
        with pytest.raises(ValueError, match="needs a name in `outputs` for each of its 2 inputs"):
            graph.add_shared_node(Dense(1), name="s", inputs=["a", "b"])
