"""MikroTik RouterOS 6.49 and 7, by what its own command line prints. Menus and properties: help.mikrotik.com/docs (RouterOS)."""
