"""Password hashing."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PortalArgon2Hasher(Argon2PasswordHasher):
    """argon2id at m=19456 KiB, t=2, p=1 (OWASP's set): a burst of sign-ins at eight o'clock must fit two cores."""

    time_cost = 2
    memory_cost = 19456
    parallelism = 1
