"""Snippets for the checks of sizes."""

_DEEP = "if a then\n" * 6 + "f()\n" + "end\n" * 6
_LONG = "g()\n" * 90
_SUM = "return " + " + ".join(f"values.number{index}" for index in range(12))
_WAYS = "".join(f"if x == {index} then return {index} end\n" for index in range(1, 23))

FIRES: dict[str, list[str]] = {
    "deep-nesting": [
        _DEEP,
        f"while a do\n{_DEEP}end",
        f"local function f()\n{_DEEP}end\nf()",
        "for _, a in b do for _, c in a do for _, d in c do for _, e in d do if e then while e do f() end end end end end end",
    ],
    "long-function": [
        f"local function f()\n{_LONG}end\nf()",
        f"return function()\n{_LONG}end",
        f"M.f = function()\n{_LONG}end",
        f"button.Activated:Connect(function()\n{_LONG}end)",
    ],
    "complex-function": [
        f"local function f(x)\n{_WAYS}return 0\nend\nreturn f",
        f"return function(x)\n{_WAYS}return 0\nend",
        "return function(x) return " + " or ".join(f"x == {index}" for index in range(25)) + " end",
        "local function f(x)\n" + "while x do f() end\n" * 21 + "end\nf(1)",
    ],
    "long-line": [
        _SUM,
        f"local function f(values) {_SUM} end\nreturn f",
        "f(" + ", ".join(f"argument{index}" for index in range(15)) + ")",
        "local x = " + "(1 + 2) * " * 14 + "3\nreturn x",
    ],
    "too-many-parameters": [
        "local function f(a, b, c, d, e, g, h, i, j) return a end\nreturn f",
        "return function(a, b, c, d, e, f, g, h, i, j) return a end",
        "function M:make(a, b, c, d, e, f, g, h, i) return a end",
        "x:Connect(function(a, b, c, d, e, f, g, h, i) f(a) end)",
    ],
    "magic-number": [
        "local function f(x)\n\tif x > 37 then return x * 37 end\n\treturn x + 37\nend\nreturn f",
        "return a * 0.73, b * 0.73, c * 0.73",
        "x += 17\ny += 17\nz += 17",
        "if a < -45 or b < -45 or c < -45 then f() end",
    ],
}

SILENT: dict[str, list[str]] = {
    "deep-nesting": [
        "if a then\n\tif b then\n\t\tf()\n\tend\nend",
        "f({ { { { { { 1 } } } } } })",
        "return if a then 1 else if b then 2 else if c then 3 else if d then 4 else if e then 5 else 6",
        "if a then f()\n" + "elseif b then f()\n" * 12 + "end",
        "for _, a in b do\n\tif not a then continue end\n\tfor _, c in a do\n\t\tif c then f(c) end\n\tend\nend",
    ],
    "long-function": [
        _LONG,
        "local function f()\n" + "-- note\n" * 100 + "end\nf()",
        "local function f()\n\tg()\nend\nf()",
        f'describe("shop", function()\n{_LONG}end)',
        f'return function()\n\tdescribe("shop", function()\n{_LONG}\n\tend)\nend',
    ],
    "complex-function": [
        "".join(f"if x == {index} then f() end\n" for index in range(30)),
        "local function f(x) return x and 1 or 2 end\nreturn f",
        "local function f()\n" + "g()\n" * 40 + "end\nf()",
        "return { " + ", ".join(f"x{index} = {index}" for index in range(40)) + " }",
        "".join(f"local function f{index}(x) if x then return 1 end return 2 end\n" for index in range(15)) + "return f1",
    ],
    "long-line": [
        "f() -- " + "c" * 200,
        "local link = 'https://create.roblox.com/" + "x" * 140 + "'\nreturn link",
        "local text = [[\n" + "x" * 200 + "\n]]\nreturn text",
        "f(1)",
        "warn(`" + "word " * 40 + "`)",
    ],
    "too-many-parameters": [
        "local function f(a, b, c, d, e, g, h, i) return a end\nreturn f",
        "type Make = (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number) -> ()",
        "f(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)",
        "local function f(...) return ... end\nreturn f",
        "local function f(options) return options.a end\nreturn f",
    ],
    "magic-number": [
        "return x / 2, y / 2, z / 2, 100 - x, 100 - y, 100 - z",
        "local LIMIT = 37\nreturn x * LIMIT, y * LIMIT, z * LIMIT",
        "local a = Vector3.new(37 + x, 37 + y, 37 + z)\nreturn a",
        "local sizes = { 37, 37, 37, 37 }\nreturn sizes",
        "a.Size = UDim2.new(1, -37, 1, -37)\nb.Size = UDim2.new(1, -37, 0, 1)",
    ],
}
