"""Logs that answer to the old and the new name of the accuracy."""

from typing import Any


class Logs(dict):
    """A dictionary of metrics in which "acc" and "accuracy", "val_acc" and "val_accuracy" are one."""

    def __missing__(self, name: str) -> Any:
        other = _other(name)
        if other is not None and dict.__contains__(self, other):
            return self[other]
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return dict.__contains__(self, name) or dict.__contains__(self, _other(str(name)))

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self else default  # noqa: SIM401  (this is it)


def _other(name: str) -> str | None:
    """`val_accuracy` for `val_acc` and the other way, for every output."""
    if name.endswith("accuracy"):
        return name.removesuffix("uracy")
    return f"{name}uracy" if name.endswith("acc") else None


def with_both_names(logs: Any) -> Any:
    """The same logs, found by either name."""
    return logs if isinstance(logs, Logs) else Logs(logs or {})
