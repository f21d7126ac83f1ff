import logging

logging.getLogger("runledger").addHandler(logging.NullHandler())  # what the package says is asserted, not printed
