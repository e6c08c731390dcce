"""SwapEMAWeights: evaluation with the moving averages of the weights."""

from typing import Any

from .callback import Callback


class SwapEMAWeights(Callback):
    """Puts the optimizer's moving averages in place of the weights while the model is evaluated or predicts.

    Args:
        swap_on_epoch: also from the end of each epoch to the beginning of the next one, so that callbacks later in the
            list, such as a ModelCheckpoint, see the averages.

    Raises:
        ValueError: the optimizer keeps no averages (`use_ema=True`).
    """

    def __init__(self, swap_on_epoch: bool = False):
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._is_swapped = False

    def _swap(self, wanted: bool) -> None:
        optimizer = self.model.optimizer
        if optimizer is None or not optimizer.has_averages:
            raise ValueError("SwapEMAWeights needs an optimizer that keeps averages of the weights: use_ema=True")
        if wanted != self._is_swapped and optimizer.built:
            optimizer.swap_averages()
            self._is_swapped = wanted

    def on_train_begin(self, logs: Any = None) -> None:
        self._is_swapped = False  # at the end of the last training the averages became the weights

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._swap(False)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self.swap_on_epoch:
            self._swap(True)

    def on_test_begin(self, logs: Any = None) -> None:
        self._swap(True)

    def on_test_end(self, logs: Any = None) -> None:
        self._swap(False)

    def on_predict_begin(self, logs: Any = None) -> None:
        self._swap(True)

    def on_predict_end(self, logs: Any = None) -> None:
        self._swap(False)
