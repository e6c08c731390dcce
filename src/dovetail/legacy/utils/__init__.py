"""`keras.utils` of Keras 1 and 2.

Modules and names are Keras 2.3.1's, besides those that only 1.2.2 has. Where 1.2.2 has another thing under the same
name, the module's table `KERAS1` has it.
"""
