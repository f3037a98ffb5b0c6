"""Whether the host waits for a restart: what its tools say, and the running kernel beside those on the disk."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditkit.model.shared.host import Kernel
from auditkit.model.shared.software import InstalledKernel, RebootRequired
from auditkit.probing import derived

from ._versions import newer
from .kernels import RebootWish


def flavour(version: str) -> tuple[str, ...]:
    """The words of a kernel's version: only kernels of one flavour follow each other.

    >>> flavour("6.1.0-18-amd64") == flavour("6.1.0-21-amd64"), flavour("6.1.0-21-rt-amd64")
    (True, ('rt', 'amd'))
    """
    return tuple(re.findall(r"[a-z]+", version))


@derived("host.reboot")
def reboot(kernel: Kernel, kernels: Sequence[InstalledKernel], wishes: Sequence[RebootWish]) -> Iterator[RebootRequired]:
    """A wish counts; without one the running kernel is compared with those of its flavour that can be booted."""
    wanted = [f"{w.source}: {' '.join(w.because)}".rstrip(": ") for w in wishes if w.required]
    images = any(k.image for k in kernels)
    same = [k.version for k in kernels if (k.image or not images) and flavour(k.version) == flavour(kernel.release)]
    later = [v for v in same if newer(v, kernel.release)]
    if wanted or later:
        yield RebootRequired(required=True, because=(*wanted, *(f"kernel {v} is installed, {kernel.release} runs" for v in later)))
    elif kernel.release in same or any(not w.required for w in wishes):
        yield RebootRequired(required=False, because=())
    else:
        yield RebootRequired(required=None, because=())
