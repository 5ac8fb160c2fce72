"""HttpService: JSON, GUIDs, URLs."""

import pytest

from tests.scorers.world.worlds import check

CASES = {
    "encode": r"""
        local rows = {
            { { 1, 2, 3 }, "[1,2,3]" }, { {}, "[]" }, { { b = 1, a = { true } }, '{"a":[true],"b":1}' }, { "x", '"x"' },
            { 0.5, "0.5" }, { -0, "0" }, { 1e21, "1e+21" }, { 2 ^ 53, "9007199254740992" }, { { [5] = 1 }, '{"5":1}' },
            { { 1, 2, extra = 3 }, "[1,2]" }, { "a\"b\\c\n\0", '"a\\"b\\\\c\\n\\u0000"' }, { { f = print }, '{"f":null}' },
        }
        for _, row in rows do
            expect(Http:JSONEncode(row[1])).toEqual(row[2])
        end
    """,
    "encode_refuses": """
        local loop = {}
        loop.own = loop
        expect(function() Http:JSONEncode(loop) end).toThrow("cyclic")
        expect(function() Http:JSONEncode({ [true] = 1 }) end).toThrow("key")
        expect({ Http:JSONEncode({ 1 / 0, -1 / 0, 0 / 0 }) }).toEqual({ "[inf,-inf,nan]" })
    """,
    "decode": r"""
        local rows = {
            { "[1, 2 ,3]", { 1, 2, 3 } }, { '{"a": {"b": []}}', { a = { b = {} } } }, { '"\\u00e9\\ud83d\\ude00\\/"', "é😀/" },
            { "-1.5e2", -150 }, { " true ", true }, { '{"a": null}', {} }, { '""', "" },
        }
        for _, row in rows do
            expect(Http:JSONDecode(row[1])).toEqual(row[2])
        end
        expect(Http:JSONDecode("null")).toEqual(nil)
        expect(Http:JSONDecode("[1,null,3]")[3]).toEqual(3)
    """,
    "decode_refuses": r"""
        for _, text in { "", "{", "[1,]", "{'a':1}", "{a:1}", "[1 2]", "tru", "1 2", '"open', "[1]]", '{"a" 1}', '"\\x"' } do
            expect(function() Http:JSONDecode(text) end).toThrow("Can't parse JSON")
        end
        expect(function() Http:JSONDecode(nil) end).toThrow("string expected, got nil")
        expect(Http:JSONDecode("[]")).toEqual({})
    """,
    "what_is_encoded_comes_back": """
        local value = { name = "Ann", list = { 1, { deep = { false, "x" } } }, number = 0.1 + 0.2, text = "tab\\tquote\\"" }
        expect(Http:JSONDecode(Http:JSONEncode(value))).toEqual(value)
        expect(Http:JSONDecode(Http:JSONEncode("\\127\\1"))).toEqual("\\127\\1")
    """,
    "guids": """
        local one, two = Http:GenerateGUID(), Http:GenerateGUID(false)
        expect(string.match(one, "^{%x+%-%x+%-4%x+%-[89AB]%x+%-%x+}$") ~= nil).toEqual(true)
        expect({ #one, #two, string.sub(one, 2, -2) ~= two }).toEqual({ 38, 36, true })
    """,
    "urls": """
        expect(Http:UrlEncode("a b&c/d?e=1.5")).toEqual("a%20b%26c%2Fd%3Fe%3D1%2E5")
    """,
}


@pytest.mark.parametrize("body", CASES.values(), ids=CASES.keys())
def test_http(body: str) -> None:
    check('local Http = game:GetService("HttpService")\n' + body)
