"""Code that does nothing, to see whether length alone earns points."""

from itertools import cycle, islice

_HELPERS = (
    """local function _describe(entry)
	local parts = {}
	for key, value in entry do
		table.insert(parts, tostring(key) .. "=" .. tostring(value))
	end
	table.sort(parts)
	return table.concat(parts, ", ")
end""",
    """local function _smooth(values, width)
	local result = table.create(#values, 0)
	for index = 1, #values do
		local sum, count = 0, 0
		for other = math.max(1, index - width), math.min(#values, index + width) do
			sum += values[other]
			count += 1
		end
		result[index] = sum / count
	end
	return result
end""",
    """local function _retry(attempts, action)
	for attempt = 1, attempts do
		local ok, result = pcall(action, attempt)
		if ok then
			return result
		end
	end
	return nil
end""",
    """local function _memoize(compute)
	local known = {}
	return function(key)
		if known[key] == nil then
			known[key] = compute(key)
		end
		return known[key]
	end
end""",
)


def padded(code: str, helpers: int) -> str:
    """The Luau code after `helpers` functions that nothing calls. Each stands in a block of its own: no name reaches the code."""
    blocks = (f"do\n{helper}\nend" for helper in islice(cycle(_HELPERS), helpers))
    return "\n".join((*blocks, code))
