"""The data that crosses to Temporal: names, inputs and outputs of workflows and activities, search attributes.

Plain data without behaviour; recorded histories hold it, so fields are only added. Begin with `journey.py`.
"""
