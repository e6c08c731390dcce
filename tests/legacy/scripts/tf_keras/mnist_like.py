import numpy as np
import tensorflow as tf

tf.random.set_seed(0)
np.random.seed(0)
x_train, y_train = np.random.rand(32, 6, 6), np.arange(32) % 4
model = tf.keras.models.Sequential([
    tf.keras.layers.Flatten(input_shape=(6, 6)),
    tf.keras.layers.Dense(8, activation='relu'),
    tf.keras.layers.Dropout(0.2),
    tf.keras.layers.Dense(4),
])
loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(optimizer='adam', loss=loss_fn, metrics=['accuracy'])
model.fit(x_train, y_train, epochs=2, verbose=0)
probability_model = tf.keras.Sequential([model, tf.keras.layers.Softmax()])
print(probability_model(x_train[:5]).shape, len(model.evaluate(x_train, y_train, verbose=0)))
