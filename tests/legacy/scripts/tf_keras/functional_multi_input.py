import numpy as np
import tensorflow as tf
from tensorflow.keras import layers, models, callbacks, regularizers

np.random.seed(0)
text = layers.Input(shape=(5,), name='text')
numbers = layers.Input(shape=(3,), name='numbers')
a = layers.Dense(6, activation='relu', kernel_regularizer=regularizers.l2(0.01))(text)
b = layers.Dense(6, activation=tf.nn.relu)(numbers)
x = layers.Concatenate()([a, b, a * b, tf.abs(a - b)])
out = layers.Dense(1, activation='sigmoid', name='out')(x)
model = models.Model(inputs=[text, numbers], outputs=out)
model.compile(optimizer='rmsprop', loss='binary_crossentropy', metrics=['accuracy', tf.keras.metrics.AUC(name='auc')])
data = {'text': np.random.rand(20, 5), 'numbers': np.random.rand(20, 3)}
history = model.fit(data, np.arange(20) % 2, epochs=2, batch_size=5, verbose=0, validation_split=0.2,
                    callbacks=[callbacks.EarlyStopping(monitor='val_loss', patience=3)])
print(sorted(history.history))
