"""The customer's plan, which a signed link opens without a sign-in. Begin with `plan`; `plan_link` reads the link."""
