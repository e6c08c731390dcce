"""Batches by number for worker processes: imports nothing that takes long."""

import os


class Numbered:
    workers, use_multiprocessing, max_queue_size = 1, True, 2

    def __init__(self):
        self.epoch = 0

    def __len__(self):
        return 3

    def __getitem__(self, index):
        if index == 8:
            raise RuntimeError("the disk is gone")
        if index == 9:
            os._exit(1)
        return os.getpid(), self.epoch, index
