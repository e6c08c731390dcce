"""A residual convolutional network on 32 x 32 x 3 images, batch 64: an epoch of `fit` beside Keras and PyTorch."""

import numpy as np
from harness import KERAS_BACKENDS, arguments, measure, report, seconds_of, serve

ROWS, BATCH = 512, 64
ENGINES = ["dovetail", *KERAS_BACKENDS, "torch channels_last"]


def data():
    generator = np.random.default_rng(0)
    return generator.normal(size=(ROWS, 32, 32, 3)).astype("float32"), generator.integers(0, 10, ROWS).astype("int32")


def keras_like(keras):
    layers = keras.layers
    x, y = data()
    tensor = keras.Input((32, 32, 3))
    first = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(32, 3, padding="same", use_bias=False)(tensor)))
    second = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(32, 3, padding="same", use_bias=False)(first)))
    joined = layers.MaxPooling2D()(layers.Add()([first, second]))
    last = layers.MaxPooling2D()(layers.Conv2D(64, 3, padding="same", activation="relu")(joined))
    model = keras.Model(tensor, layers.Dense(10, activation="softmax")(layers.Flatten()(last)))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    fit = lambda: model.fit(x, y, batch_size=BATCH, epochs=1, verbose=0)  # noqa: E731
    predict = lambda: model.predict(x, batch_size=BATCH, verbose=0)  # noqa: E731
    fit(), predict()
    return {"epoch": lambda: seconds_of(fit), "predict": lambda: seconds_of(predict)}


def plain_torch():
    import torch
    from torch import nn

    torch.set_num_threads(2)
    x, y = data()
    x = torch.from_numpy(x).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
    y = torch.from_numpy(y).long()

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.norm1 = nn.Conv2d(3, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32)
            self.second, self.norm2 = nn.Conv2d(32, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32)
            self.third, self.out = nn.Conv2d(32, 64, 3, padding=1), nn.Linear(4096, 10)

        def forward(self, x):
            first = torch.relu(self.norm1(self.first(x)))
            second = torch.relu(self.norm2(self.second(first)))
            joined = nn.functional.max_pool2d(first + second, 2)
            return self.out(nn.functional.max_pool2d(torch.relu(self.third(joined)), 2).flatten(1))

    net = Net().to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(net.parameters())
    loss_of = nn.CrossEntropyLoss()

    def fit():
        net.train()
        order = torch.randperm(ROWS)
        for start in range(0, ROWS, BATCH):
            rows = order[start : start + BATCH]
            optimizer.zero_grad()
            loss = loss_of(net(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            loss.item()

    def predict():
        net.eval()
        with torch.no_grad():
            torch.cat([torch.softmax(net(x[i : i + BATCH]), 1) for i in range(0, ROWS, BATCH)]).numpy()

    fit(), predict()
    return {"epoch": lambda: seconds_of(fit), "predict": lambda: seconds_of(predict)}


def worker(engine):
    if engine == "dovetail":
        import dovetail

        return keras_like(dovetail)
    if engine.startswith("torch"):
        return plain_torch()
    import keras

    return keras_like(keras)


if __name__ == "__main__":
    options = arguments(__doc__, ENGINES)
    if options.worker:
        serve(worker(options.worker))
    else:
        report("Convolution: a residual network", measure(__file__, options.engines, options.rounds))
