"""``./portal bench``: what pages and the sweep cost on this machine, in CPU seconds of the portal and of PostgreSQL."""
