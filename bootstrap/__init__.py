"""What `./portal` does, on nothing but the standard library.

cli        the verbs and their options
commands   what each verb does, as a list of steps
install    virtual environment, Python and browser packages, stamps
servers    the embedded PostgreSQL and Valkey, and who shares them
supervise  web, worker and beat: start, watch, stop
settings   environment variables handed to Django
checks     refusals before and after the fact: port, disk, network, venv
console    sentences, progress lines, running a program with its log
places     where things are kept
"""
