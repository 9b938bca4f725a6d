"""The durable loop around a customer's journey, run by Temporal.

Workflows decide nothing about journeys: they wait, and order activities. Begin with `customer_journey.py`.
"""
