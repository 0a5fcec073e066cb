"""The contract's assertions explain themselves as a test module's do."""

import pytest

pytest.register_assert_rewrite("tests.executor.contract")
