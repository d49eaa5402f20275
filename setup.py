"""Puts `config/` into the wheel as `kil_pipeline/_config`. Everything else is in pyproject.toml."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

CONFIG = Path(__file__).resolve().parent / "config"


class BuildWithConfig(build_py):
    """Copies the shipped configuration; an editable install reads it from the checkout instead."""

    def run(self) -> None:
        """Build the packages, then add the configuration."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib) / "kil_pipeline" / "_config"
            shutil.rmtree(target, ignore_errors=True)  # of an earlier build
            shutil.copytree(CONFIG, target)


setup(cmdclass={"build_py": BuildWithConfig})
