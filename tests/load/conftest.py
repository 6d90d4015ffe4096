"""A folder for exports, for each test its own."""

import pytest
from exports import Exports


@pytest.fixture
def exports(tmp_path):
    return Exports(tmp_path)
