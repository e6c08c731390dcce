"""`keras.preprocessing.image`: images from arrays, folders and tables, changed at random while a model trains.

All of it is NumPy, with SciPy for turning and stretching and Pillow for files, which are imported when they are needed.
"""

from . import files, generator, iterators, transforms
from .files import array_to_img, img_to_array, list_pictures, load_img, save_img
from .generator import ImageDataGenerator
from .iterators import DataFrameIterator, DirectoryIterator, Iterator, NumpyArrayIterator
from .transforms import (
    apply_affine_transform,
    apply_brightness_shift,
    apply_channel_shift,
    apply_transform,
    flip_axis,
    random_brightness,
    random_channel_shift,
    random_rotation,
    random_shear,
    random_shift,
    random_zoom,
    transform_matrix_offset_center,
)

__all__ = [
    "DataFrameIterator", "DirectoryIterator", "ImageDataGenerator", "Iterator", "NumpyArrayIterator",
    "apply_affine_transform", "apply_brightness_shift", "apply_channel_shift", "array_to_img", "flip_axis",
    "img_to_array", "list_pictures", "load_img", "random_brightness", "random_channel_shift", "random_rotation",
    "random_shear", "random_shift", "random_zoom", "save_img",
]  # fmt: skip

KERAS1 = files.KERAS1 | transforms.KERAS1 | iterators.KERAS1 | generator.KERAS1
