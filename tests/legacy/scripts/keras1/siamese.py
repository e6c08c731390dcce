'''Two images through one network; the distance decides.'''
import numpy as np
from keras.models import Sequential, Model
from keras.layers import Dense, Input, Lambda
from keras.optimizers import RMSprop
from keras import backend as K

np.random.seed(1337)


def euclidean_distance(vects):
    x, y = vects
    return K.sqrt(K.maximum(K.sum(K.square(x - y), axis=1, keepdims=True), K.epsilon()))


def eucl_dist_output_shape(shapes):
    shape1, shape2 = shapes
    return (shape1[0], 1)


def contrastive_loss(y_true, y_pred):
    margin = 1
    return K.mean(y_true * K.square(y_pred) + (1 - y_true) * K.square(K.maximum(margin - y_pred, 0)))


base = Sequential()
base.add(Dense(8, input_shape=(6,), activation='relu'))
base.add(Dense(4, activation='relu'))
input_a = Input(shape=(6,))
input_b = Input(shape=(6,))
distance = Lambda(euclidean_distance, output_shape=eucl_dist_output_shape)([base(input_a), base(input_b)])
model = Model(input=[input_a, input_b], output=distance)
model.compile(loss=contrastive_loss, optimizer=RMSprop(lr=0.01))
pairs = np.random.rand(20, 2, 6)
labels = np.arange(20) % 2
model.fit([pairs[:, 0], pairs[:, 1]], labels, batch_size=10, nb_epoch=2, verbose=0)
pred = model.predict([pairs[:, 0], pairs[:, 1]])
print(pred.shape, float(np.mean(pred)))
