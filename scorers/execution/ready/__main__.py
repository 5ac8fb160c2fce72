"""`python -S -P scorers/execution/ready/__main__.py REQUESTS JOURNAL ORDERS REPLIES PLUAU`

The first four are descriptors, the last is the folder of the package `pluau`. `scorers.execution.template` starts it.
"""

import sys

_PACKAGES = (("scorers", 3), ("scorers.execution", 2), ("scorers.execution.ready", 1))


def _enter_packages() -> None:
    """Have the packages above this file without what their `__init__` modules load."""
    parts = __file__.split("/")
    for name, above in _PACKAGES:
        package = type(sys)(name)
        package.__path__ = ["/".join(parts[:-above])]
        sys.modules[name] = package


if __name__ == "__main__":
    _enter_packages()
    from scorers.execution.ready.processes import stand_ready

    requests, journal, orders, replies = (int(argument) for argument in sys.argv[1:5])
    stand_ready(requests, journal, orders, replies, sys.argv[5])
