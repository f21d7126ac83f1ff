-- Requests for wrk: one GraphQL text, with random steps, keys and values as variables of every request.
-- From the environment: QUERY (already a JSON string), KIND, RUNS, STEPS, SEED; ABOVE for a page of runs; KEY where one is asked for;
-- REQUESTS where it is not time that ends it.

local kind = os.getenv('KIND')
local runs = tonumber(os.getenv('RUNS'))
local steps = tonumber(os.getenv('STEPS'))
local prefix = '{"query":' .. os.getenv('QUERY') .. ',"variables":'

local keys = { 'accuracy', 'loss' }
for n = 3, 20 do keys[n] = string.format('metric_%02d', n) end

local random, format = math.random, string.format

local function step_id()
  return format('%08x-%04x-7000-8000-000000000000', random(0, runs - 1), random(1, steps))
end

local above = tonumber(os.getenv('ABOVE'))
local function page() return format('{"x":%.6f}', above + random() * 0.0001) end

local function value()
  return format('%.6f', random())
end

-- Different keys in one request, from a random one on.
local function object(count, key)
  local at, parts = random(0, 19), {}
  for n = 1, count do parts[n] = format('"%s":%s', key((at + n) % 20 + 1, n), value()) end
  return '{' .. table.concat(parts, ',') .. '}'
end

local variables = {
  latest = function() return format('{"id":"%s","key":"%s"}', step_id(), keys[random(20)]) end,
  history = function() return format('{"id":"%s","key":"loss"}', step_id()) end,
  log2 = function()
    return format('{"id":"%s","metadata":%s}', step_id(), object(2, function(at) return keys[at] end))
  end,
  log100 = function()
    return format('{"id":"%s","metadata":%s}', step_id(), object(100, function(_, n) return format('metric_%02d', n + 2) end))
  end,
  pageByStart = function() return '{}' end,
  compare = function() return '{}' end,
  series = function() return '{}' end,
  keysInUse = function() return '{}' end,
  facets = function() return '{}' end,
  pipelines = function() return '{}' end,
  pageByDuration = function() return '{}' end,
  pageByLoss = page,
  pageByLoss10 = page,
  pageByLoss1000 = page,
  dashboard = function()
    local at = random(0, 19)
    return format('{"a":"%s","b":"%s","c":"%s"}', keys[at % 20 + 1], keys[(at + 7) % 20 + 1], keys[(at + 13) % 20 + 1])
  end,
}

function init()
  math.randomseed(tonumber(os.getenv('SEED')))
  for _ = 1, 10 do random() end
end

local headers = { ['content-type'] = 'application/json', ['accept'] = 'application/json' }
local key = os.getenv('KEY')
if key then headers['authorization'] = 'Bearer ' .. key end
local make = variables[kind == 'followed' and 'log2' or kind]

function request()
  return wrk.format('POST', nil, headers, prefix .. make() .. '}')
end

-- Where a number of answers is asked for, it ends with the last of them; wrk itself would go on sleeping.
local asked = tonumber(os.getenv('REQUESTS'))
local answered, failed = 0, 0
if asked then
  function response(status)
    answered = answered + 1
    if status ~= 200 then failed = failed + 1 end
    if answered < asked then return end
    io.write(format('\nRESULT {"requests":%d,"microseconds":0,"bytes":0,"errors":%d,"p50":0,"p99":0}\n', answered, failed))
    io.flush()
    os.exit(0)
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(format('\nRESULT {"requests":%d,"microseconds":%d,"bytes":%d,"errors":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration, summary.bytes,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
