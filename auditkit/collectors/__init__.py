"""Collectors, by technology. In a checkout their modules lie at the top level; in a wheel they lie here."""
from pathlib import Path

_checkout = Path(__file__).resolve().parents[2]
if (_checkout / "pyproject.toml").is_file():
    __path__.append(str(_checkout / "collectors"))
