"""Idioms of other languages: how a line with a syntax error shows them, and what to write instead.

Each row is a regular expression for one line, the language, and the hint. Contents of strings and comments are blanked out
before (`foreign.py`), so that `""` stands for any string. The first row that matches counts; rows that could match Luau too
ask for more of the line. They are tried on lines with an error only.
"""

_HEAD = r"^\s*(?:\}\s*)?(?:if|else if|elseif|for|foreach|while|switch)\b"
_TYPES = r"(?:int|float|double|bool|boolean|string|String|char|long|short|byte|unsigned|size_t|auto|var|final|object)"
_ACCESS = r"(?:public|private|protected|internal|static|readonly|override|virtual|abstract)"
_LOCAL = "write `local name = value`"
_FUNCTION = "write `local function name(...) ... end`"
_REQUIRE = "write `local module = require(path)`"
_PCALL = "write `local ok, result = pcall(function() ... end)`"
_LAMBDA = "write `function(x) return ... end`"
_LIST = "write a list as `{ 1, 2 }`"
_LOOP = "write `for i = first, last do ... end` or `for key, value in items do ... end`"
_TERNARY = "write `if condition then a else b`"
_BRACES = "a block has no braces: `then`, `do` or the parameters begin it, `end` closes it"
_COLON = "write `then` or `do`, and close the block with `end`"
_DOCUMENT = "write `-- comment` or `--[[ comment ]]`"

IDIOMS: tuple[tuple[str, str | None, str], ...] = (
    # Lines that are comments elsewhere come first: any word may stand in them.
    (r"^\s*//", "C/JavaScript", "write `-- comment`"),
    (r"/\*|^\s*\*\s.*\*/|\*/", "C/JavaScript", "write `--[[ comment ]]`"),
    (
        r"^\s*#\s*(?:include|define|ifdef|ifndef|pragma|endif)\b",
        "C",
        "Luau has no preprocessor: write `require(path)` for a module",
    ),
    (r"^\s*#", "Python", "write `-- comment`"),
    (r'"""|\'\'\'|^\s*"".', "Python", _DOCUMENT),
    (r"^\s*```|^\s*~~~", "Markdown", "remove the line: it belongs to the text around the code"),
    (r"^\s*\.\.\.(?!\s*[,)=])", None, "a placeholder is no code: write `-- ...`"),
    (r"&(?:lt|gt|amp|quot|apos|nbsp|#\d+);", "HTML", "write the character itself: `<`, `>`, `&` or a quote"),
    (r"[“”„«»]", "word processor", 'write straight quotes: `"`'),
    (r"[‘’‚]", "word processor", "write straight quotes: `'`"),
    ("≠", "mathematics", "write `~=`"),
    ("≤", "mathematics", "write `<=`"),
    ("≥", "mathematics", "write `>=`"),
    (r"[\u2212\u2013]", "word processor", "write `-`"),
    ("×", "mathematics", "write `*`"),
    # Lua 5.2 to 5.4
    (r"<\s*const\s*>", "Lua 5.4", "write `const name = value`"),
    (r"<\s*close\s*>", "Lua 5.4", "Luau has no variables that close themselves"),
    (r"\bgoto\s+\w+", "Lua 5.4", "use `continue`, `break` or a function"),
    (r"^\s*::\s*\w+\s*::", "Lua 5.4", "Luau has no labels: use `continue`, `break` or a function"),
    # Python
    (r"^\s*(?:async\s+)?def\s+\w+\s*\(.*:\s*$", "Python", _FUNCTION),
    (r"^\s*(?:async\s+)?def\s+\w+\s*\(.*\)\s*->", "Python", _FUNCTION),
    (r"^\s*def\s+[\w.]+", "Python/Ruby", _FUNCTION),
    (r"(?:^|\s)elif\b", "Python", "write `elseif condition then`"),
    (r"^\s*class\s+\w+\s*(?:\(.*\))?\s*:", "Python", "Luau has tables and setmetatable instead of classes"),
    (r"^\s*from\s+[\w.]+\s+import\b", "Python", _REQUIRE),
    (r"^\s*try\s*:", "Python", _PCALL),
    (r"^\s*except\b", "Python", "test the first result of pcall"),
    (r"^\s*finally\s*:", "Python", "write it after the pcall"),
    (r"^\s*with\s+.*:\s*$", "Python", "Luau has no context managers: write the calls"),
    (r"\blambda\b[^:]*:", "Python", _LAMBDA),
    (r"^\s*pass\s*;?\s*$", "Python", "an empty block needs no word"),
    (r"^\s*raise(?:\s+\w|\s*$)", "Python", "write `error(message)`"),
    (r"^\s*del\s+\w", "Python", "assign nil to it"),
    (r"^\s*(?:global|nonlocal)\s+\w", "Python", "declare it with `local` outside the function"),
    (r"^\s*assert\s+\w", "Python", "write `assert(condition, message)`"),
    (r"[\[{(].*\bfor\s+\w+(?:\s*,\s*\w+)*\s+in\b.*[\])}]", "Python", "Luau has no comprehensions: write a loop"),
    (r"\bis\s+not\b", "Python", "write `~=`"),
    (r"\bnot\s+in\b", "Python", "write `not table.find(list, value)`"),
    (r"\bis\s+[\w\"']+(?=\s*(?:$|[:)]|(?:then|and|or|do)\b))", "Python", "write `==`"),
    (r"[\w)\]]\s*\*\*\s*[\w(]", "Python", "write `base ^ exponent`"),
    (r"\b[fFrRbu]{1,2}[\"']", "Python", "write `` `text {value}` ``"),
    (r"[\"']\s*%\s*[\w(]", "Python", "write `string.format(text, value)`"),
    (r"^\s*print\s+[\"'`\w]", "Python 2", "write `print(value)`"),
    (r"=.*[^\s=,(]\s+if\s+(?:(?!\bthen\b).)+\belse\b(?!.*\bthen\b)", "Python", _TERNARY),
    (r"\breturn\s+.*\S\s+if\s+(?:(?!\bthen\b).)+\belse\b(?!.*\bthen\b)", "Python", _TERNARY),
    (
        r"^\s*@(?:staticmethod|classmethod|property|dataclass|abstractmethod|override|cache)\b",
        "Python",
        "remove it: Luau has no such decorator",
    ),
    (r"^\s*if\s+__name__\b", "Python", "a script runs from its first line: remove the test"),
    (r"^\s*(?:if|elif|else|for|while)\b(?!.*\b(?:then|do)\b).*:\s*(?:continue|break|return\b.*|pass)\s*$", "Python", _COLON),
    (r"^\s*(?:if|elseif|else|for|while)\b.*:\s*$", "Python", _COLON),
    (
        r"^\s*[\w.]+\s*:\s*(?:list|dict|tuple|set|str|int|float|bool|Optional|List|Dict)\b[^=]*=",
        "Python",
        "write `local name: Type = value`",
    ),
    (r"\[\s*-?\w*\s*:\s*-?\w*\s*\](?!\s*[=?]|:\s)", "Python", "write `string.sub(text, first, last)`, or table.move for a list"),
    # Ruby, Rust, Go
    (r"^\s*unless\b", "Ruby", "write `if not condition then`"),
    (r"^\s*elsif\b", "Ruby", "write `elseif condition then`"),
    (r"\bdo\s*\|[\w\s,]+\|", "Ruby", "write `for _, value in items do`"),
    (r"^\s*puts\s", "Ruby", "write `print(value)`"),
    (r"^\s*(?:pub\s+)?fn\s+\w+", "Rust", _FUNCTION),
    (r"^\s*let\s+mut\b", "Rust", _LOCAL),
    (r"^\s*func\s+(?:\([^)]*\)\s*)?\w+\s*\(", "Go/Swift", _FUNCTION),
    (r"^\s*impl\b", "Rust", "Luau has tables and setmetatable instead of classes"),
    (r"\w\s*:=", "Go", "write `local name = value`, or `name = value` for one that exists"),
    # TypeScript, then JavaScript
    (r"^\s*readonly\s+\w", "TypeScript", "write `read name: Type`"),
    (r"^\s*(?:export\s+)?interface\s+\w+", "TypeScript", "write `type Name = { ... }`"),
    (r"^\s*(?:export\s+)?(?:const\s+)?enum\s+\w+", "TypeScript", "write a table of constants"),
    (
        r"^\s*(?:public|private|protected)\s+\w+\s*(?:<[^>]*>)?\s*[(:?]",
        "TypeScript",
        "Luau has no access words: `local` is private to its scope",
    ),
    (r"\w\?\s*:\s*[\w{(]", "TypeScript", "write an optional value as `name: Type?`"),
    (r":\s*[\w.]+(?:<[^>]*>)?\[\s*\]|\bany\[\s*\]", "TypeScript", "write `{ Type }` for a list type"),
    (r"\bas\s+(?:const|[A-Z]\w*|string|number|any|unknown)\b", "TypeScript", "write `value :: Type`"),
    (r"\b(?:keyof\s+typeof|typeof|keyof)\s+[A-Za-z]\w*", "TypeScript", "write `keyof<typeof(value)>` or `typeof(value)`"),
    (r"[:>]\s*(?:\([^)]*\)\s*=>\s*)void\b|\)\s*:\s*void\b", "TypeScript", "write `(value: Type) -> ()`"),
    (r"\basync\s+(?:function\b|\()", "JavaScript", "every Luau function may yield: leave the word out"),
    (r"\bawait\s+[\w(]", "JavaScript", "a call that yields needs no word"),
    (r"\bfunction\b.*\)\s*:\s*[\w\s|<>.]+\{\s*$", "TypeScript", _BRACES),
    (r"\bexport\s+default\b", "JavaScript", "write `return value` at the end of the module"),
    (r"^\s*import\s*(?:[\w*{].*\bfrom\b|\{|[\"'])", "JavaScript", _REQUIRE),
    (r"^\s*import\s+\w", "Python/JavaScript", _REQUIRE),
    (r"\blocal\s*\(", "Python", "write `local a, b = 1, 2` without brackets"),
    (_HEAD + r"\s*(?:each\s*)?\(\s*(?:const|let|var)\b", "JavaScript", _LOOP),
    (r"^\s*for(?:each)?\s*\(", "C/JavaScript", _LOOP),
    (r"\b(?:const|let|var|local)\s*[\[{]\s*\w", "JavaScript", "write `local a, b = value.a, value.b`"),
    (r"^\s*(?:let|var)\s+\w+", "JavaScript/C#", _LOCAL),
    (r"\bnew\s+[A-Z]\w*[\w.]*\s*(?:<[^>]*>)?\s*\(.*;\s*$|^\s*[A-Z]\w*\s+\w+\s*=\s*new\b", "C#/Java", "write `Type.new(...)`"),
    (r"^\s*throw\b", "C/JavaScript", "write `error(message)`"),
    (r"\bnew\s+[A-Za-z]\w*", "JavaScript", "write `Type.new(...)`"),
    (r"=>\s*void\b", "TypeScript", "write a function type as `(value: Type) -> ()`"),
    (r"\)\s*=>|(?:[(,=]|\breturn)\s*\w+\s*=>", "JavaScript", _LAMBDA),
    (r"===|!==", "JavaScript", "write `==` and `~=`"),
    (r"\?\?\s*[\w\"'({\[-]", "JavaScript", "write `value or default`"),
    (r"\[\s*\w+\s*:\s*\w+\s*\]\s*:\s", "TypeScript", "write `[KeyType]: ValueType`"),
    (r"\?\.", "JavaScript", "test for nil first: `x and x.y`"),
    (r"\$[\"']", "C#", "write `` `text {value}` ``"),
    (r"`[^`]*\$\{", "JavaScript", "write `{value}` without `$`"),
    (r"\btry\s*\{", "C/JavaScript", _PCALL),
    (r"\bcatch\b\s*(?:\(|\{)|^\s*\}\s*catch\b|\bfinally\s*\{", "C/JavaScript", "test the first result of pcall"),
    (r"\bswitch\s*\(", "C/JavaScript", "write `if ... elseif ... end`, or index a table"),
    (r"^\s*case\b.*:|^\s*default\s*:", "C/JavaScript", "write `elseif value == ... then`"),
    (r"^\s*class\s+\w+", "Python/JavaScript", "Luau has tables and setmetatable instead of classes"),
    # C and its heirs
    (r"!=", "C/JavaScript", "write `~=`"),
    (r"&&", "C/JavaScript", "write `and`"),
    (r"\|\|", "C/JavaScript", "write `or`"),
    (r"<>", "SQL/Pascal", "write `~=`"),
    (r"\+\+", "C/JavaScript", "write `x += 1`"),
    (r"[A-Za-z_\]]->[A-Za-z_]", "C++", "write `object.field` or `object:method()`"),
    (r"(?<![\w:)\]}\"'])\b[A-Z]\w*::[A-Z]\w*(?:::\w+)*", "C++", "write `Enum.Name.Item`: `::` gives a value a type"),
    (r"\w\s*\?\s*[^:?.]+\s:\s", "C/JavaScript", _TERNARY),
    (r"\w\s+\?\s*[\w\"'(\[{-]", "C/JavaScript", _TERNARY),
    (rf"^\s*(?:{_ACCESS}\s+)+\w", "C#/Java", "Luau has no access words: `local` is private to its scope"),
    (r"^\s*void\s+\w+\s*\(", "C", _FUNCTION),
    (rf"^\s*(?:const\s+)?{_TYPES}(?:\[\])?\s+\w+\s*(?:[=;]|$)", "C", "write `local name: Type = value`"),
    (rf"^\s*{_TYPES}\s+\w+\s*\(.*\)\s*\{{?\s*$", "C", _FUNCTION),
    (r"^\s*[A-Z][\w.]*(?:<[\w, ]+>)?\s+\w+\s*=.*;\s*$", "C#/Java", "write `local name: Type = value`"),
    (r"\bdo\s*\{\s*$", "C/JavaScript", "write `repeat ... until condition`"),
    (r"\bdo\s*\{", "C/JavaScript", "write `repeat ... until condition`"),
    (r"\belse\s*\{|\}\s*else\b", "C/JavaScript", "write `else ... end`"),
    (_HEAD + r".*\)\s*\{\s*$", "C/JavaScript", _BRACES),
    (r"\bfunction\b[^{}]*\)\s*\{", "C/JavaScript", _BRACES),
    (r"^\s*(?:[\w.]+\s+)?\w+\s*\([\w\s,:]*\)\s*\{\s*$", "C/JavaScript", _BRACES),
    (r"(?:[=,(]|\breturn)\s*\[(?:\s*$|[^\]=]*\](?!\s*=))", "JavaScript/Python", _LIST),
    (r"[\d)\s]<<", "C/Lua 5.4", "write `bit32.lshift(a, b)`"),
    (r"[\d)\s]>>[\d(\s]", "C/Lua 5.4", "write `bit32.rshift(a, b)`"),
    (r"(?<!-)--\s*;?\s*$", "C/JavaScript", "write `x -= 1`"),
    (r"[\w)\]]\s*&\s*[\w(]", "C/Lua 5.4", "write `bit32.band(a, b)`"),
    (r"^(?!\s*(?:export\s+)?type\b)[^:]*[\w)\]]\s*\|\s*[\w(]", "C/Lua 5.4", "write `bit32.bor(a, b)`"),
    (r"~(?!=)", "C/Lua 5.4", "write `bit32.bnot(a)` or `bit32.bxor(a, b)`"),
    (r"\bNone\b", "Python", "write `nil`"),
    (r"\b(?:null|undefined)\b", "JavaScript", "write `nil`"),
    (r"![\w(]", "C/JavaScript", "write `not`"),
)
