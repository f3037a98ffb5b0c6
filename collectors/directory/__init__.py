"""Active Directory and compatible domains, asked by LDAP."""
