"""The service layer: facts, customer records and enrolments are checked and stored here, then sent to the journeys.

Web pages, the API and the command line all go through it; it doesn't decide what a journey does (`milepost.planner`)
and holds no SQL (`milepost.store`). Begin with `intake.Intake`.
"""
