-- wrk -s wrk.lua URL -- BODY_FILE
-- Every "__varies__" in the body becomes the same ten digits, which differ from request to request.
local parts, count = {}, 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  local body = file:read("*a")
  file:close()
  local from = 1
  while true do
    local first, last = body:find("__varies__", from, true)
    parts[#parts + 1] = body:sub(from, first and first - 1)
    if not first then break end
    from = last + 1
  end
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  math.randomseed(os.time())
  count = math.random(0, 2 ^ 30)
end

function request()
  count = count + 1
  return wrk.format(nil, nil, nil, table.concat(parts, string.format("%010x", count)))
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"duration":%d,"p50":%d,"p99":%d,"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect, errors.read, errors.write, errors.status, errors.timeout))
end
