"""Management controllers of servers over Redfish (DMTF): what the iron says of itself, whatever runs on it."""
