import numpy as np
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Input, LSTM, Dense, Lambda, Bidirectional, TimeDistributed, Attention
from tensorflow.keras.models import Model

np.random.seed(0)
inp = Input(shape=(6, 4))
h = Bidirectional(LSTM(3, return_sequences=True))(inp)
att = Attention()([h, h])
m = Lambda(lambda x: K.mean(x, axis=1))(att)
out = Dense(2, activation='softmax')(m)
model = Model(inp, out)


def smooth_l1(y_true, y_pred):
    error = tf.abs(y_true - y_pred)
    return tf.reduce_mean(tf.where(error < 1.0, 0.5 * tf.square(error), error - 0.5), axis=-1)


model.compile(tf.keras.optimizers.SGD(learning_rate=0.1), loss=smooth_l1)
X, Y = np.random.rand(12, 6, 4), np.eye(2)[np.arange(12) % 2]
model.fit(X, Y, epochs=1, batch_size=4, verbose=0)
print(model.predict(X).shape)
