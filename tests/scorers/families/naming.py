"""Snippets for the checks of names."""

_LINES = "model.Name = 'House'\n" * 17

FIRES: dict[str, list[str]] = {
    "naming-convention": [
        "local my_name, my_age, myTeam, mySide, myPart = 1, 2, 3, 4, 5\nreturn my_name, my_age, myTeam, mySide, myPart",
        "local function giveCoins(the_player, the_amount)\n\tlocal newTotal = the_amount\n\treturn newTotal, the_player\nend\nreturn giveCoins",
        "local function setUp(Player, Amount)\n\tlocal newTotal = Amount\n\treturn newTotal, Player\nend\nreturn setUp",
        "local maxHealth, max_mana = 1, 2\nlocal walkSpeed, walk_time = 3, 4\nreturn maxHealth, max_mana, walkSpeed, walk_time",
    ],
    "short-name": [
        f"local p = workspace.Door\n{_LINES}p:Destroy()",
        f"local function q() return 1 end\n{_LINES}q()",
        f"local function setUp(model)\nlocal c = model:Clone()\n{_LINES}return c\nend\nreturn setUp",
        f"local D = require(script.Parent)\n{_LINES}D.run()",
    ],
}

SILENT: dict[str, list[str]] = {
    "naming-convention": [
        'local Players = game:GetService("Players")\nlocal MAX_HEALTH = 100\nlocal walkSpeed, jumpPower = 16, 50\n'
        "return Players, MAX_HEALTH, walkSpeed, jumpPower",
        "local one_name, two_names, three_names = 1, 2, 3\nreturn one_name, two_names, three_names",
        "local Shop = {}\nShop.__index = Shop\nfunction Shop.new(owner)\n\tlocal newShop = setmetatable({}, Shop)\n"
        "\tnewShop.owner = owner\n\treturn newShop\nend\nreturn Shop",
        "local function MenuButton(props)\n\tlocal isOpen, setOpen = React.useState(false)\n\treturn isOpen, setOpen, props\nend\n"
        "return MenuButton",
        "local maxHealth, walkSpeed, user_id = 1, 2, 3\nreturn maxHealth, walkSpeed, user_id",
        "local _unused, _other, firstName, lastName = 1, 2, 3, 4\nreturn firstName, lastName",
    ],
    "short-name": [
        f"local x = 1\n{_LINES}f(x)",
        f"local d = b - a\n{_LINES}f(d)",
        f"for q = 1, 3 do\n{_LINES}f(q)\nend",
        f"return function(p)\n{_LINES}return p\nend",
        "local p = workspace.Door\np:Destroy()",
        f"local M = {{}}\n{_LINES}return M",
        f"local l = math.sqrt(2)\n{_LINES}f(l)",
    ],
}
