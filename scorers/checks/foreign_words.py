"""What other languages call things, and how Luau says it."""

from typing import NamedTuple


class Foreign(NamedTuple):
    """The language that a word is of, and the hint."""

    language: str
    hint: str


LITERALS = {
    "None": Foreign("Python", "write `nil`"),
    "True": Foreign("Python", "write `true`"),
    "False": Foreign("Python", "write `false`"),
    "null": Foreign("JavaScript", "write `nil`"),
    "undefined": Foreign("JavaScript", "write `nil`"),
    "NaN": Foreign("JavaScript", "write `0 / 0`"),
    "Infinity": Foreign("JavaScript", "write `math.huge`"),
    "this": Foreign("JavaScript", "write `self`, in a function declared with a colon"),
    "NULL": Foreign("C", "write `nil`"),
    "nullptr": Foreign("C++", "write `nil`"),
    "Null": Foreign("PHP", "write `nil`"),
    "TRUE": Foreign("C", "write `true`"),
    "FALSE": Foreign("C", "write `false`"),
    "Nil": Foreign("no Luau", "write `nil`"),
    "NIL": Foreign("Lisp", "write `nil`"),
}
"""Words that stand for a value."""

FUNCTIONS = {
    "len": Foreign("Python", "write `#list`"),
    "str": Foreign("Python", "write `tostring(value)`"),
    "int": Foreign("Python", "write `math.floor(value)`, or `tonumber(text)`"),
    "float": Foreign("Python", "write `tonumber(text)`"),
    "range": Foreign("Python", "write `for i = first, last do`"),
    "enumerate": Foreign("Python", "write `for index, value in list do`"),
    "isinstance": Foreign("Python", 'write `typeof(value) == "..."`, or `value:IsA("...")`'),
    "hasattr": Foreign("Python", "write `value.name ~= nil`"),
    "getattr": Foreign("Python", "write `value[name]`"),
    "setattr": Foreign("Python", "write `value[name] = ...`"),
    "sorted": Foreign("Python", "write `table.sort(list)`"),
    "ord": Foreign("Python", "write `string.byte(text)`"),
    "chr": Foreign("Python", "write `string.char(code)`"),
    "super": Foreign("Python/JavaScript", "write `Base.method(self, ...)`"),
    "abs": Foreign("Python/C", "write `math.abs(x)`"),
    "min": Foreign("Python", "write `math.min(a, b)`"),
    "max": Foreign("Python", "write `math.max(a, b)`"),
    "round": Foreign("Python/C", "write `math.round(x)`"),
    "floor": Foreign("C", "write `math.floor(x)`"),
    "ceil": Foreign("C", "write `math.ceil(x)`"),
    "sqrt": Foreign("C", "write `math.sqrt(x)`"),
    "printf": Foreign("C", "write `print(string.format(...))`"),
    "sprintf": Foreign("C", "write `string.format(...)`"),
    "println": Foreign("Java/Rust", "write `print(...)`"),
    "puts": Foreign("Ruby/C", "write `print(...)`"),
    "parseInt": Foreign("JavaScript", "write `tonumber(text)`"),
    "parseFloat": Foreign("JavaScript", "write `tonumber(text)`"),
    "Number": Foreign("JavaScript", "write `tonumber(text)`"),
    "String": Foreign("JavaScript", "write `tostring(value)`"),
    "isNaN": Foreign("JavaScript", "write `x ~= x`"),
    "setTimeout": Foreign("JavaScript", "write `task.delay(seconds, callback)`"),
    "setInterval": Foreign("JavaScript", "write a loop with `task.wait(seconds)` in `task.spawn`"),
    "clearTimeout": Foreign("JavaScript", "write `task.cancel(thread)`"),
    "clearInterval": Foreign("JavaScript", "write `task.cancel(thread)`"),
    "alert": Foreign("JavaScript", "write `print(...)`"),
    "Instantiate": Foreign("C# (Unity)", "write `template:Clone()`, and set its Parent"),
    "GetComponent": Foreign("C# (Unity)", "write `object:FindFirstChildOfClass(...)`"),
}
"""Functions that are called by their bare name."""

MEMBERS = {
    "console.*": Foreign("JavaScript", "write `print(...)` or `warn(...)`"),
    "Math.*": Foreign("JavaScript", "write `math` in small letters, and its functions too"),
    "JSON.parse": Foreign("JavaScript", "write `HttpService:JSONDecode(text)`"),
    "JSON.stringify": Foreign("JavaScript", "write `HttpService:JSONEncode(value)`"),
    "Object.keys": Foreign("JavaScript", "write `for key in object do`"),
    "Object.values": Foreign("JavaScript", "write `for _, value in object do`"),
    "Object.entries": Foreign("JavaScript", "write `for key, value in object do`"),
    "Object.assign": Foreign("JavaScript", "copy the fields in a loop"),
    "Array.isArray": Foreign("JavaScript", 'write `type(value) == "table"`'),
    "Array.from": Foreign("JavaScript", "write `table.clone(list)`"),
    "Date.now": Foreign("JavaScript", "write `os.time()`, or `os.clock()` to measure"),
    "Number.parseInt": Foreign("JavaScript", "write `tonumber(text)`"),
    "System.out": Foreign("Java", "write `print(...)`"),
    "Console.WriteLine": Foreign("C#", "write `print(...)`"),
    "Console.Write": Foreign("C#", "write `print(...)`"),
    "Debug.Log": Foreign("C# (Unity)", "write `print(...)`"),
    "Debug.LogWarning": Foreign("C# (Unity)", "write `warn(...)`"),
    "Debug.LogError": Foreign("C# (Unity)", "write `warn(...)`"),
    "Mathf.*": Foreign("C# (Unity)", "write `math.clamp`, `math.max` and so on"),
    "Time.deltaTime": Foreign("C# (Unity)", "take the time from the parameter of `RunService.Heartbeat`"),
    "super.*": Foreign("JavaScript", "write `Base.method(self, ...)`"),
    "std.*": Foreign("C++", "use Luau's own libraries"),
    "time.sleep": Foreign("Python", "write `task.wait(seconds)`"),
    "time.time": Foreign("Python", "write `os.time()`, or `os.clock()` to measure"),
    "random.randint": Foreign("Python", "write `math.random(low, high)`"),
    "random.choice": Foreign("Python", "write `list[math.random(#list)]`"),
    "random.uniform": Foreign("Python", "write `Random.new():NextNumber(low, high)`"),
    "json.loads": Foreign("Python", "write `HttpService:JSONDecode(text)`"),
    "json.dumps": Foreign("Python", "write `HttpService:JSONEncode(value)`"),
}
"""Members of objects that exist there and not here; `*` for any member."""

PREFIXES = {
    "new": Foreign("JavaScript/C#", "write `Type.new(...)`"),
    "await": Foreign("JavaScript", "a call that yields needs no word"),
    "yield": Foreign("Python", "write `coroutine.yield(value)`"),
    "typeof": Foreign("JavaScript", "write `typeof(value)`"),
}
"""Words before an operand: after `local v = new`, Luau reads a second statement."""

STRING_PREFIXES = {
    "f": Foreign("Python", "write `` `text {value}` ``"),
    "r": Foreign("Python", "write `[[text]]`"),
    "b": Foreign("Python", "write the string alone: Luau's strings are bytes"),
}
"""Letters that touch a string."""

LIST_MEMBERS = {
    "length": Foreign("JavaScript", "write `#LIST`"),
    "Length": Foreign("C#", "write `#LIST`"),
    "Count": Foreign("C#", "write `#LIST`"),
    "size": Foreign("Java", "write `#LIST`"),
    "push": Foreign("JavaScript", "write `table.insert(LIST, value)`"),
    "append": Foreign("Python", "write `table.insert(LIST, value)`"),
    "pop": Foreign("JavaScript/Python", "write `table.remove(LIST)`"),
    "shift": Foreign("JavaScript", "write `table.remove(LIST, 1)`"),
    "unshift": Foreign("JavaScript", "write `table.insert(LIST, 1, value)`"),
    "indexOf": Foreign("JavaScript", "write `table.find(LIST, value)`"),
    "includes": Foreign("JavaScript", "write `table.find(LIST, value) ~= nil`"),
    "forEach": Foreign("JavaScript", "write `for _, value in LIST do`"),
    "join": Foreign("JavaScript/Python", "write `table.concat(LIST, separator)`"),
}
"""Members of lists."""
