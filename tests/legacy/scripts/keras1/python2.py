# -*- coding: utf-8 -*-
import cPickle
import numpy as np
from keras.models import Sequential
from keras.layers.core import Dense

np.random.seed(7)
model = Sequential([Dense(2, input_dim=3, init='uniform', activation='sigmoid')])
model.compile(loss='mse', optimizer='sgd')
for i in xrange(2):
    loss = model.train_on_batch(np.ones((4, 3)), np.zeros((4, 2)))
    print 'step %d' % i, loss
kinds = {'a': 1, 'b': 2}
print sorted(kinds.iteritems()), 7 / 2, map(int, ['3']), np.int(2)
print len(cPickle.dumps(model.get_weights())) > 10
