"""Ways to send messages to customers (outbox, SMTP, webhook), and the text of those messages.

A channel only delivers; when and to whom a message goes is decided by `milepost.planner`. Begin with
`protocol.Channel`, then `message_text.write`.
"""
