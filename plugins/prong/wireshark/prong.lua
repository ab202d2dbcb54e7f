-- Shows the prongs link protocol in Wireshark 3.6 or newer: lines and chunks of captures that `eggtooth prong --capture`
-- wrote (link type 147, USER0), pieces of the byte stream with their directions and no header before them.
--
--   wireshark -X lua_script:prong.lua -o prongs.secret:HEX FILE.pcapng
--
-- or put this file into Wireshark's folder of personal plugins and type the secret in Preferences > Protocols > PRONGS.
-- Without it chunks are told by their lengths. Whoever has the secret can read the chunks: Wireshark keeps what is typed
-- there in its preferences file.

local prongs = Proto("prongs", "Prongs link protocol")

local CHUNK, OVERHEAD, MAX_PACKET = 4096, 16, 0x100000
local ROUNDS = 256 -- keystream bytes after which only the complement is left

local f = {
  line = ProtoField.string("prongs.line", "Line"),
  noise = ProtoField.bytes("prongs.noise", "Noise"),
  part = ProtoField.bytes("prongs.part", "Part of a chunk"),
  index = ProtoField.uint16("prongs.chunk.index", "Index"),
  of = ProtoField.uint16("prongs.chunk.of", "Chunks of the packet"),
  length = ProtoField.uint16("prongs.chunk.length", "Bytes on the wire"),
  nonce = ProtoField.bytes("prongs.chunk.nonce", "Nonce"),
  session = ProtoField.uint32("prongs.chunk.session", "Session", base.HEX),
  magic = ProtoField.string("prongs.chunk.magic", "Magic"),
  kind = ProtoField.uint8("prongs.chunk.type", "Packet type", base.DEC, nil, 0x0F),
  set = ProtoField.bool("prongs.chunk.set_session", "Sets the session", 8, nil, 0x10),
  complement = ProtoField.uint8("prongs.chunk.complement", "Complement of the index", base.HEX),
  crc = ProtoField.uint16("prongs.chunk.crc", "CRC-16/ARC", base.HEX),
  data = ProtoField.bytes("prongs.chunk.data", "Data"),
  verdict = ProtoField.string("prongs.chunk.verdict", "Verdict"),
}
prongs.fields = f

local bad = ProtoExpert.new("prongs.damaged", "Damaged chunk", expert.group.CHECKSUM, expert.severity.ERROR)
local cut = ProtoExpert.new("prongs.cut", "A chunk whose rest did not come", expert.group.SEQUENCE, expert.severity.WARN)
prongs.experts = { bad, cut }

prongs.prefs.secret = Pref.string("Secret", "", "The shared secret in hexadecimal, 1 to 256 bytes; empty: chunks stay sealed")

-- SHA-256, for the few hundred bytes of nonce and secret.

local WORD = 0x100000000
local function word(x) return x % WORD end
local function xor(a, b) return word(bit.bxor(a, b)) end
local function ror(x, n) return word(bit.bor(bit.rshift(x, n), bit.lshift(x, 32 - n))) end

local K, H = {}, {}
do
  local n = 2
  while #K < 64 do
    local prime = true
    for d = 2, math.floor(math.sqrt(n)) do
      if n % d == 0 then prime = false end
    end
    if prime then
      K[#K + 1] = math.floor((n ^ (1 / 3)) % 1 * WORD)
      if #H < 8 then H[#H + 1] = math.floor(math.sqrt(n) % 1 * WORD) end
    end
    n = n + 1
  end
end

local function sha256(message)
  local bits = #message * 8
  message = message .. "\128" .. string.rep("\0", (55 - #message) % 64)
    .. string.char(0, 0, 0, 0, math.floor(bits / 0x1000000) % 256, math.floor(bits / 0x10000) % 256,
      math.floor(bits / 256) % 256, bits % 256)
  local state = { H[1], H[2], H[3], H[4], H[5], H[6], H[7], H[8] }
  for at = 1, #message, 64 do
    local w = {}
    for i = 0, 15 do
      local a, b, c, d = message:byte(at + 4 * i, at + 4 * i + 3)
      w[i] = ((a * 256 + b) * 256 + c) * 256 + d
    end
    for i = 16, 63 do
      local x, y = w[i - 15], w[i - 2]
      local s0 = xor(xor(ror(x, 7), ror(x, 18)), word(bit.rshift(x, 3)))
      local s1 = xor(xor(ror(y, 17), ror(y, 19)), word(bit.rshift(y, 10)))
      w[i] = word(w[i - 16] + s0 + w[i - 7] + s1)
    end
    local a, b, c, d, e, g, h, k = table.unpack(state)
    for i = 0, 63 do
      local s1 = xor(xor(ror(e, 6), ror(e, 11)), ror(e, 25))
      local choice = xor(word(bit.band(e, g)), word(bit.band(word(bit.bnot(e)), h)))
      local t1 = k + s1 + choice + K[i + 1] + w[i]
      local s0 = xor(xor(ror(a, 2), ror(a, 13)), ror(a, 22))
      local most = xor(xor(word(bit.band(a, b)), word(bit.band(a, c))), word(bit.band(b, c)))
      k, h, g, e, d, c, b, a = h, g, e, word(d + t1), c, b, a, word(t1 + s0 + most)
    end
    for i, x in ipairs({ a, b, c, d, e, g, h, k }) do state[i] = word(state[i] + x) end
  end
  local bytes = {}
  for i, x in ipairs(state) do
    for j = 0, 3 do bytes[4 * i - 3 + j] = math.floor(x / 256 ^ (3 - j)) % 256 end
  end
  return bytes
end

local function secret()
  local hex = prongs.prefs.secret:gsub("%s", "")
  if hex == "" or #hex % 2 == 1 or #hex > 512 or hex:find("[^%x]") then return nil end
  return (hex:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end))
end

-- Header and data of a chunk, or of its first bytes.
local function unscramble(key, wire)
  local cells, out = sha256(wire:sub(1, 4) .. key), {}
  for i = 5, #wire do
    local at = (i - 5) % 32 + 1
    local cell = i - 5 < ROUNDS and cells[at] or 255
    out[i - 4] = string.char(bit.bxor(wire:byte(i), cell))
    cells[at] = (2 * cell + 1) % 256
  end
  return table.concat(out)
end

local CRC = {}
for i = 0, 255 do
  local crc = i
  for _ = 1, 8 do
    crc = crc % 2 == 1 and bit.bxor(math.floor(crc / 2), 0xA001) or math.floor(crc / 2)
  end
  CRC[i] = crc
end

local function crc16(data)
  local crc = 0
  for i = 1, #data do
    crc = bit.bxor(math.floor(crc / 256), CRC[bit.bxor(crc % 256, data:byte(i))])
  end
  return crc
end

local function header(key, wire)
  if not key or #wire < OVERHEAD then return nil end
  local plain = unscramble(key, wire:sub(1, OVERHEAD))
  local index, complement = plain:byte(9, 10)
  if plain:sub(5, 7) ~= "TCP" or index + complement ~= 255 then return nil end
  return { index = index }
end

-- Which bytes are lines and which are chunks: follows PKT and the answers, as crate `eggtooth_prong` does in `decode`.

local sides, offers, flow, frames

function prongs.init()
  sides = { [0] = { raw = "", at = 0 }, [1] = { raw = "", at = 0 } }
  offers, flow, frames = {}, nil, {}
end

local function chunks(size) return math.ceil(size / CHUNK) end
local function chunk_len(size, index) return math.max(0, math.min(CHUNK, size - index * CHUNK)) end

-- The words of a line (the last 16 characters count), or nil for noise.
local function words(raw)
  local text = raw:gsub("\r?\n$", "")
  if text:find("[^\t\r\32-\126]") then return nil end
  return text:sub(-16)
end

local function interruption(raw)
  return #raw <= 16 and (raw:find("^%s*CAN%s*\n$") or raw:find("^%s*PKT%s+%d+%s*\n$"))
end

local function understood(direction, text)
  local word, rest = text:match("^%s*(%S+)%s*(%S*)")
  local other = 1 - direction
  local ours = flow and flow.sender == other
  if word == "PKT" and rest:find("^%d+$") then
    local size = tonumber(rest)
    if size >= 1 and size <= MAX_PACKET then
      if flow and flow.sender == direction then flow = nil end
      offers[direction] = size
    end
  elseif word == "CAN" then
    flow, offers = nil, {}
  elseif word == "ACK" then
    if offers[other] then
      flow, offers = { sender = other, size = offers[other], index = 0, chunk = true }, {}
      sides[other].raw = ""
    elseif ours and not flow.chunk then
      flow.index, flow.chunk = flow.index + 1, true
      if flow.index >= chunks(flow.size) then flow = nil end
    end
  elseif (word == "NAK" or word == "ENQ") and ours then
    if word == "ENQ" and rest:find("^%d+$") then flow.index = tonumber(rest) end
    flow.chunk = true
  end
end

local function add(items, item) items[#items + 1] = item end

-- What is left of an unfinished chunk when the other side speaks.
local function unfinished(items, side)
  if flow and flow.sender == side and flow.chunk and #sides[side].raw > 0 then
    add(items, { cut = #sides[side].raw })
    sides[side].raw = ""
  end
end

local function follow(direction, at, bytes, key)
  local items, side = {}, sides[direction]
  local late = at - side.at
  side.at = at
  local waiting = flow and flow.chunk and sides[flow.sender]
  if waiting and at - (waiting == side and at - late or waiting.at) >= 0.05 and interruption(waiting.raw) then
    understood(flow.sender, waiting.raw)
    waiting.raw = ""
  end
  local sending = flow and flow.sender == direction
  if sending and flow and not flow.chunk and late >= 3 then flow.chunk = true end
  if late >= 2 and #side.raw > 0 then
    add(items, sending and { cut = #side.raw } or { noise = side.raw })
    side.raw = ""
  end
  local from = 1
  for i = 1, #bytes do
    side.raw = side.raw .. bytes:sub(i, i)
    local here = flow and flow.sender == direction and flow
    local found = here and not here.chunk and #side.raw == OVERHEAD and header(key, side.raw)
    if found then here.chunk = true end
    if here and here.chunk then
      local known = #side.raw == OVERHEAD and header(key, side.raw)
      if known and known.index < chunks(here.size) then here.due = known.index end
      if #side.raw < OVERHEAD then here.due = nil end
      if here.index == 0 and side.raw:find("^PKT %d+\r?\n$") then
        add(items, { line = words(side.raw), from = from, to = i })
        understood(direction, words(side.raw))
        side.raw, from = "", i + 1
      elseif #side.raw >= OVERHEAD + chunk_len(here.size, here.due or here.index) then
        add(items, { wire = side.raw, index = here.due or here.index, of = chunks(here.size), from = from, to = i })
        here.chunk, here.due, side.raw, from = false, nil, "", i + 1
      end
    elseif bytes:sub(i, i) == "\n" then
      local text = words(side.raw)
      if text and text:find("%S") then
        unfinished(items, 1 - direction)
        add(items, { line = text, from = from, to = i })
        understood(direction, text)
      elseif not text then
        add(items, { noise = side.raw, from = from, to = i })
      end
      side.raw, from = "", i + 1
    elseif #side.raw > CHUNK + OVERHEAD then
      add(items, { noise = side.raw, from = from, to = i })
      side.raw, from = "", i + 1
    end
  end
  if from <= #bytes then
    local chunk = flow and flow.sender == direction and flow.chunk
    -- Nothing behind it in this record: most probably a line (E-2).
    local line = chunk and interruption(side.raw) and words(side.raw)
    add(items, { line = line or nil, part = true, chunk = chunk, from = from, to = #bytes })
  end
  return items
end

-- Display.

local function show_chunk(tree, tvb, item, key)
  local wire = ByteArray.new(item.wire, true):tvb("Chunk on the wire")
  local sub = tree:add(prongs, wire(), string.format("Chunk %d of %d, %d bytes", item.index, item.of, #item.wire))
  sub:add(f.of, item.of):set_generated()
  sub:add(f.length, #item.wire):set_generated()
  sub:add(f.nonce, wire(0, 4))
  if not key then
    sub:add(f.index, item.index):set_generated()
    sub:add(f.verdict, "sealed"):set_generated()
    return "sealed"
  end
  local text = unscramble(key, item.wire)
  local plain = ByteArray.new(text, true):tvb("Chunk, unscrambled")
  local data = text:sub(13)
  local crc = text:byte(11) + 256 * text:byte(12)
  local verdict = "good"
  if text:sub(5, 7) ~= "TCP" then
    verdict = "wrong magic"
  elseif text:byte(9) + text:byte(10) ~= 255 then
    verdict = "wrong complement"
  elseif crc16(data) ~= crc then
    verdict = "wrong CRC"
  end
  if verdict ~= "wrong magic" then
    sub:add_le(f.session, plain(0, 4))
    sub:add(f.magic, plain(4, 3))
    sub:add(f.set, plain(7, 1))
    sub:add(f.kind, plain(7, 1))
    sub:add(f.index, plain(8, 1))
    sub:add(f.complement, plain(9, 1))
    sub:add_le(f.crc, plain(10, 2))
    if #data > 0 then sub:add(f.data, plain(12)) end
  end
  sub:add(f.verdict, verdict):set_generated()
  if verdict ~= "good" then
    sub:add_proto_expert_info(bad, "Damaged chunk: " .. verdict)
    return verdict
  end
  return string.format("type %d", text:byte(8) % 16)
end

function prongs.dissector(tvb, pinfo, tree)
  local key = secret()
  if not pinfo.visited then
    frames[pinfo.number] = follow(pinfo.p2p_dir == 0 and 0 or 1, pinfo.rel_ts, tvb:raw(), key)
  end
  pinfo.cols.protocol = "PRONGS"
  local root, info = tree:add(prongs, tvb()), {}
  for _, item in ipairs(frames[pinfo.number] or {}) do
    if item.cut then
      root:add_proto_expert_info(cut, string.format("A chunk was cut after %d bytes", item.cut))
      add(info, "cut chunk")
    elseif item.line then
      root:add(f.line, tvb(item.from - 1, item.to - item.from + 1), item.line)
      add(info, item.line)
    elseif item.wire then
      local what = show_chunk(root, tvb, item, key)
      add(info, string.format("chunk %d/%d (%s)", item.index, item.of, what))
    elseif item.part then
      root:add(item.chunk and f.part or f.noise, tvb(item.from - 1, item.to - item.from + 1))
      add(info, item.chunk and "part of a chunk" or "part of a line")
    else
      root:add(f.noise, ByteArray.new(item.noise, true):tvb("Noise")())
      add(info, "noise")
    end
  end
  pinfo.cols.info = (pinfo.p2p_dir == 0 and "-> " or "<- ") .. table.concat(info, ", ")
end

DissectorTable.get("wtap_encap"):add(wtap and wtap.USER0 or 45, prongs)
