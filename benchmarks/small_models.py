"""A four-branch Dense network beside Keras, PyTorch and hand-written JAX: an epoch of `fit`, `predict` of one sample.

Input 10, four Dense(10, relu), Add, Dense(1, sigmoid); 10 000 rows, batch 32, Adam, binary crossentropy.
"""

import numpy as np
from harness import KERAS_BACKENDS, arguments, measure, report, seconds_of, serve

ROWS, BATCH, EPOCHS = 10_000, 32, 5
ENGINES = ["dovetail", "jax", *KERAS_BACKENDS, "torch"]


def data():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(ROWS, 10)).astype("float32")
    return x, (x.sum(1, keepdims=True) > 0).astype("float32")


def keras_like(keras):
    """The same code for Dovetail and Keras."""
    x, y = data()
    one = x[:1]
    tensor = keras.Input((10,))
    branches = [keras.layers.Dense(10, activation="relu")(tensor) for _ in range(4)]
    model = keras.Model(tensor, keras.layers.Dense(1, activation="sigmoid")(keras.layers.Add()(branches)))
    model.compile(optimizer="adam", loss="binary_crossentropy")
    fit = lambda: model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, verbose=0)  # noqa: E731
    predict = lambda: model.predict(one, verbose=0)  # noqa: E731
    call = lambda: np.asarray(model(one))  # noqa: E731
    fit(), predict()
    if keras.config.backend() == "torch":
        call = lambda: model(one).detach().numpy()  # noqa: E731
    call()
    return {
        "epoch": lambda: seconds_of(fit) / EPOCHS,
        "predict of one sample": lambda: seconds_of(predict, 50),
        "model(x) of one sample": lambda: seconds_of(call, 50),
    }


def hand_written_jax():
    """The same loop by hand: one program for an epoch, Adam with Keras's formula, order and weights from the host."""
    import jax
    import jax.numpy as jnp
    from jax import lax

    x, y = data()
    generator = np.random.default_rng(1)

    def matrix(a, b):
        limit = np.sqrt(6 / (a + b))
        return jnp.asarray(generator.uniform(-limit, limit, (a, b)), jnp.float32)

    weights = [(matrix(10, 10), jnp.zeros(10)) for _ in range(4)] + [(matrix(10, 1), jnp.zeros(1))]
    zeros = lambda: jax.tree.map(jnp.zeros_like, weights)  # noqa: E731
    state = (weights, zeros(), zeros(), jnp.zeros((), jnp.int32))

    def forward(weights, x):
        hidden = sum(jax.nn.relu(x @ w + b) for w, b in weights[:4])
        w, b = weights[4]
        return jax.nn.sigmoid(hidden @ w + b)

    def loss_of(weights, x, y):
        p = jnp.clip(forward(weights, x), 1e-7, 1 - 1e-7)
        return -jnp.mean(y * jnp.log(p) + (1 - y) * jnp.log(1 - p))

    def step(carry, x, y):
        (weights, m, v, count), total = carry
        loss, gradients = jax.value_and_grad(loss_of)(weights, x, y)
        count += 1
        t = count.astype(jnp.float32)
        rate = 0.001 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        m = jax.tree.map(lambda m, g: m + 0.1 * (g - m), m, gradients)
        v = jax.tree.map(lambda v, g: v + 0.001 * (g * g - v), v, gradients)
        weights = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-7), weights, m, v)
        return (weights, m, v, count), total + loss * x.shape[0]

    full = ROWS // BATCH

    @jax.jit
    def epoch(state, x, y, order):
        def body(i, carry):
            rows = lax.dynamic_slice_in_dim(order, i * BATCH, BATCH)
            return step(carry, x[rows], y[rows])

        carry = lax.fori_loop(0, full, body, (state, jnp.zeros(())))
        rows = order[full * BATCH :]
        state, total = step(carry, x[rows], y[rows])
        return state, total / ROWS

    forward_one = jax.jit(forward)
    shuffled = np.random.Generator(np.random.Philox(0))

    def fit():
        nonlocal state
        on_device, targets = jnp.asarray(x), jnp.asarray(y)
        for _ in range(EPOCHS):
            order = jnp.asarray(shuffled.permutation(ROWS).astype(np.int32))
            state, loss = epoch(state, on_device, targets, order)
            float(loss)

    one = x[:1]
    predict = lambda: np.asarray(forward_one(state[0], one))  # noqa: E731
    fit(), predict()
    return {
        "epoch": lambda: seconds_of(fit) / EPOCHS,
        "predict of one sample": lambda: seconds_of(predict, 50),
        "model(x) of one sample": lambda: seconds_of(predict, 50),
    }


def plain_torch():
    import torch
    from torch import nn

    torch.set_num_threads(2)
    x, y = (torch.from_numpy(a) for a in data())

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.branches = nn.ModuleList(nn.Linear(10, 10) for _ in range(4))
            self.out = nn.Linear(10, 1)

        def forward(self, x):
            return torch.sigmoid(self.out(sum(torch.relu(branch(x)) for branch in self.branches)))

    net = Net()
    optimizer = torch.optim.Adam(net.parameters())
    loss_of = nn.BCELoss()

    def fit():
        for _ in range(EPOCHS):
            order = torch.randperm(ROWS)
            total = 0.0
            for start in range(0, ROWS, BATCH):
                rows = order[start : start + BATCH]
                optimizer.zero_grad()
                loss = loss_of(net(x[rows]), y[rows])
                loss.backward()
                optimizer.step()
                total += loss.item() * len(rows)

    def predict():
        with torch.no_grad():
            net(x[:1]).numpy()

    fit(), predict()
    return {
        "epoch": lambda: seconds_of(fit) / EPOCHS,
        "predict of one sample": lambda: seconds_of(predict, 50),
        "model(x) of one sample": lambda: seconds_of(predict, 50),
    }


def worker(engine):
    if engine == "dovetail":
        import dovetail

        return keras_like(dovetail)
    if engine == "jax":
        return hand_written_jax()
    if engine == "torch":
        return plain_torch()
    import keras

    return keras_like(keras)


if __name__ == "__main__":
    options = arguments(__doc__, ENGINES)
    if options.worker:
        serve(worker(options.worker))
    else:
        report("Small models: four branches of Dense(10)", measure(__file__, options.engines, options.rounds))
