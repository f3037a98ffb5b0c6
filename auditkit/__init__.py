"""auditkit: take over, understand and answer for somebody else's IT infrastructure."""
