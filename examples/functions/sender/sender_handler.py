from typing import Any

# Events look like this:
# {"return": "failure"} or {"return": "success"}
def lambda_handler(event: dict, context: Any) -> dict:

    if event.get("return", "failure") == "failure":
        # Without a word about it, the invocation fails.
        raise RuntimeError("I'm supposed to fail here")

    return {"this_invocation": "was_successful"}
