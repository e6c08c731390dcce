'''What a filter looks for: gradient ascent in input space.'''
import numpy as np
from keras import backend as K
from keras.layers import Conv2D, Flatten, Dense
from keras.models import Sequential

np.random.seed(0)
model = Sequential([Conv2D(4, (3, 3), activation='relu', input_shape=(6, 6, 3), name='block1_conv1'), Flatten(), Dense(3)])
input_img = model.input
layer_output = dict([(layer.name, layer) for layer in model.layers])['block1_conv1'].output
loss = K.mean(layer_output[:, :, :, 1])
grads = K.gradients(loss, input_img)[0]
grads /= (K.sqrt(K.mean(K.square(grads))) + 1e-5)
iterate = K.function([input_img, K.learning_phase()], [loss, grads])
img = np.random.random((1, 6, 6, 3))
before = iterate([img, 0])[0]
for _ in range(3):
    loss_value, grads_value = iterate([img, 0])
    img += grads_value * 1.0
print(iterate([img, 0])[0] > before, grads_value.shape)
