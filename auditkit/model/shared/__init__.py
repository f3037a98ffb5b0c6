"""Fact types that a second room or a second collector needs: one module an area. Their tables are what checks and reports read."""
