# SPDX-License-Identifier: BSD-3-Clause
"""The machine under the build: system packages, the virtual environment .venv, the tools found in either."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from functools import cache
from pathlib import Path

from .console import Failure, on_terminal, run, step, timed

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
REQUIREMENTS = Path(__file__).resolve().parent / "requirements"
OLDEST_PYTHON = (3, 10)
OLDEST_GXX = 11
OLDEST_CMAKE = (3, 25)
MEMORY_PER_JOB = 1.5e9  # bytes; the sanitizer build's largest files need about this much


def gxx_version() -> int:
    """Major version of the C++ compiler, 0 when there is none."""
    compiler = shutil.which(os.environ.get("CXX", "g++"))
    if compiler is None:
        return 0
    said = subprocess.run([compiler, "-dumpversion"], capture_output=True, text=True).stdout
    return int(said.split(".")[0]) if said[:1].isdigit() else 0


def missing_packages() -> dict[str, str]:
    """Debian packages that are not there yet, each with what it is for."""
    version = "3" if sys.executable == "/usr/bin/python3" else f"3.{sys.version_info.minor}"
    missing = {}
    if gxx_version() < OLDEST_GXX:
        missing["g++"] = f"a C++20 compiler (g++ {OLDEST_GXX} or later)"
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        missing[f"python{version}-venv"] = "virtual environments"
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        missing[f"python{version}-dev"] = "Python's headers, for the extension module"
    if not any(Path(prefix, "include/gtest/gtest.h").exists() for prefix in ("/usr", "/usr/local")):
        missing["libgtest-dev"] = "GoogleTest, for the C++ tests"
    return missing


def ensure_system_packages() -> None:
    """Install what the machine lacks with apt as root; tell anybody else the one line to run."""
    missing = missing_packages()
    if not missing:
        return
    packages = " ".join(missing)
    wanted = "\n".join(f"    {name:16} {why}" for name, why in missing.items())
    if shutil.which("apt-get") is None:
        raise Failure(f"this machine lacks what these Debian packages hold; install its own:\n{wanted}")
    if os.geteuid() != 0:
        raise Failure(
            f"this machine lacks\n{wanted}\n  Run this once, then try again:\n\n"
            f"    sudo apt-get install -y {packages}\n"
        )
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    with timed(f"installing {packages}"):
        run(["apt-get", "-qq", "update"], what="apt-get update", env=quiet, quiet=True)
        install = ["apt-get", "-qq", "install", "-y", "--no-install-recommends", *missing]
        run(install, what="apt-get install", env=quiet, quiet=True)
    still = missing_packages()
    if still:
        raise Failure(f"apt-get installed {packages}, yet these are still missing: {', '.join(still)}")


def python() -> Path:
    """The interpreter of .venv."""
    return VENV / "bin" / "python"


def ensure_venv() -> None:
    """Create .venv, or create it again when its interpreter is gone or another version."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if python().exists():
        asked = [str(python()), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        if subprocess.run(asked, capture_output=True, text=True).stdout.strip() == version:
            return
    with timed("creating the virtual environment .venv"):
        venv.create(VENV, with_pip=True, clear=True)


def digest(group: str) -> str:
    """What stands for the contents of a requirement file."""
    return hashlib.sha256((REQUIREMENTS / f"{group}.txt").read_bytes()).hexdigest()


def pip_install(what: str, *words: str | Path) -> None:
    """Run .venv's pip."""
    bar = [] if on_terminal() else ["--progress-bar", "off"]
    with timed(f"installing {what}"):
        pip = [python(), "-m", "pip", "install", "-q", "--disable-pip-version-check", *bar, *words]
        run(pip, what="pip install")


def ensure_requirements(*groups: str) -> None:
    """Install the requirement files that .venv has not had yet; a file that has not changed costs nothing."""
    stamps = {group: VENV / f"installed-{group}" for group in groups}
    due = [g for g in groups if not (stamps[g].exists() and stamps[g].read_text() == digest(g))]
    if not due:
        return
    files = [word for group in due for word in ("-r", REQUIREMENTS / f"{group}.txt")]
    pip_install(f"Python packages ({', '.join(due)})", *files)
    for group in due:
        stamps[group].write_text(digest(group))


def ensure_oldest_numpy() -> Path:
    """A folder with the oldest supported NumPy, to be put on PYTHONPATH before .venv's own."""
    folder, stamp = ROOT / ".cache" / "oldest-numpy", ROOT / ".cache" / "oldest-numpy" / "installed"
    if not (stamp.exists() and stamp.read_text() == digest("oldest-numpy")):
        shutil.rmtree(folder, ignore_errors=True)
        pip_install("the oldest NumPy", "--target", folder, "-r", REQUIREMENTS / "oldest-numpy.txt")
        stamp.write_text(digest("oldest-numpy"))
    return folder


def ensure(*groups: str) -> None:
    """Everything a command needs: system packages, .venv, CMake, ninja and the named requirement files."""
    if sys.version_info < OLDEST_PYTHON:
        raise Failure(
            f"Python {OLDEST_PYTHON[0]}.{OLDEST_PYTHON[1]} or later is needed, "
            f"this is {sys.version.split()[0]}"
        )
    ensure_system_packages()
    ensure_venv()
    if not recent_enough(shutil.which("cmake")):
        groups = ("cmake", *groups)
    if shutil.which("ninja") is None:
        groups = ("ninja", *groups)
    ensure_requirements("build", *groups)


def recent_enough(cmake: str | None) -> bool:
    """Whether this cmake can read the presets."""
    if cmake is None:
        return False
    said = subprocess.run([cmake, "--version"], capture_output=True, text=True).stdout
    found = re.search(r"(\d+)\.(\d+)", said)
    return found is not None and tuple(map(int, found.groups())) >= OLDEST_CMAKE


@cache
def tool(name: str) -> str:
    """Path of a tool: .venv's own before the system's, so that pinned versions win."""
    here = VENV / "bin" / name
    system = shutil.which(name)
    if here.exists():
        return str(here)
    if system is None or (name == "cmake" and not recent_enough(system)):
        raise Failure(f"expected the tool {name} in .venv/bin or on PATH, found neither")
    return system


def numpy_openblas() -> Path | None:
    """The OpenBLAS, with LAPACK, that NumPy's wheel in .venv carries."""
    return next(VENV.glob("lib/python*/site-packages/numpy.libs/libscipy_openblas64_*.so"), None)


def jobs() -> int:
    """How many compilers to run at once: the cores this process may use, as far as memory reaches."""
    cores = len(os.sched_getaffinity(0))
    try:
        meminfo = Path("/proc/meminfo").read_text()
        available = int(re.search(r"MemAvailable:\s+(\d+) kB", meminfo).group(1)) * 1024
    except (OSError, AttributeError):
        return cores
    return max(1, min(cores, int(available / MEMORY_PER_JOB)))


def has_gpu() -> bool:
    """Whether an NVIDIA driver shows a device here."""
    return Path("/dev/nvidia0").exists() or Path("/dev/nvidiactl").exists() or Path("/dev/dxg").exists()


def nvcc() -> str | None:
    """CUDA's compiler, from PATH or from the toolkit's usual place."""
    usual = Path(os.environ.get("CUDA_HOME", "/usr/local/cuda"), "bin", "nvcc")
    return shutil.which("nvcc") or (str(usual) if usual.exists() else None)


def describe() -> None:
    """One line on what was found."""
    import platform

    step(
        f"python {platform.python_version()}, g++ {gxx_version()}, {jobs()} jobs"
        + (", ccache" if shutil.which("ccache") else "")
        + (", nvcc" if nvcc() else "")
    )
