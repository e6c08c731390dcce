"""Event files as TensorBoard reads them: scalars, histograms, images, and a model's graph."""

import struct
import time
import zlib
from typing import Any

import numpy as np

from ..engine.extras import needed

SHOWN = 3  # images of one tag at a step, as TensorBoard's own functions write them


class EventWriter:
    """Writes the event file of one run, in a folder; complete after `flush`.

    Needs the package `tensorboard`, whose writer it uses.
    """

    def __init__(self, folder: str):
        self._proto = needed("tensorboard.compat.proto.summary_pb2")
        self._event = needed("tensorboard.compat.proto.event_pb2").Event
        self._writer = needed("tensorboard.summary.writer.event_file_writer").EventFileWriter(folder)
        self.flush, self.close = self._writer.flush, self._writer.close

    def scalar(self, tag: str, value: float, step: int) -> None:
        make = needed("tensorboard.plugins.scalar.summary_v2").scalar_pb
        self._write(make(tag, np.float32(value)), step)

    def histogram(self, tag: str, values: Any, step: int) -> None:
        make = needed("tensorboard.plugins.histogram.summary_v2").histogram_pb
        self._write(make(tag, np.asarray(values, np.float64)), step)

    def images(self, tag: str, images: np.ndarray, step: int) -> None:
        """Images (count, height, width, channels) of bytes; the first few are shown."""
        metadata = needed("tensorboard.plugins.image.metadata")
        height, width = images.shape[1:3]
        parts = [str(width), str(height), *(png(image) for image in images[:SHOWN])]
        described = metadata.create_summary_metadata(display_name=None, description=None)
        self._write(self._texts(tag, [x.encode() if isinstance(x, str) else x for x in parts], described), step)

    def graph(self, tag: str, model_json: str) -> None:
        """A model's architecture, for the graph page."""
        described = self._proto.SummaryMetadata()
        described.plugin_data.plugin_name, described.plugin_data.content = "graph_keras_model", b"1"
        self._write(self._texts(tag, [model_json.encode()], described, scalar=True), 0)

    def _texts(self, tag: str, texts: list[bytes], metadata: Any, scalar: bool = False) -> Any:
        tensor = needed("tensorboard.compat.proto.tensor_pb2").TensorProto(
            dtype=needed("tensorboard.compat.proto.types_pb2").DT_STRING, string_val=texts
        )
        tensor.tensor_shape.SetInParent()
        if not scalar:
            tensor.tensor_shape.dim.add().size = len(texts)
        summary = self._proto.Summary()
        summary.value.add(tag=tag, metadata=metadata, tensor=tensor)
        return summary

    def _write(self, summary: Any, step: int) -> None:
        self._writer.add_event(self._event(wall_time=time.time(), step=int(step), summary=summary))


def png(image: np.ndarray) -> bytes:
    """An image (height, width, 1, 3 or 4 channels) of bytes as a PNG file."""
    height, width, channels = image.shape
    rows = b"".join(b"\0" + row.tobytes() for row in np.ascontiguousarray(image, np.uint8))  # 0: no filter
    kind = {1: 0, 3: 2, 4: 6}[channels]
    heading = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    parts = ((b"IHDR", heading), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in parts
    )


def as_images(weight: Any) -> np.ndarray | None:
    """A weight as images (count, height, width, channels), its smallest value black and its largest white.

    A vector is one line, a matrix one image (the shorter side down), an array of three axes one image for each
    place on its last, a kernel (height, width, 1, 3 or 4 channels, filters) one for each filter. Others are None.
    """
    values = np.squeeze(np.asarray(weight, np.float32))
    if values.ndim == 1:
        values = values[None, None, :, None]
    elif values.ndim == 2:
        values = (values.T if values.shape[0] > values.shape[1] else values)[None, :, :, None]
    elif values.ndim == 3:
        values = values.transpose(2, 0, 1)[..., None]
    elif values.ndim == 4 and values.shape[2] in (1, 3, 4):
        values = values.transpose(3, 0, 1, 2)
    else:
        return None
    low, high = values.min(), values.max()
    return np.rint((values - low) / max(high - low, 1e-12) * 255).astype(np.uint8)
