'''A layer with weights, in the manner of Keras 1.0.'''
import numpy as np
from keras import backend as K
from keras import initializations
from keras.engine.topology import Layer
from keras.models import Sequential

np.random.seed(21)


class MyLayer(Layer):
    def __init__(self, output_dim, init='glorot_uniform', **kwargs):
        self.output_dim = output_dim
        self.init = initializations.get(init)
        super(MyLayer, self).__init__(**kwargs)

    def build(self, input_shape):
        input_dim = input_shape[1]
        self.W = self.init((input_dim, self.output_dim), name='{}_W'.format(self.name))
        self.b = K.zeros((self.output_dim,), name='{}_b'.format(self.name))
        self.trainable_weights = [self.W, self.b]

    def call(self, x, mask=None):
        return K.dot(x, self.W) + self.b

    def get_output_shape_for(self, input_shape):
        return (input_shape[0], self.output_dim)


model = Sequential()
model.add(MyLayer(3, input_shape=(4,)))
model.compile('sgd', 'mse')
before = model.get_weights()[0].copy()
model.fit(np.random.rand(16, 4), np.random.rand(16, 3), nb_epoch=1, batch_size=4, verbose=0)
print(len(model.get_weights()), bool(np.any(model.get_weights()[0] != before)))
