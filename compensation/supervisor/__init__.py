"""`make run` from inside: one process that starts everything, keeps it going, and takes it down again.

    plan.py        what is started, in which order
    house.py       starting, watching, restarting and stopping processes; knows nothing of this product
    processes.py   one child process
    leftovers.py   what an earlier supervisor left behind, and the lock of the one that runs
    port.py        is the web's port free, and who holds it
    preflight.py   asks both before the long work
    environment.py the virtual environment

Nothing is imported here: the last two run before anything is installed, with the standard library alone.
"""
