import numpy as np
import tensorflow as tf


class Linear(tf.keras.layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer='random_normal', trainable=True)
        self.b = self.add_weight(shape=(self.units,), initializer='zeros', trainable=True)

    def call(self, inputs):
        return tf.matmul(inputs, self.w) + self.b


np.random.seed(0)
inputs = tf.keras.Input(shape=(3,))
x = tf.nn.relu(Linear(5)(inputs))
outputs = Linear(1)(x)
model = tf.keras.Model(inputs, outputs)
model.compile(optimizer='sgd', loss='mse')
X, y = np.random.rand(12, 3).astype('float32'), np.random.rand(12, 1)
model.fit(X, y, epochs=1, batch_size=4, verbose=0)
print(model.predict(X).shape, len(model.trainable_variables))
