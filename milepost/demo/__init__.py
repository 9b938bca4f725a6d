"""The demo that `milepost up --sample` runs: a book of made-up customers, and a driver that plays them and colleagues.

It shows Milepost at work and is no part of production. The driver knows the public HTTP API and the maps, nothing else.
Begin with `driver.DemoDriver`; `setup` publishes the maps and imports the book, `clock` makes journey time run fast,
and `account` sums up what came of every customer.
"""
