"""Python runs this first in every process that tests start."""

import loopback_guard

loopback_guard.install()
