"""RemoteMonitor: metrics sent to a server."""

import json
import warnings
from typing import Any

import numpy as np

from .callback import Callback

PATIENCE = 10.0  # seconds that a server may take; training waits meanwhile


class RemoteMonitor(Callback):
    """Sends the metrics of every epoch to a server, as a POST request.

    Args:
        root: address of the server.
        path: of the resource, after `root`.
        field: of the form, under which the metrics are, as JSON text.
        headers: further headers of the request.
        send_as_json: send the metrics as JSON rather than a form.

    Where the server cannot be reached there is a warning, and training goes on.
    """

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: dict[str, str] | None = None,
        send_as_json: bool = False,
    ):
        super().__init__()
        if not root.startswith(("http://", "https://")):
            raise ValueError(f"`root` is the address of a web server, such as 'http://localhost:9000', not {root!r}")
        self.root, self.path, self.field, self.headers, self.send_as_json = root, path, field, headers, send_as_json

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        import urllib.error  # only who uses this callback pays for these imports
        import urllib.parse
        import urllib.request

        text = json.dumps({"epoch": epoch, **{name: _plain(value) for name, value in (logs or {}).items()}})
        kind = "application/json" if self.send_as_json else "application/x-www-form-urlencoded"
        content = text if self.send_as_json else urllib.parse.urlencode({self.field: text})
        headers = {"Content-Type": kind, **(self.headers or {})}
        request = urllib.request.Request(self.root + self.path, content.encode(), headers)
        try:
            urllib.request.urlopen(request, timeout=PATIENCE).close()
        except urllib.error.HTTPError as error:  # an answer all the same, as Keras takes it
            error.close()
        except OSError as error:
            warnings.warn(f"the server of RemoteMonitor, {self.root}, cannot be reached: {error}", stacklevel=2)


def _plain(value: Any) -> Any:
    return np.asarray(value).tolist() if isinstance(value, (np.ndarray, np.generic)) else value
