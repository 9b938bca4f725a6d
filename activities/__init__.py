"""What workflows order: advance a journey, deliver a message, take a batch of a rollout.

Here the planner meets the database and the channels; no rule about journeys belongs here. Begin with `journey.py`.
"""
