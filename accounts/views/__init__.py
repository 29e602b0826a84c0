"""Pages of accounts.  ``locked_out`` is what django-axes answers with (settings)."""

from accounts.views.signing import locked_out

__all__ = ["locked_out"]
