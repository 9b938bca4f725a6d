"""Made-up people: customers, colleagues and the product's events, for forecasts, dry runs, simulations and the demo.

It decides when people act and what they answer, with chance that comes in as a seed; the planner decides everything
else. It plays no real customer. Begin with `journey_simulation.simulate`, which plays one journey; `responses` holds
what people do about what it opens, and `behaviour` what a forecast may change about them.
"""
