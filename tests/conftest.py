"""What all tests share: `need`, the lab's fixtures, and how hypothesis tries."""

from __future__ import annotations

import os

from hypothesis import settings

from tests.lab.fixtures import bad_hosts, clean_dc, deb11, deb12, deb13, lab, lab_dc, lab_host, rich, samba_dc, srv1c, ssh_farm, vm1
from tests.lab.need import need

__all__ = [
    "bad_hosts", "clean_dc", "deb11", "deb12", "deb13", "lab", "lab_dc", "lab_host", "need", "rich", "samba_dc", "srv1c", "ssh_farm", "vm1",
]  # fmt: skip

# The machines are shared and slow: no deadline. In CI the same examples every time: what fails there fails for everybody.
settings.register_profile("auditkit", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("auditkit")
