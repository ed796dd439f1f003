"""What pyproject.toml cannot say: one build of the compiled modules serves every Python from 3.11 on.

They need buffers, which are part of the limited API since Python 3.11. Python 3.10 gets a build of its own, and so do
free-threaded Pythons, which know no limited API.
"""

import os
import sys
import sysconfig

from setuptools import Extension, setup

limited = sys.version_info >= (3, 11) and not sysconfig.get_config_var("Py_GIL_DISABLED")

setup(
    ext_modules=[
        Extension(
            f"heapline.heap.{name}",
            [f"server/heapline/heap/{name}.pyx"],
            extra_compile_args=["-g0"] if os.name == "posix" else [],  # else nine tenths of a wheel are debug symbols
            define_macros=[("Py_LIMITED_API", "0x030B0000")] if limited else [],
            py_limited_api=limited,
        )
        for name in ("contents", "kernel", "scan")
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if limited else {},
)
