"""A release is spoken, with what old code expects of tensors in place, for each test; "2.2.4" unless it says otherwise."""

import pytest

from dovetail.legacy import backend as K
from dovetail.legacy.backend import hooks
from dovetail.legacy.releases import find_release, speak


def pytest_configure(config):
    config.addinivalue_line("markers", "release(version, backend): the release that a test speaks")


@pytest.fixture(autouse=True)
def spoken(request):
    marker = request.node.get_closest_marker("release")
    version, backend = (*marker.args, None)[:2] if marker else ("2.2.4", None)
    speak(find_release(version, backend))
    hooks.install()
    yield
    hooks.uninstall()
    speak(None)
    K.set_learning_phase(None)
