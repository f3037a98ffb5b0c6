"""Which facts are about one real thing. Pure; knows Ident fields only, so it works for fact types nobody here has seen."""

from auditkit.assets.resolve import Joined, Refused, Resolution, resolve

__all__ = ["Joined", "Refused", "Resolution", "resolve"]
