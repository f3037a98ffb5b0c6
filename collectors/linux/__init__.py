"""Linux and other systems with a POSIX shell."""
