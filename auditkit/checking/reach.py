"""Whom the rules reach at all: what no rule is for was asked, and is neither good nor bad."""

from __future__ import annotations

from collections.abc import Iterable

from auditkit.book import AssetRow
from auditkit.checking.items import Item


def without_rules(assets: Iterable[AssetRow], items: Iterable[Item]) -> dict[str, tuple[str, ...]]:
    """Platform -> the asked assets of it, for every platform that no item is for."""
    wanted: set[str] = set()
    for item in items:
        if not item.on:
            return {}
        wanted |= set(item.on)
    found: dict[str, list[str]] = {}
    for asset in assets:
        for platform in asset.platforms if asset.targets else ():
            if platform not in wanted:
                found.setdefault(platform, []).append(asset.id)
    return {platform: tuple(names) for platform, names in sorted(found.items())}
