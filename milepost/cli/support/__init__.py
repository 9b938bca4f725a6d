"""The parts that commands share: options and settings, opening the store and the intake, errors, tables and JSON."""
