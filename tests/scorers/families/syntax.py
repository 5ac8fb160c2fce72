"""Snippets for `scorers.checks.syntax`."""

FIRES = {
    "syntax-error": ["local x = (1", "if x then", "local function f() return 1", "break", 'local s = "a\nb"', "x = = 1", "function f() return ... end"],
    "foreign-syntax": ["if x != 1 then end", "def f(x):\n    return x", "let x = 1", "for (int i = 0; i < 3; i++) {\n}", "local x <const> = 1", "x++", "if a && b then end"],
}  # fmt: skip

SILENT = {
    "syntax-error": ["local x = (1)", "const x = 1", "local f = @native function() end", "print(f<<number>>(1))", "-- if x then", "local x = `{1 + 1}`"],
    "foreign-syntax": ["if x ~= 1 then end", "-- def f(x):", 'print("x++ && y != z")', "local let = 1\nprint(let)", "local x = 7 // 2", "local y = not x"],
}  # fmt: skip
