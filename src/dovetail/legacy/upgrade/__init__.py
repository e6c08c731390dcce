"""`dovetail upgrade`: the source of old scripts, rewritten to today's API with its formatting and comments kept."""

from .rewriting import Upgrade, upgrade_source

__all__ = ["Upgrade", "upgrade_source"]
