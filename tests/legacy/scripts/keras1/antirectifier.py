'''A layer of one's own.'''
import numpy as np
from keras.models import Sequential
from keras import backend as K
from keras.layers import Layer, Dense, Activation

np.random.seed(12)


class Antirectifier(Layer):
    def get_output_shape_for(self, input_shape):
        shape = list(input_shape)
        assert len(shape) == 2
        shape[-1] *= 2
        return tuple(shape)

    def call(self, x, mask=None):
        x -= K.mean(x, axis=1, keepdims=True)
        pos = K.relu(x)
        neg = K.relu(-x)
        return K.concatenate([pos, neg], axis=1)


model = Sequential()
model.add(Dense(6, input_shape=(5,)))
model.add(Antirectifier())
model.add(Dense(2))
model.add(Activation('softmax'))
model.compile(loss='categorical_crossentropy', optimizer='sgd', metrics=['accuracy'])
X = np.random.rand(20, 5)
Y = np.eye(2)[np.arange(20) % 2]
model.fit(X, Y, batch_size=5, nb_epoch=1, verbose=0)
print([layer.output_shape for layer in model.layers] if hasattr(model.layers[0], 'output_shape') else len(model.layers))
print(model.evaluate(X, Y, verbose=0)[0])
