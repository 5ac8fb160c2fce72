"""Snippets for the checks of strings."""

FIRES = {
    "string-arithmetic": [
        'print("Score: " + 10)',
        'label.Text = "Coins: " + coins.Value',
        'print(name + " joined")',
        'print("=" * 20)',
        'print("%d coins" % coins)',
        'local s = `hello {name}` + "!"',
        'local s = ("a" .. b) + c',
        'print(10 - "apples")',
    ],
    "format-string": [
        'print(string.format("%s has %d coins", name))',
        'print(("%s"):format())',
        'print(string.format("%y", x))',
        'print(string.format("100%", x))',
        'print(string.format("%d", a, b))',
        'print(string.format("%5.2f %s", x))',
        'print(string.format("%d % of", x))',
    ],
    "string-concat-in-loop": [
        'local s = ""\nfor _, n in ipairs(names) do s = s .. n .. "\\n" end\nprint(s)',
        'local s = ""\nfor i = 1, 1000 do s ..= i end\nreturn s',
        'local s = ""\nwhile more() do s ..= read() end\nreturn s',
        'local s = ""\nfor k, v in data do for i = 1, 3 do s = s .. v end end\nreturn s',
        'local s = ""\nfor i = #t, 1, -1 do s = t[i] .. s end\nreturn s',
    ],
}

SILENT = {
    "string-arithmetic": [
        'print("Score: " .. 10)',
        'print("10" + 5)',
        'print(" 0x1F " * 2)',
        "print(a + b)",
        'local p = Path.new("a") / "b"',
        'print(#"abc" + 1)',
        'print(tonumber("12") + 1) -- "a" + 1',
        "print(`{a}` + 1)",
        'local v = vector * "x"',
    ],
    "format-string": [
        'print(string.format("%s has %d coins", name, 10))',
        'print(string.format("100%%"))',
        'print(string.format("%s %s", f()))',
        'print(string.format("%s %s", ...))',
        'print(("%02d:%02d"):format(m, s))',
        "print(string.format(template, a))",
        'print(string.format("%*", x))',
        'print(string.format("%-10s|%+.3f|%x", a, b, c))',
        'local string = require(x)\nprint(string.format("%s"))',
        'print(date:format("%Y"))',
        'print(os.date("%Y-%m-%d"))',
    ],
    "string-concat-in-loop": [
        'local s = ""\nfor i = 1, 10 do s = s .. i end\nprint(s)',
        'for _, n in names do local s = "a" s = s .. n print(s) end',
        'local t = ""\nfor c in text:gmatch(".") do t ..= c label.Text = t task.wait() end',
        'local s = ""\nfor _, n in { "a", "b" } do s ..= n end',
        'local s = ""\nbutton.Activated:Connect(function() s ..= "x" end)',
        'local line = ""\nfor _, w in words do if #w > 5 then f(line) line = "" end line ..= w end',
        "local n = 0\nfor i = 1, 100 do n = n + i end",
        'local NAMES = { "a", "b", "c" }\nlocal s = ""\nfor _, n in ipairs(NAMES) do s = s .. n end\nprint(s)',
    ],
}
