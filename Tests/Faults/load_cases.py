"""To be written: load."""


def cases():
    return []
