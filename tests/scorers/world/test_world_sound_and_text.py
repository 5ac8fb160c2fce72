"""Sounds, text measuring and filtering, the time of day."""

import pytest

from tests.scorers.world.worlds import check

CASES = {
    "a_sound_plays_and_ends": """
        local seen = {}
        for _, name in { "Played", "Ended", "Stopped" } do
            sound[name]:Connect(function(id) table.insert(seen, name .. " " .. id) end)
        end
        sound.SoundId = "rbxassetid://1"
        sound:Play()
        expect({ sound.IsPlaying, sound.Playing }).toEqual({ true, true })
        world:advance(sound.TimeLength + 0.1)
        expect(sound.IsPlaying).toEqual(false)
        sound:Play()
        sound:Stop()
        sound:Stop()
        expect(seen).toEqual({ "Played rbxassetid://1", "Ended rbxassetid://1", "Played rbxassetid://1",
            "Stopped rbxassetid://1" })
    """,
    "loops_pauses_and_the_playing_property": """
        local loops = 0
        sound.DidLoop:Connect(function() loops += 1 end)
        sound.Looped = true
        sound.Playing = true
        world:advance(sound.TimeLength * 2.5)
        expect({ loops, sound.IsPlaying }).toEqual({ 2, true })
        sound:Pause()
        local at = sound.TimePosition
        world:advance(5)
        expect({ sound.TimePosition, sound.IsPaused }).toEqual({ at, true })
        sound:Resume()
        expect(sound.IsPlaying).toEqual(true)
        sound.Playing = false
        expect(sound.IsPlaying).toEqual(false)
    """,
    "ended_can_be_waited_for": """
        sound.PlaybackSpeed = 2
        sound:Play()
        sound.Ended:Wait()
        expect(world:time()).toBeCloseTo(sound.TimeLength / 2)
    """,
    "local_sounds": """
        game:GetService("SoundService"):PlayLocalSound(sound)
        expect(sound.IsPlaying).toEqual(true)
        expect(function() game:GetService("SoundService"):PlayLocalSound(nil) end).toThrow("Argument 1 missing or nil")
    """,
    "text_is_measured": """
        local Text = game:GetService("TextService")
        expect(Text:GetTextSize("abcd", 20, Enum.Font.Gotham, Vector2.new(1000, 1000))).toEqual(Vector2.new(40, 20))
        expect(Text:GetTextSize("abcd", 20, Enum.Font.Gotham, Vector2.new(20, 1000))).toEqual(Vector2.new(20, 40))
        local label = Instance.new("TextLabel")
        label.Text, label.TextSize = "abc", 10
        expect(label.TextBounds).toEqual(Vector2.new(15, 10))
    """,
    "text_is_filtered": """
        local Text, ann = game:GetService("TextService"), world:join("Ann")
        local result = Text:FilterStringAsync("a BadWord here", ann.UserId)
        expect(result:GetNonChatStringForBroadcastAsync()).toEqual("a ####### here")
        expect(function() Text:FilterStringAsync(nil, 1) end).toThrow("Argument 1 missing or nil")
    """,
    "the_time_of_day": """
        local Lighting = game:GetService("Lighting")
        expect({ Lighting.ClockTime, Lighting.TimeOfDay }).toEqual({ 14, "14:00:00" })
        Lighting.TimeOfDay = "06:30:00"
        expect({ Lighting.ClockTime, Lighting:GetMinutesAfterMidnight() }).toEqual({ 6.5, 390 })
        Lighting:SetMinutesAfterMidnight(60)
        expect(Lighting.TimeOfDay).toEqual("01:00:00")
        Lighting.ClockTime = 25
        expect(Lighting.ClockTime).toEqual(1)
    """,
}


@pytest.mark.parametrize("body", CASES.values(), ids=CASES.keys())
def test_sound_and_text(body: str) -> None:
    check('local sound = Instance.new("Sound", workspace)\n' + body)
