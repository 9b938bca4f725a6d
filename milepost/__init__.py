"""Milepost: customer journey maps that run. Begin with `docs/architecture.md`."""
