"""`keras.preprocessing` of Keras 1 and 2: sequences, texts and images, on NumPy alone.

Modules and names are Keras 2.3.1's. Where 1.2.2 has another thing under the same name, the module's table `KERAS1` has
it.
"""
