"""What people would run instead, each as lean as it gets, with the requests of Watch Party.

Each knows `POST /create`, `POST /<chat_id>/join`, `POST /<chat_id>` and
`GET /<chat_id>?since=…&wait=…`, checks the token, and keeps the last 30 messages.
"""
