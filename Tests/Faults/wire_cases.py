"""To be written: wire."""


def cases():
    return []
