"""The simulated Studio: play mode."""

from tests.scorers.world.studio_calls import GAME, SETUP, call, check


class TestPlay:
    def test_play_runs_scripts_and_stop_restores_the_place(self) -> None:
        check(
            [
                call("get_console_output"),
                call("start_stop_play"),
                call("get_studio_mode"),
                call("get_instance_children", path="Workspace"),
                call("get_console_output"),
                call("get_console_output", limit=2),
                call("start_stop_play"),
                call("get_studio_mode"),
            ],
            """
            expect(calls[1].result).toEqual({})
            expect(calls[2].result).toEqual({ mode = "Play" })
            expect(calls[3].result).toEqual({ mode = "Play" })
            expect(#calls[4].result).toEqual(3)
            expect(calls[5].result).toEqual({ "one", "Player1", "two", "ServerScriptService.Greeter:10: three" })
            expect(calls[6].result).toEqual({ "two", "ServerScriptService.Greeter:10: three" })
            expect(calls[8].result).toEqual({ mode = "Edit" })
            expect(#workspace:GetChildren()).toEqual(1)
            expect(#game:GetService("Players"):GetPlayers()).toEqual(0)
            local names = {}
            for index, child in house:GetChildren() do
                names[index] = child.Name
            end
            expect(names).toEqual({ "Door1", "Door2", "Door3", "a.b" })
            expect(house.Door1:FindFirstChild("PointLight") ~= nil).toEqual(true)
            expect(house.Door2.Transparency).toEqual(0)
            expect(house:GetAttribute("Open")).toEqual(nil)
            expect(house:HasTag("Open")).toEqual(false)
            expect(#game:GetService("CollectionService"):GetTagged("Open")).toEqual(0)
            """,
            SETUP + GAME,
        )

    def test_each_play_begins_anew(self) -> None:
        check(
            [call("start_stop_play")] * 3,
            'expect(world:output()[1]).toEqual("one") expect(#world:warnings()).toEqual(1)'
            ' expect(world:studioMode()).toEqual("Play")'
            " world:advance(1) expect(#world:warnings()).toEqual(2)",
            SETUP + GAME,
        )

    def test_nothing_goes_on_after_stop(self) -> None:
        loop = """
        local s = Instance.new("Script")
        s.Source = "while true do task.wait(0.4) print('tick') end"
        s.Parent = workspace
        """
        check(
            [call("start_stop_play"), call("start_stop_play")],
            "expect(#world:output()).toEqual(2) world:advance(3) expect(#world:output()).toEqual(2)"
            " expect(world:errors()).toEqual({})",
            loop,
        )

    def test_what_is_changed_during_play_is_lost(self) -> None:
        check(
            [
                call("start_stop_play"),
                call("create_object", className="Part", parent="Workspace.House"),
                call("set_property", path="Workspace.House.Door3", property="Name", value="Gate"),
                call("start_stop_play"),
            ],
            "expect(calls[3].ok).toEqual(true) expect(#house:GetChildren()).toEqual(4)"
            ' expect(house:FindFirstChild("Gate")).toEqual(nil)',
        )

    def test_scripts_that_come_during_play_run(self) -> None:
        check(
            [
                call("create_object", className="Script", parent="ServerScriptService", properties={"Source": 'print("early")'}),
                call("start_stop_play"),
                call("create_object", className="Script", parent="ServerScriptService", properties={"Source": 'print("late")'}),
            ],
            'expect(world:output()).toEqual({ "early", "late" })',
        )

    def test_modules_load_anew(self) -> None:
        module = """
        local m = Instance.new("ModuleScript")
        m.Name = "Config"
        m.Source = "return 1"
        m.Parent = game.ReplicatedStorage
        local s = Instance.new("Script")
        s.Source = "print(require(game.ReplicatedStorage.Config))"
        s.Parent = game.ServerScriptService
        """
        change = call("set_property", path="ReplicatedStorage.Config", property="Source", value="return 2")
        check(
            [call("start_stop_play"), call("start_stop_play"), change, call("start_stop_play")],
            'expect(world:output()).toEqual({ "1", "2" })',
            module,
        )

    def test_a_call_may_say_which_way(self) -> None:
        check(
            [call("start_stop_play", action=action) for action in ("stop", "start", "start", "stop", "pause")],
            """
            local oks = {}
            for index, made in calls do
                oks[index] = made.ok
            end
            expect(oks).toEqual({ false, true, false, true, false })
            """,
        )

    def test_a_script_in_play_mode(self) -> None:
        code = 'print("here") workspace.House:ClearAllChildren() return #game:GetService("Players"):GetPlayers()'
        check(
            [
                call("run_script_in_play_mode", code=code),
                call("get_studio_mode"),
                call("run_script_in_play_mode", code="error('x')"),
            ],
            """
            expect(calls[1].result).toEqual({ output = { "here" }, returned = "1" })
            expect(calls[2].result.mode).toEqual("Edit")
            expect(calls[3].ok).toEqual(false)
            expect(world:studioMode()).toEqual("Edit")
            expect(#house:GetChildren()).toEqual(4)
            """,
        )

    def test_a_script_in_the_game_that_plays(self) -> None:
        check(
            [
                call("start_stop_play"),
                call("run_script_in_play_mode", code="workspace.House.Door1:Destroy()"),
                call("get_studio_mode"),
            ],
            'expect(calls[3].result.mode).toEqual("Play") expect(#house:GetChildren()).toEqual(3) world:stop()'
            " expect(#house:GetChildren()).toEqual(4)",
        )

    def test_tests_can_play(self) -> None:
        check(
            [
                call(
                    "create_object",
                    className="Script",
                    parent="ServerScriptService",
                    properties={"Source": 'workspace.House.Name = "Hut"'},
                )
            ],
            """
            world:play()
            expect(house.Name).toEqual("Hut")
            world:play()
            expect(world:errors()).toEqual({})
            world:stop()
            world:stop()
            expect(house.Name).toEqual("House")
            """,
        )

    def test_motion_ends_with_play(self) -> None:
        place = """
        local ball = Instance.new("Part")
        ball.Name = "Ball"
        ball.Position = Vector3.new(50, 100, 0)
        ball.Parent = workspace
        local slider = Instance.new("Part")
        slider.Name = "Slider"
        slider.Anchored = true
        slider.Parent = workspace
        local mover = Instance.new("Script")
        mover.Source = [[
        local tween = game:GetService("TweenService"):Create(workspace.Slider, TweenInfo.new(5), { Position = Vector3.one })
        tween.Completed:Connect(print)
        tween:Play()
        game:GetService("Debris"):AddItem(workspace.Ball, 20)
        game:GetService("RunService").Heartbeat:Connect(function() workspace:SetAttribute("Frames", 1) end)
        ]]
        mover.Parent = game:GetService("ServerScriptService")
        """
        check(
            [call("start_stop_play"), call("get_instance_properties", path="Workspace.Ball"), call("start_stop_play")],
            """
            expect(calls[2].result.properties.Position[2] < 90).toEqual(true)
            workspace.Ball.Anchored = true
            world:advance(30)
            expect(workspace.Ball.Position).toEqual(Vector3.new(50, 100, 0))
            expect(workspace.Slider.Position).toEqual(Vector3.zero)
            expect(workspace:GetAttributes()).toEqual({})
            expect(world:output()).toEqual({})
            """,
            place,
        )

    def test_code_of_edit_mode_does_not_reach_the_game(self) -> None:
        code = """
        workspace.House.ChildAdded:Connect(function(child) print("heard " .. child.Name) end)
        task.spawn(function()
            while true do
                task.wait(0.1)
                workspace.House.Door1.Transparency = 1
            end
        end)
        """
        check(
            [call("run_code", code=code)],
            """
            world:play()
            Instance.new("Folder", house)
            world:advance(1)
            expect(world:output()).toEqual({})
            expect(house.Door1.Transparency).toEqual(0)
            world:stop()
            Instance.new("Part", house)
            expect(world:output()).toEqual({ "heard Part" })
            """,
        )
