'''The Graph of Keras 0.3.'''
import numpy as np
from keras.models import Graph
from keras.layers.core import Dense

np.random.seed(0)
graph = Graph()
graph.add_input(name='input1', input_shape=(6,))
graph.add_input(name='input2', input_shape=(4,))
graph.add_node(Dense(5), name='dense1', input='input1')
graph.add_node(Dense(5), name='dense2', input='input2')
graph.add_node(Dense(3), name='dense3', inputs=['dense1', 'dense2'], merge_mode='sum')
graph.add_output(name='output', input='dense3')
graph.compile('sgd', {'output': 'mse'})
data = {'input1': np.random.rand(12, 6), 'input2': np.random.rand(12, 4), 'output': np.random.rand(12, 3)}
graph.fit(data, nb_epoch=2, batch_size=4, verbose=0)
print(graph.predict({'input1': data['input1'], 'input2': data['input2']})['output'].shape)
