"""The portal's settings with the chaos app on top."""

from ganzhou.settings import *  # noqa: F403
from ganzhou.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = ["ganzhou.chaos.apps.ChaosConfig", *_APPS]
#: What a flushed broker forgot is sent again while we wait for it.
OUTBOX_CONFIRM_SECONDS = 20
