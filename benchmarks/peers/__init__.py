"""Servers to compare with, each as lean as possible.

The chats on Tornado and Flask accept `POST /create`, `POST /<chat_id>/join`, `POST /<chat_id>` and
`GET /<chat_id>?since=…&wait=…`, check the token, and keep the last 30 messages.
"""
