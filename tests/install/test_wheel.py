# SPDX-License-Identifier: BSD-3-Clause
"""pip install --no-build-isolation . without network, and what then can be imported from it alone."""

import os
import subprocess
import sys
import zipfile

PROGRAM = """
import numloom as np
a = np.arange(6).reshape(2, 3)
assert (a + a.T.copy().T).sum().item() == 30, a
assert np.device_count() == 0
print(np.__file__)
"""


def test_wheel_runs_by_itself(site, tmp_path):
    env = {**os.environ, "PYTHONPATH": str(site)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=tmp_path, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(str(site))


def test_wheel_holds_each_library_once(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    libraries = [name for name in names if ".so" in name]
    assert len([name for name in libraries if "libnumloom" in name]) == 1, libraries
    assert len([name for name in libraries if "_core" in name]) == 1, libraries
    assert any(name.endswith("LICENSE") for name in names)
