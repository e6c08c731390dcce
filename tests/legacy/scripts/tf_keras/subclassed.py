import numpy as np
import tensorflow as tf
from tensorflow.keras import Model
from tensorflow.keras.layers import Dense, Flatten, Conv2D


class MyModel(Model):
    def __init__(self):
        super(MyModel, self).__init__()
        self.conv1 = Conv2D(4, 3, activation='relu')
        self.flatten = Flatten()
        self.d1 = Dense(3)

    def call(self, x):
        x = self.conv1(x)
        x = self.flatten(x)
        return tf.nn.softmax(self.d1(x))


np.random.seed(0)
model = MyModel()
model.compile(optimizer=tf.keras.optimizers.Adam(learning_rate=0.01), loss='sparse_categorical_crossentropy',
              metrics=['accuracy'])
images, labels = np.random.rand(16, 6, 6, 1).astype('float32'), np.arange(16) % 3
dataset = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(16).batch(4)
history = model.fit(dataset, epochs=2, verbose=0)
print(sorted(history.history), model.predict(images).shape)
