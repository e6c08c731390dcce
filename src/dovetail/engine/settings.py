"""Process-wide defaults: epsilon and the order of image axes."""

from .errors import unknown_name

_defaults = {"epsilon": 1e-7, "image_data_format": "channels_last"}


def epsilon() -> float:
    """The small number that guards divisions and logarithms, 1e-7 unless set."""
    return _defaults["epsilon"]


def set_epsilon(value: float) -> None:
    _defaults["epsilon"] = float(value)


def image_data_format() -> str:
    """`"channels_last"` or `"channels_first"`: what image layers assume when not told."""
    return _defaults["image_data_format"]


def set_image_data_format(data_format: str) -> None:
    _defaults["image_data_format"] = standardize_data_format(data_format)


def standardize_data_format(data_format: str | None) -> str:
    """`data_format` checked, or the default for None."""
    if data_format is None:
        return image_data_format()
    data_format = str(data_format).lower()
    if data_format not in ("channels_first", "channels_last"):
        raise unknown_name("data_format", data_format, ("channels_first", "channels_last"))
    return data_format
