"""What OpenAI's and Anthropic's clients for Python see of the gateway: `models.py GATEWAY KEY`, over a double of a model.

Ends with 0 and says `ok` where all is as it has to be.
"""

import json
import sys

from anthropic import Anthropic
from anthropic import APIStatusError as AnthropicStatusError
from openai import APIError, AuthenticationError, BadRequestError, OpenAI, RateLimitError

GATEWAY, KEY = sys.argv[1:3]
WORDS, CUT_AT = 60, 40
TEXT = "".join(f"word{n} " for n in range(WORDS))
MESSAGES = [{"role": "user", "content": "Say something"}]
TOOL = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}

openai = OpenAI(base_url=f"{GATEWAY}/v1", api_key=KEY, max_retries=0)
anthropic = Anthropic(base_url=GATEWAY, api_key=KEY, max_retries=0)


def raised(kind, act):
    """The error that `act` raises."""
    try:
        act()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")


def chat(model, **more):
    return openai.chat.completions.create(model=model, messages=MESSAGES, **more)


def openai_chats():
    whole = chat("double")
    assert whole.choices[0].message.content == TEXT, whole
    assert whole.choices[0].finish_reason == "stop" and whole.usage.completion_tokens == WORDS, whole
    text, usage = "", None
    for chunk in chat("double", stream=True, stream_options={"include_usage": True}):
        text += "".join(choice.delta.content or "" for choice in chunk.choices)
        usage = chunk.usage or usage
    assert text == TEXT and usage.completion_tokens == WORDS, (text, usage)


def openai_tools():
    tools = [{"type": "function", "function": {"name": "get_weather", "parameters": TOOL}}]
    asked = chat("tools", tools=tools).choices[0]
    assert asked.finish_reason == "tool_calls", asked
    call = asked.message.tool_calls[0]
    assert json.loads(call.function.arguments) == {"city": "Paris"}, call
    answered = MESSAGES + [asked.message, {"role": "tool", "tool_call_id": call.id, "content": "rain"}]
    final = openai.chat.completions.create(model="tools", messages=answered, tools=tools)
    assert final.choices[0].message.content == TEXT, final


def openai_errors():
    stranger = OpenAI(base_url=f"{GATEWAY}/v1", api_key="wk_nobody", max_retries=0)
    raised(AuthenticationError, lambda: stranger.models.list())
    too_long = raised(BadRequestError, lambda: chat("too-long"))
    assert too_long.code == "context_length_exceeded", too_long.body
    limited = raised(RateLimitError, lambda: chat("limited"))
    assert limited.response.headers["retry-after"] == "7", limited.response.headers
    for model in ["cut", "cut-politely", "stall", "broken-line", "fails-amid"]:
        came = []
        broken = raised(
            APIError, lambda: came.extend(chunk for chunk in chat(model, stream=True) if chunk.choices)
        )
        assert len(came) >= CUT_AT, (model, len(came), broken)


def openai_retries():
    patient = OpenAI(base_url=f"{GATEWAY}/v1", api_key=KEY, max_retries=2)
    whole = patient.chat.completions.create(model="limited-once", messages=MESSAGES)
    assert whole.choices[0].message.content == TEXT, whole


def openai_leaves():
    with chat("endless", stream=True) as stream:
        next(iter(stream))


def openai_rest():
    assert {model.id for model in openai.models.list()} >= {"weft-static", "double"}
    embedded = openai.embeddings.create(model="weft-static", input=["a budget", "a deadline"])
    assert len(embedded.data) == 2 and len(embedded.data[0].embedding) > 100, embedded.model


def anthropic_messages():
    asked = {"max_tokens": 100, "system": "Be brief.", "messages": MESSAGES}
    assert anthropic.messages.create(model="double", **asked).content[0].text == TEXT
    with anthropic.messages.stream(model="wise", **asked) as stream:
        assert "".join(stream.text_stream) == "Hello there"
        assert stream.get_final_message().stop_reason == "end_turn"
    tools = [{"name": "get_weather", "input_schema": TOOL}]
    called = anthropic.messages.create(model="tools", tools=tools, **asked)
    assert called.stop_reason == "tool_use" and called.content[-1].input == {"city": "Paris"}, called
    limited = raised(AnthropicStatusError, lambda: anthropic.messages.create(model="limited", **asked))
    assert limited.status_code == 429, limited


for case in [
    openai_chats,
    openai_tools,
    openai_errors,
    openai_retries,
    openai_leaves,
    openai_rest,
    anthropic_messages,
]:
    try:
        case()
    except Exception as error:
        raise AssertionError(case.__name__) from error
print("ok")
