"""Signs what it reads as Slack does, by Slack's own library: `slack.py SECRET SECONDS`, the body on standard input.

Prints the header's value.
"""

import sys

from slack_sdk.signature import SignatureVerifier

SECRET, SECONDS = sys.argv[1:3]
signature = SignatureVerifier(SECRET).generate_signature(timestamp=SECONDS, body=sys.stdin.buffer.read())
print(signature, end="")
