-- A script for wrk that sends tools/call over Streamable HTTP. It reads SESSION, VERSION, TOOL (echo, sink, blob) and SIZE from the environment.
-- With VERSION 2026-07-28 each request carries its envelope.
-- It prints one line that begins with RESULT; `not_ok` counts wrong answers.
local session = os.getenv("SESSION") or ""
local tool = os.getenv("TOOL") or "echo"
local size = tonumber(os.getenv("SIZE") or "5")
local text = string.rep("x", size)

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Accept"] = "application/json, text/event-stream"
wrk.headers["MCP-Protocol-Version"] = os.getenv("VERSION") or "2025-06-18"
if session ~= "" then wrk.headers["Mcp-Session-Id"] = session end

local arguments = tool == "blob" and '{"n":' .. size .. '}' or '{"text":"' .. text .. '"}'
local envelope = ''
if os.getenv("VERSION") == "2026-07-28" then
  wrk.headers["Mcp-Method"] = "tools/call"
  wrk.headers["Mcp-Name"] = tool
  envelope = ',"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",' ..
    '"io.modelcontextprotocol/clientInfo":{"name":"compare","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}'
end
local rest = ',"method":"tools/call","params":{"name":"' .. tool .. '","arguments":' .. arguments .. envelope .. '}}'
local expected = tool == "sink" and '"text":"ok"' or '"text":"' .. text .. '"'

local threads = {}
function setup(thread) table.insert(threads, thread) end

local id = 0
function request()
  id = id + 1
  return wrk.format(nil, nil, nil, '{"jsonrpc":"2.0","id":' .. id .. rest)
end

-- This variable is global, because wrk reads it from outside the thread.
not_ok = 0
function response(status, headers, body)
  if status ~= 200 or not body:find(expected, 1, true) then not_ok = not_ok + 1 end
end

function done(summary, latency, requests)
  local wrong = 0
  for _, thread in ipairs(threads) do wrong = wrong + thread:get("not_ok") end
  local e = summary.errors
  io.write(string.format("RESULT rps=%.1f calls=%d p50=%.3f p99=%.3f not_ok=%d socket_errors=%d\n",
    summary.requests / (summary.duration / 1e6), summary.requests, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    wrong, e.connect + e.read + e.write + e.timeout))
end
