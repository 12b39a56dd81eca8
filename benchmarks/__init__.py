"""Figures about the server, each from one run on one machine.

`make bench` is `python -m benchmarks`, Watch Party beside other servers:

    plan.py       what is measured, how large and how often
    servers.py    who is compared, and how each is started
    peers/        those of them that we wrote ourselves
    clients/      the load generator, a file for each protocol
    workloads/    what is asked of them, a file for each kind of work
    ratios.py     what the figures are held against, with the targets
    report.py, plots.py, results.py    tables, pictures, and the JSON they are made from
    running.py, process.py, machine.py    a server while it runs, /proc, and where all this was

The others stand for themselves: `existence`, `flood`, `growth`, and `page`, in a browser.
"""
