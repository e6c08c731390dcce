"""Layers that are frozen between two `compile` calls, as in every script of a generative adversarial network."""

import numpy as np

from dovetail.legacy import installed


def test_what_was_compiled_trains_on_when_another_model_has_it_frozen():
    with installed("2.2.4"):
        from keras.layers import Dense, Input
        from keras.models import Model, Sequential
        from keras.optimizers import Adam

        optimizer = Adam(0.1)
        discriminator = Sequential([Dense(1, input_dim=3)])
        discriminator.compile(optimizer, "mse")
        noise = Input((2,))
        generator = Dense(3)
        discriminator.trainable = False
        combined = Model(noise, discriminator(generator(noise)))
        combined.compile(optimizer, "mse")  # the same optimizer, with slots of its own

    def weights():
        return discriminator.get_weights()[0].copy(), generator.get_weights()[0].copy()

    before = weights()
    discriminator.train_on_batch(np.ones((4, 3)), np.zeros((4, 1)))
    between = weights()
    combined.train_on_batch(np.ones((4, 2)), np.ones((4, 1)))
    after = weights()
    assert np.all(before[0] != between[0]) and np.all(before[1] == between[1])
    assert np.all(between[0] == after[0]) and np.all(between[1] != after[1])
    assert combined.optimizer.lr is discriminator.optimizer.lr
    assert int(discriminator.optimizer.iterations.value) == 2
