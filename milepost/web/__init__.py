"""The web application: the desk of colleagues, operations, customers' plans, and the API.

It shows what the store and the explanations say, and passes every change to the intake; it decides nothing
itself. Begin with `app.create_app` and the table of routers there.
"""
