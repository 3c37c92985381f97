#!/usr/bin/env python3
"""A server of the legacy or of the modern era (its only argument) whose messages are as long, and as slow to read, as a call asks for. It does not
read its requests as JSON, because that would take longer than what is measured."""
import re
import sys
import time

from comparing.modern_cases import BELOW_A_SLICE, MANY, listed, members, numbers

ERA = sys.argv[1]
HEAD = re.compile(rb'\{"jsonrpc":"2.0","id":([^,]*),"method":"([^"]*)"')
CAPABILITIES = '{"tools":{"listChanged":true},"prompts":{"listChanged":true},"resources":{"subscribe":true,"listChanged":true},"logging":{}}'
COMPLETE = '"resultType":"complete",' if ERA == "modern" else ""
INFO = '{"name":"worst","version":"1"}'
SCHEMA = '{"type":"object","properties":{"a":{"type":"string","x-mcp-header":"A"}}}'

list_shape = ""
open_questions: dict[bytes, bytes] = {}  # the id of the call, by the id of the question
held_calls: list[bytes] = []


def send(text: str):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def result(number: bytes, contents: str):
    send(f'{{"jsonrpc":"2.0","id":{number.decode()},"result":{contents}}}')


def tool(name: str, schema: str = '{"type":"object"}') -> str:
    return f'{{"name":"{name}","inputSchema":{schema}}}'


def mirrored_schema() -> str:
    return '{"type":"object","properties":{' + ",".join(f'"a{i}":{{"type":"string","x-mcp-header":"A{i}"}}' for i in range(60)) + "}}"


def tools(size: int) -> str:
    usual = [tool(name) for name in ("echo", "ask")] + [tool("mirrored", mirrored_schema())]
    more = {
        "": lambda: [],
        "tools of small members": lambda: ["{" + listed('"":0', size) + "}"],
        "tools of one large tool": lambda: [tool("large", '{"type":"object","x":' + numbers(size) + "}")],
        "tools with many headers": lambda: [tool("headed", '{"type":"object","properties":{' + ",".join(
            f'"a{i}":{{"type":"string","x-mcp-header":"A{i}"}}' for i in range(size // 60)) + "}}")],
        "many small tools": lambda: [listed("{}", size)],
        "many tools with schemas": lambda: [listed('{"name":"t","inputSchema":' + SCHEMA + ',"outputSchema":{"type":"array"}}', size)],
    }[list_shape]()
    return f'{{{COMPLETE}"tools":[{",".join(usual + more)}]}}'


def question(params: str, number: str = ""):
    return f'{{"jsonrpc":"2.0","id":"ask{number}","method":"elicitation/create","params":{params}}}'


def end_question(ended: bytes):
    """Answers the call once all of its questions are answered."""
    number = open_questions.pop(ended)
    if number not in open_questions.values():
        result(number, f'{{{COMPLETE}"content":[]}}')


def ask_for_input(number: bytes, name: str):
    """Asks the client as a server of the modern era does."""
    asked = ",".join(f'"q{i + 1}":{{"method":"elicitation/create","params":{{"message":"m"}}}}' for i in range(2 if name == "ask twice" else 1))
    result(number, f'{{"resultType":"input_required","inputRequests":{{{asked}}}}}')


def answer_call(number: bytes, name: str, size: int, is_continued: bool):
    global list_shape
    simple = f'{{{COMPLETE}"content":[]}}'
    # Of a longer message than --limit max-stream-size the bridge reads nothing.
    short = min(size, 15 * 1024 * 1024)
    hint = '"resultType":"x"' if ERA == "legacy" else '"ttlMs":"x"'
    results = {
        "result of small members": lambda: f'{{{COMPLETE}"content":[],{members(size)[1:]}',
        "result of small numbers": lambda: f'{{{COMPLETE}"content":[],"n":{numbers(size)}}}',
        "_meta of small members": lambda: f'{{{COMPLETE}"content":[],"_meta":{members(size)}}}',
        "_meta of small numbers": lambda: f'{{{COMPLETE}"content":[],"_meta":{{"n":{numbers(size)}}}}}',
        "structured members": lambda: f'{{{COMPLETE}"content":[],"structuredContent":{members(size)}}}',
        "structured numbers": lambda: f'{{{COMPLETE}"content":[],"structuredContent":{{"n":{numbers(size)}}}}}',
        "content of small objects": lambda: f'{{{COMPLETE}"content":[{listed("{}", size)}]}}',
        "many hints before a long text": lambda: f'{{{COMPLETE}{",".join([hint] * 900)},"content":[{{"type":"text","text":"{"x" * size}"}}]}}',
        "a short hint before a long text": lambda: f'{{{COMPLETE}{hint},"_meta":{{}},"content":[{{"type":"text","text":"{"x" * size}"}}]}}',
        "an unknown result of small members": lambda: f'{{"resultType":"x","n":{members(size)}}}',
        "many input requests": lambda: '{"resultType":"input_required","inputRequests":' + members(size) + "}",
        "an input request of small members": lambda: (
            '{"resultType":"input_required","inputRequests":{"q":{"method":"elicitation/create","params":' + members(size) + "}}}"),
        "an input request of small numbers": lambda: (
            '{"resultType":"input_required","inputRequests":{"q":{"method":"elicitation/create","params":{"mode":"form","n":' + numbers(size) + "}}}}"),
        "input requests of some size": lambda: '{"resultType":"input_required","inputRequests":{' + ",".join(
            f'"q{i}":{{"method":"elicitation/create","params":{{"mode":"url","n":{numbers(size // 60)}}}}}' for i in range(60)) + "}}",
    }
    errors = {
        "error of small members": lambda: f'{{"code":-32002,"message":"m",{members(size)[1:]}',
        "error data of small numbers": lambda: f'{{"code":-32030,"message":"m","data":{numbers(size)}}}',
    }
    meta = '"_meta":{},'
    messages = {
        "progress of small members": lambda: ("progress", f'"progressToken":{number.decode()},"progress":1,{members(short)[1:-1]}'),
        "progress of small numbers": lambda: ("progress", f'"progressToken":{number.decode()},"progress":1,"n":{numbers(short)}'),
        "a log message of small members": lambda: ("message", f'"level":"info","data":1,{members(short)[1:-1]}'),
        "a log message of small numbers": lambda: ("message", f'{meta}"level":"info","data":{numbers(short)}'),
        "a log message just below a slice": lambda: ("message", f'"data":{numbers(BELOW_A_SLICE)},"level":"info"'),
        "an update just below a slice": lambda: ("resources/updated", f'"n":{numbers(BELOW_A_SLICE)},"uri":"a:"'),
        "an update of small members": lambda: ("resources/updated", f'"uri":"a:",{members(short)[1:-1]}'),
        "an update of small numbers": lambda: ("resources/updated", f'{meta}"uri":"a:","n":{numbers(short)}'),
    }
    if name.startswith("ask") and ERA == "modern":
        if name == "ask late" and not is_continued:
            time.sleep(2)
        return result(number, simple) if is_continued else ask_for_input(number, name)
    questions = {
        "ask": lambda: question('{"message":"m","requestedSchema":{"type":"object","properties":{}}}'),
        "a question of small members": lambda: question(members(short)),
        "a question of small numbers": lambda: question('{"message":"m","n":' + numbers(short) + "}"),
    }
    if name in results:
        result(number, results[name]())
    elif name in errors:
        send(f'{{"jsonrpc":"2.0","id":{number.decode()},"error":{errors[name]()}}}')
    elif name in messages:
        method, params = messages[name]()
        send(f'{{"jsonrpc":"2.0","method":"notifications/{method}","params":{{{params}}}}}')
        result(number, simple)
    elif name in questions:
        open_questions[b'"ask"'] = number
        send(questions[name]())
    elif name in ("ask often", "ask twice", "ask late"):
        if name == "ask late":
            time.sleep(2)
        for i in range({"ask often": MANY, "ask twice": 2, "ask late": 1}[name]):
            open_questions[f'"ask{i}"'.encode()] = number
            send(question('{"message":"m"}', str(i)))
    elif name == "late":
        time.sleep(3)
        result(number, results["result of small numbers"]())
    elif name == "hold":
        held_calls.append(number)
    elif name == "release":
        for each in held_calls:
            result(each, simple)
        held_calls.clear()
        result(number, simple)
    elif name.startswith("list: "):
        list_shape = name.removeprefix("list: ")
        send('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}')
        result(number, simple)
    else:
        result(number, simple)


def acknowledge(number: bytes, line: bytes):
    wanted = re.search(rb'"notifications":(\{[^{}]*\})', line)
    send(f'{{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{{"_meta":{{"io.modelcontextprotocol/subscriptionId":'
         f'{number.decode()}}},"notifications":{wanted[1].decode()}}}}}')


def main():
    for line in sys.stdin.buffer:
        head = HEAD.match(line)
        if head is None:
            found = re.match(rb'\{"jsonrpc":"2.0","id":("ask\d*"),', line)
            if found and found[1] in open_questions:
                end_question(found[1])
            continue
        number, method = head[1], head[2].decode()
        if method == "initialize":
            if ERA == "modern":
                send(f'{{"jsonrpc":"2.0","id":{number.decode()},"error":{{"code":-32022,"message":"m","data":{{"supported":["2026-07-28"]}}}}}}')
            else:
                result(number, f'{{"protocolVersion":"2025-11-25","capabilities":{CAPABILITIES},"serverInfo":{INFO}}}')
        elif method == "server/discover":
            result(number, f'{{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{CAPABILITIES},'
                           f'"_meta":{{"io.modelcontextprotocol/serverInfo":{INFO}}}}}')
        elif method == "tools/list":
            result(number, tools(int(sys.argv[2])))
        elif method == "subscriptions/listen":
            acknowledge(number, line)
        elif method == "tools/call":
            name = re.search(rb'"name":"((?!worst"|mcp-bridge")[^"]*)"', line[:4096])
            size = re.search(rb'"bytes":(\d+)', line[:4096])
            answer_call(number, name[1].decode() if name else "", int(size[1]) if size else 0, b'"inputResponses":' in line[:4096])
        else:
            result(number, f'{{{COMPLETE}"contents":[],"messages":[]}}')


if __name__ == "__main__":
    main()
