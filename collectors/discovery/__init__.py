"""Discovery without login."""
