"""To be written: disk."""


def cases():
    return []
