"""TensorFlow 2's release is installed for each test, or the one that `@pytest.mark.installed` names."""

import importlib

import pytest

from dovetail.legacy import imports
from dovetail.legacy.backend.modes import set_drawing


def pytest_configure(config):
    config.addinivalue_line("markers", "installed(release): the release that a test imports")


@pytest.fixture
def tf(request):
    marker = request.node.get_closest_marker("installed")
    with imports.installed(marker.args[0] if marker else "2.15.0"):
        yield importlib.import_module("tensorflow")
    set_drawing(None)
