"""To be written: receiver."""


def cases():
    return []
