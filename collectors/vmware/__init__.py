"""vCenter and ESXi, as the vSphere Web Services API gives them (properties by the names of the API reference)."""
