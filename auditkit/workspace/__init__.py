"""The folder of one client: what people declare, what to ask and with whose key, what they decided, and where the program keeps its own."""
