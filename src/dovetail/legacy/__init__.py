"""Keras 1 and 2, run today: old names as tables, imports answered, scripts and files of any year.

What each old release called things is data (`tables/`); two readers use it: the runtime that makes old scripts run
(`imports`, `running`) and `dovetail upgrade`, which rewrites source (`upgrade/`).
"""

from . import saving
from .imports import install, installed, uninstall
from .releases import RELEASES, Release, current_release

__all__ = ["RELEASES", "Release", "current_release", "install", "installed", "saving", "uninstall"]
