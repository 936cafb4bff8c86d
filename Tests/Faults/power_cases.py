"""To be written: power."""


def cases():
    return []
