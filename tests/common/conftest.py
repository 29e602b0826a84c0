"""Property tests look for wrong answers; how long one takes on a busy machine is not their business."""

from hypothesis import settings

settings.register_profile("portal", deadline=None)
settings.load_profile("portal")
