"""What rigs share: a server process, clients of our own, the book of acknowledgements, the checker of logs.

Nothing here imports a client library of Callboard: the checker shares no code with what it checks.
"""
