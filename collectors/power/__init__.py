"""Uninterruptible power supplies that are targets of their own."""
