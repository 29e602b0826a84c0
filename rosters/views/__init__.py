"""Pages of residence and duty."""
