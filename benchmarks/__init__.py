"""Benchmarks of the server, run on one machine.

`make bench` runs `python -m benchmarks`, which compares Watch Party with other servers:

    plan.py       the measurements, with their sizes and rounds
    servers.py    the servers, and how to start each
    peers/        the servers that we wrote ourselves
    clients/      the load generator, a file for each protocol
    workloads/    the work for the servers, a file for each kind
    ratios.py     ratios between figures, with their targets
    report.py, plots.py, results.py       tables, pictures, and the results behind them
    running.py, process.py, machine.py    a running server, /proc, and the machine

`existence`, `flood`, `growth` and `page` (in a browser) are benchmarks of their own.
"""
