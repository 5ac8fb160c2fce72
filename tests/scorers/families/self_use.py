"""Snippets for the checks of `self`."""

FIRES = {
    "missing-self": [
        "local Door = {}\nfunction Door.open()\n\tself.isOpen = true\nend\nreturn Door",
        "local Door = {}\nfunction Door.open(speed)\n\ttask.spawn(function()\n\t\tself.speed = speed\n\tend)\nend\nreturn Door",
        "local M = { Sub = {} }\nfunction M.Sub.run()\n\treturn self:go()\nend\nreturn M",
        "local M = {}\nM.__index = M\nfunction M.get()\n\treturn self.value\nend\nfunction M.set(v)\n\tself.value = v\nend\nreturn M",
    ],
    "dot-definition-self": [
        "local Shop = {}\nfunction Shop.buy(item)\n\tprint(item)\nend\nShop:buy('sword')",
        "local Shop = {}\nfunction Shop:buy(item)\n\tprint(self, item)\nend\nShop.buy('sword')",
        "local Shop = {}\nfunction Shop:open()\n\tself.isOpen = true\nend\nShop.open()",
        "local S = {}\nfunction S.add(n)\n\treturn n + 1\nend\nfunction S:run()\n\treturn self:add(1)\nend\nreturn S",
        "local S = setmetatable({}, {})\nfunction S.load(player: Player)\n\tprint(player)\nend\nS:load(game.Players.LocalPlayer)",
    ],
}

SILENT = {
    "missing-self": [
        "local Door = {}\nfunction Door:open()\n\tself.isOpen = true\nend\nreturn Door",
        "local Door = {}\nfunction Door.open(self)\n\tself.isOpen = true\nend\nreturn Door",
        "local Door = {}\nfunction Door.new()\n\tlocal self = setmetatable({}, Door)\n\tself.isOpen = true\n\treturn self\nend\nreturn Door",
        "local Door = {}\nfunction Door:open()\n\ttask.spawn(function()\n\t\tself.isOpen = true\n\tend)\nend\nreturn Door",
        "local Door = {}\nfunction Door.new()\n\tself = {}\n\treturn self\nend\nreturn Door",
        "local Door = {}\nfunction Door.name()\n\treturn 'self', Door.self\nend\nreturn Door",
        "print(self)",
    ],
    "dot-definition-self": [
        "local Shop = {}\nfunction Shop.buy(item)\n\tprint(item)\nend\nShop.buy('sword')",
        "local Shop = {}\nfunction Shop.buy(self, item)\n\tprint(self, item)\nend\nShop:buy('sword')\nShop.buy(Shop, 'sword')",
        "local Shop = {}\nfunction Shop:buy(item)\n\tprint(self, item)\nend\nShop:buy('sword')\nShop.buy(Shop, 'sword')",
        "local Base = {}\nfunction Base:init()\n\tself.ok = true\nend\nlocal Sub = {}\nfunction Sub:init()\n\tBase.init(self)\nend\nreturn Sub",
        "local Shop = {}\nfunction Shop.start()\n\tprint('no parameters to mix up')\nend\nShop:start()",
        "local Shop = {}\nfunction Shop:buy()\n\tprint(self)\nend\npcall(Shop.buy, Shop)",
        "local Shop = {}\nfunction Shop.buy(_, item)\n\tprint(item)\nend\nShop:buy('sword')",
        "local A, B = {}, {}\nfunction A.go(x)\n\tprint(x)\nend\nfunction B:go()\n\tprint(self)\nend\nB:go()\nA.go(1)",
        "local Shop = {}\nfunction Shop.new()\n\treturn setmetatable({}, Shop)\nend\nlocal shop = Shop.new()\nshop:buy('sword')",
        "local Shop = {}\nfunction Shop:close()\n\tprint('self is not used')\nend\nShop.close()",
        "local S = {}\nfunction S.run(x)\n\tprint(x)\nend\nS.run = function(self)\n\tprint(self)\nend\nS:run()",
    ],
}
