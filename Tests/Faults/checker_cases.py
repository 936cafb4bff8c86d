"""To be written: checker."""


def cases():
    return []
