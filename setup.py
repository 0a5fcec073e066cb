"""Builds the optional libnftables extension; all else about the package is in pyproject.toml.

Without a compiler, the header (Debian's libnftables-dev) or cffi, nfcore is installed all the same,
and reaches libnftables through the ``nftables`` Python module.
"""

import importlib.util
import warnings

from setuptools import setup

if importlib.util.find_spec("cffi") is None:
    warnings.warn(
        "cffi is not installed: nfcore is built without its libnftables extension "
        "and will use the 'nftables' module",
        stacklevel=1,
    )
    setup()
else:
    setup(cffi_modules=["nfcore/executor/_build_libnftables.py:make_ffi"])
