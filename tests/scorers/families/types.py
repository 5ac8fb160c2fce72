"""Snippets for `scorers.checks.types`."""

FIRES = {
    "unknown-type": [
        "local function f(part: BasPart) print(part) end\nf(workspace.Door)",
        "local part = workspace.Door :: BasPart\nprint(part)",
        "local name: str = workspace.Name\nprint(name)",
        "local function f(list: table): void print(list) end\nf({})",
        "type Item = { owner: Playr?, size: vector3 }\nreturn {} :: Item",
        "local function f(key: Enum.KeyCodes) print(key) end\nf(Enum.KeyCode.E)",
        "local function f<T>(value: T): { U } return { value } end\nf(1)\n" + "print(1)\n" * 60,
        "type Profile = { coins: number }\nlocal function f(profile: Profle) print(profile.coins) end\nf({ coins = 1 })",
    ],
}

SILENT = {
    "unknown-type": [
        "local function f(part: BasePart, at: Vector3?, done: (boolean) -> ()) print(part, at, done) end\nf()",
        "type Pair<K, V = K> = { key: K, value: V }\nlocal p: Pair<string> = { key = 1, value = 2 }\nprint(p)",
        "local function map<T, U>(list: { T }, f: (T) -> U): { U } print(f) return list end\nmap({}, print)",
        "type Make = <T>(T) -> T\nreturn (print :: any) :: Make",
        "local M = require(script.M)\nlocal function f(item: M.Item) print(item) end\nf()",
        "local function f(item: any, b: unknown, c: never, d: thread, e: buffer, g: vector) print(item, b, c, d, e, g) end\nf()",
        "local function f(s: RBXScriptSignal, c: RBXScriptConnection, e: EnumItem, k: Enum.KeyCode) print(s, c, e, k) end\nf()",
        "export type Node = { next: Node? }\nlocal n: Node = {}\nreturn n",
        "print(later :: Later)\ntype Later = string",
        "type Keys = keyof<{ a: number }>\nlocal k: Keys = 'a'\nprint(k)",
        "type function both(a: type, b: type): type return types.unionof(a, b) end\ntype N = both<string, number>\nreturn 1 :: N",
        "-- local x: BasPart\nprint('local x: BasPart')",
        "local function f(profile: PlayerProfile) print(profile) end\nf()",
        "local function outer<T>() local function inner(x: T) print(x) end inner() end\nouter()",
        "type F<T...> = (T...) -> ()\nlocal f: F<string> = print\nf('x')",
    ],
}
