"""`keras.legacy.saving`: objects as plain data in the form of Keras 2."""

from ..utils.legacy import deserialize_keras_object, serialize_keras_object

__all__ = ["deserialize_keras_object", "serialize_keras_object"]
