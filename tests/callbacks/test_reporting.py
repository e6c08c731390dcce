"""Callbacks that report to other programs: event files of TensorBoard, and a server."""

import http.server
import json
import threading
import urllib.parse
import zlib

import numpy as np
import pytest

import dovetail as keras
from dovetail import callbacks, layers
from dovetail.callbacks.events import as_images, png

IDS = np.random.default_rng(0).integers(0, 7, size=(16, 2))
Y = IDS.sum(1, keepdims=True).astype("float32")


def model():
    keras.utils.clear_session()
    ids = keras.Input((2,), dtype="int32")
    made = keras.Model(ids, layers.Dense(1)(layers.Flatten()(layers.Embedding(7, 3, name="words")(ids))), name="net")
    made.compile("sgd", "mse")
    return made


def events(folder):
    """What TensorBoard itself reads: steps and values by tag."""
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
    from tensorboard.util import tensor_util

    found = {}
    for file in sorted(folder.glob("events*")):
        for event in EventFileLoader(str(file)).Load():
            for value in event.summary.value:
                made = tensor_util.make_ndarray(value.tensor)
                found.setdefault(value.tag, []).append((event.step, made, value.metadata.plugin_data.plugin_name))
    return found


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_event_files_hold_what_tensorboard_shows(tmp_path):
    pytest.importorskip("tensorboard")
    made = model()
    board = callbacks.TensorBoard(
        tmp_path, histogram_freq=2, write_images=True, write_steps_per_second=True, update_freq=3, embeddings_freq=1,
        embeddings_metadata={"words": "words.tsv"},
    )  # fmt: skip
    history = made.fit(IDS, Y, 4, 3, verbose=0, validation_data=(IDS, Y), callbacks=[board]).history
    train, validation = events(tmp_path / "train"), events(tmp_path / "validation")
    assert [step for step, _, _ in train["epoch_loss"]] == [0, 1, 2]
    np.testing.assert_allclose([value for _, value, _ in train["epoch_loss"]], history["loss"], rtol=1e-6)
    np.testing.assert_allclose([value for _, value, _ in validation["epoch_loss"]], history["val_loss"], rtol=1e-6)
    assert train["epoch_learning_rate"][0][1] == pytest.approx(0.01) and train["epoch_steps_per_second"][0][1] > 0
    assert [step for step, _, _ in train["batch_loss"]] == [3, 6, 9, 12]
    assert [step for step, _, _ in validation["evaluation_loss_vs_iterations"]] == [4, 8, 12]
    step, histogram, plugin = train["dense/kernel/histogram"][-1]
    assert step == 2 and plugin == "histograms" and histogram[:, 2].sum() == 6
    step, image, plugin = train["dense/kernel/image"][0]
    assert step == 0 and plugin == "images" and image[:2].tolist() == [b"6", b"1"] and image[2].startswith(b"\x89PNG")
    _, graph, plugin = train["keras"][0]
    assert plugin == "graph_keras_model" and json.loads(graph.item())["class_name"] == "Functional"
    from tensorboard.plugins.graph.keras_util import keras_model_to_graph_def

    nodes = keras_model_to_graph_def(json.loads(graph.item())).node
    assert [node.name for node in nodes][-1] == "net/dense" and nodes[-1].input == ["net/flatten"]
    table = np.loadtxt(tmp_path / "train" / "words-2.tsv")
    np.testing.assert_allclose(table, made.get_layer("words").get_weights()[0], rtol=1e-5)
    projector = (tmp_path / "projector_config.pbtxt").read_text()
    assert 'tensor_path: "train/words-2.tsv"' in projector and 'metadata_path: "words.tsv"' in projector


def test_only_what_was_asked_for_costs_single_steps(tmp_path):
    pytest.importorskip("tensorboard")
    assert not callbacks.TensorBoard(tmp_path, histogram_freq=1, write_steps_per_second=True).needs_batches
    assert callbacks.TensorBoard(tmp_path, update_freq="batch").needs_batches
    board = callbacks.TensorBoard(tmp_path, profile_batch="2,5")
    assert board.needs_batches and (board._first_profiled, board._last_profiled) == (2, 5)
    for wrong in ("two", (5, 2), -1, [1]):
        with pytest.raises(ValueError, match="`profile_batch` is a batch, counted from 1, or a pair"):
            callbacks.TensorBoard(tmp_path, profile_batch=wrong)
    with pytest.raises(ValueError, match="`update_freq` is 'batch', 'epoch' or a number of batches, not 'step'"):
        callbacks.TensorBoard(tmp_path, update_freq="step")
    board = callbacks.TensorBoard(tmp_path, embeddings_freq=1, embeddings_metadata={"wrods": "a.tsv"})
    with pytest.raises(ValueError, match="names 'wrods', which is no embedding of the model; did you mean 'words'"):
        board.set_model(model())


def test_a_batch_is_profiled(tmp_path, monkeypatch):
    pytest.importorskip("tensorboard")
    calls = []
    monkeypatch.setattr("jax.profiler.start_trace", lambda folder: calls.append(("start", board._trained)))
    monkeypatch.setattr("jax.profiler.stop_trace", lambda: calls.append(("stop", board._trained)))
    board = callbacks.TensorBoard(tmp_path, profile_batch=(2, 3), write_graph=False)
    model().fit(IDS, Y, 4, verbose=0, callbacks=[board])
    assert calls == [("start", 2), ("stop", 3)]


def test_weights_as_images():
    assert as_images(np.zeros((5,))).shape == (1, 1, 5, 1)
    assert as_images(np.zeros((5, 2))).shape == (1, 2, 5, 1)
    assert as_images(np.zeros((3, 2, 4))).shape == (4, 3, 2, 1)
    assert as_images(np.zeros((3, 2, 3, 8))).shape == (8, 3, 2, 3)
    assert as_images(np.zeros((3, 2, 5, 8))) is None
    image = as_images([[-1.0, 0.0, 1.0]])[0]
    assert image[0, :, 0].tolist() == [0, 128, 255]
    content = png(image)
    data = content[content.index(b"IDAT") + 4 : content.index(b"IEND") - 8]
    assert list(zlib.decompress(data)) == [0, 0, 128, 255]


class Server(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.seen.append((self.path, self.headers["Content-Type"], self.headers["X-Key"], body))
        self.send_response(404 if "teapot" in self.path else 200)
        self.end_headers()

    def log_message(self, *args):
        pass


def test_metrics_go_to_a_server():
    server = http.server.HTTPServer(("127.0.0.1", 0), Server)
    server.seen = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    root = f"http://127.0.0.1:{server.server_port}"
    try:
        monitor = callbacks.RemoteMonitor(root, headers={"X-Key": "7"})
        monitor.on_epoch_end(3, {"loss": 0.5, "per_class": np.array([1.0, 2.0])})
        callbacks.RemoteMonitor(root, path="/teapot", send_as_json=True).on_epoch_end(0, {"loss": np.float32(0.25)})
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    (path, kind, key, body), (other, json_kind, _, text) = server.seen
    assert (path, kind, key) == ("/publish/epoch/end/", "application/x-www-form-urlencoded", "7")
    assert json.loads(urllib.parse.parse_qs(body)["data"][0]) == {"epoch": 3, "loss": 0.5, "per_class": [1.0, 2.0]}
    assert (other, json_kind, json.loads(text)) == ("/teapot", "application/json", {"epoch": 0, "loss": 0.25})
    with pytest.warns(UserWarning, match="the server of RemoteMonitor, .* cannot be reached"):
        callbacks.RemoteMonitor(root).on_epoch_end(0, {})
    with pytest.raises(ValueError, match="`root` is the address of a web server"):
        callbacks.RemoteMonitor("file:///etc")
