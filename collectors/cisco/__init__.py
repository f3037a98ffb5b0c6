"""Cisco: IOS and IOS-XE, NX-OS, ASA, small business switches."""
