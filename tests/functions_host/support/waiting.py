"""Waiting for something to become true, with a deadline."""
import time


def eventually(condition, what, seconds=10):
    """What `condition` gives as soon as that is something; fails after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f'not within {seconds} s: {what}')
        time.sleep(0.01)
