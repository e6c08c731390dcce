"""VGG19: VGG16 with a fourth convolution in the last three blocks."""

from .building import tf_kernels, variant
from .imagenet_utils import decode_predictions
from .vgg16 import preprocess_input, vgg

__all__ = ["VGG19", "decode_predictions", "preprocess_input"]

VGG19 = variant(
    vgg,
    "VGG19",
    name="vgg19",
    repeats=(2, 2, 4, 4, 4),
    pretrained=tf_kernels("vgg19/vgg19", "cbe5617147190e668d6c5d5026f83318", "253f8cb515780f3b799900260a226db6"),
)
