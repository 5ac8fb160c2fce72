"""The simulated Studio: calls, paths and code."""

import json
from typing import Any

import pytest

from scorers.execution import Limits, Status, Tests, run_tests
from tests.scorers.world.studio_calls import GAME, SETUP, call, check, refused, report


class TestCalls:
    def test_tests_see_the_calls(self) -> None:
        check(
            [call("get_studio_mode"), call("nothing", a=[1, "x"])],
            """
            expect(#calls).toEqual(2)
            expect(calls).toBe(solution)
            expect(calls[1]).toEqual({ name = "get_studio_mode", arguments = {}, ok = true, result = { mode = "Edit" } })
            expect(calls[2].name).toEqual("nothing")
            expect(calls[2].arguments).toEqual({ a = { 1, "x" } })
            expect(calls[2].ok).toEqual(false)
            expect(string.find(calls[2].result, "there is no tool 'nothing'", 1, true)).toEqual(1)
            """,
        )

    def test_no_call_is_no_answer(self) -> None:
        assert not report([], "expect(1).toEqual(1)").ok

    def test_a_call_after_a_failed_one_still_runs(self) -> None:
        check(
            [call("delete_object", path="Workspace.Nope"), call("delete_object", path="Workspace.House.Door1")],
            'expect(calls[2].ok).toEqual(true) expect(house:FindFirstChild("Door1")).toEqual(nil)',
        )

    @pytest.mark.parametrize(
        ("called", "parts"),
        [
            (call("set_property", path="Workspace.House.Door1", value=1), ["needs the argument property"]),
            (
                call("set_property", path="Workspace.House.Door1", property="Transparency", value=None),
                ["needs the argument value"],
            ),
            (call("delete_object", path=5), ["argument path", "string"]),
            (call("mass_set_property", paths="Workspace.House.Door1", property="Transparency", value=1), ["paths", "array"]),
            (call("mass_set_property", paths=[1], property="Transparency", value=1), ["paths[0]", "string"]),
            (call("create_object", className="Part", parent="Workspace", properties=[1]), ["properties", "object"]),
            (call("get_console_output", limit=1.5), ["limit", "integer"]),
            (call("get_console_output", limit=0), ["at least 1"]),
            (call("insert_model", assetId="5", parent="Workspace"), ["assetId", "number"]),
        ],
    )
    def test_arguments_are_checked_by_the_table(self, called: dict[str, Any], parts: list[str]) -> None:
        refused(called, *parts)


class TestPaths:
    @pytest.mark.parametrize(
        "path",
        [
            "Workspace.House.Door2",
            "game.Workspace.House.Door2",
            "workspace.House.Door2",
            ' Workspace["House"].Door2 ',
            "Workspace['House']['Door2']",
        ],
    )
    def test_forms(self, path: str) -> None:
        check(
            [call("set_property", path=path, property="Transparency", value=0.5)], "expect(house.Door2.Transparency).toEqual(0.5)"
        )

    def test_names_with_dots_stand_in_brackets(self) -> None:
        check(
            [
                call("get_instance_properties", path='Workspace.House["a.b"]'),
                call("delete_object", path='Workspace.House["a.b"]'),
            ],
            """expect(calls[1].result.path).toEqual('Workspace.House["a.b"]') expect(#house:GetChildren()).toEqual(3)""",
        )

    def test_game_itself(self) -> None:
        check(
            [call("get_instance_children", path="game")],
            'expect(calls[1].result[1].path).toEqual("Workspace") expect(calls[1].result[1].children).toEqual(1)',
        )

    @pytest.mark.parametrize(
        ("path", "parts"),
        [
            ("Workspace.House.Dor1", ["Workspace.House has no child 'Dor1'", "It has: Door1, Door2, Door3, a.b."]),
            ("Workspace.house.Door1", ["Workspace has no child 'house'"]),
            ("House.Door1", ["the place has no service 'House'", "Workspace"]),
            ("Workspace.House.Door2.Handle", ["It has no children."]),
            ("Workspace..House", ["is no path"]),
        ],
    )
    def test_a_missing_path_says_what_is_there(self, path: str, parts: list[str]) -> None:
        refused(call("delete_object", path=path), *parts)


class TestCode:
    def test_prints_and_returns(self) -> None:
        check(
            [
                call(
                    "run_code",
                    code='print("a", 1) warn("b") house = workspace.House return 5, house, { x = 1 }, nil, Vector3.new(1, 2, 3)',
                )
            ],
            """
            expect(calls[1].result.output).toEqual({ "a 1", "b" })
            expect(calls[1].result.returned).toEqual('5, Workspace.House, {"x":1}, nil, [1,2,3]')
            """,
        )

    def test_an_error_is_the_result(self) -> None:
        check(
            [call("run_code", code='print("before")\nerror("broken")')],
            'expect(calls[1].ok).toEqual(false) expect(calls[1].result).toEqual("before\\nrun_code:2: broken")'
            " expect(world:errors()).toEqual({})",
        )

    def test_it_may_wait(self) -> None:
        check(
            [call("run_code", code="local t = os.clock() task.wait(2) return os.clock() - t")],
            'expect(calls[1].result.returned).toEqual("2")',
        )

    def test_waiting_for_nothing_fails(self) -> None:
        check(
            [call("run_code", code='workspace:WaitForChild("Nothing")')],
            "expect(calls[1].ok).toEqual(false)"
            ' expect(string.find(calls[1].result, "did not end", 1, true) ~= nil).toEqual(true)',
        )

    def test_globals_are_not_kept(self) -> None:
        check(
            [call("run_code", code="x = 1"), call("run_code", code="return x")], 'expect(calls[2].result.returned).toEqual("nil")'
        )

    def test_history_and_selection_are_there(self) -> None:
        check(
            [
                call(
                    "run_code",
                    code="""
                    local History, Selection = game:GetService("ChangeHistoryService"), game:GetService("Selection")
                    local recording = History:TryBeginRecording("x")
                    Selection:Set({ workspace.House })
                    History:FinishRecording(recording, Enum.FinishRecordingOperation.Commit)
                    History:SetWaypoint("y")
                    return Selection:Get()[1]
                    """,
                )
            ],
            'expect(calls[1].result.returned).toEqual("Workspace.House")',
        )

    def test_scripts_do_not_run_in_edit_mode(self) -> None:
        check(
            [call("run_code", code="return 1")],
            "world:advance(1) expect(world:output()).toEqual({}) expect(#house:GetChildren()).toEqual(4)",
            SETUP + GAME,
        )

    @pytest.mark.parametrize(
        ("code", "status"),
        [
            ("while true do end", Status.TIMEOUT),
            ('local t = {} while true do t[#t + 1] = string.rep("x", 1e6) .. #t end', Status.MEMORY),
        ],
    )
    def test_code_that_never_ends_ends_the_run(self, code: str, status: Status) -> None:
        tests = Tests(None, 'test("it", function() expect(1).toEqual(1) end)', kind="tools", world=True)
        limits = Limits(cpu_seconds=0.3)
        assert run_tests(json.dumps([call("run_code", code=code)]), tests, limits=limits).status is status
