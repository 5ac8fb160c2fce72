"""One mistake planted into a file of `good/`: in which file, what stands there, what is written instead, which check sees it.

`§` marks the place of the finding where it is not on the first line of what is written.
"""

from typing import NamedTuple


class Planted(NamedTuple):
    file: str
    old: str
    new: str
    check: str


_BUGS = """
round_system.luau|if not humanoid then
			continue
		end
		alive[player] = true
		table.insert(
			connections,
			humanoid.Died|alive[player] = true
		table.insert(
			connections,
			§humanoid.Died|unchecked-find-first-child
round_system.luau|local wins = leaderstats and leaderstats:FindFirstChild("Wins")
		if wins then
			wins.Value += 1
		end|leaderstats.Wins.Value += 1|unchecked-find-first-child
round_system.luau|if character then
			local spawnPart = spawns[(index - 1) % #spawns + 1]
			character:PivotTo(spawnPart.CFrame + Vector3.new(0, 4, 0))
		end|local spawnPart = spawns[(index - 1) % #spawns + 1]
		§character:PivotTo(spawnPart.CFrame + Vector3.new(0, 4, 0))|character-nil
leaderstats.server.luau|if kills then
			kills.Value += 1
		end|§kills.Value += 1|unchecked-find-first-child
raycast_weapon.luau|if not humanoid then
		return
	end
	local multiplier = if hit.Name == "Head" then HEADSHOT_MULTIPLIER else 1
	humanoid|local multiplier = if hit.Name == "Head" then HEADSHOT_MULTIPLIER else 1
	§humanoid|unchecked-find-first-child
pathfinding_npc.luau|humanoid = humanoid,|humanoid = model:FindFirstChild("Rig"):FindFirstChildOfClass("Humanoid"),|unchecked-find-first-child
vehicle_class.luau|self.seat = seat|self.seat = seat:FindFirstAncestorOfClass("Model").PrimaryPart|unchecked-find-first-child
tool.client.luau|if not animator then
		return nil
	end
	return animator|§return animator|unchecked-find-first-child
coin_spawner.server.luau|return area.CFrame|return workspace:FindFirstChild("CoinArea").CFrame|unchecked-find-first-child
camera_controller.luau|return character and character:FindFirstChild|return character:FindFirstChild|character-nil
pet_follow.luau|if not character then
			continue
		end
		local goal = character|§local goal = character|character-nil
ui_health_bar.client.luau|if player.Character then
	onCharacterAdded(player.Character)
end|onCharacterAdded(player.Character.PrimaryPart.Parent)|character-nil
leaderboard.server.luau|	refresh()
	task.wait(REFRESH_INTERVAL)|	refresh()|-
day_night.server.luau|RunService.Heartbeat:Connect(function(deltaTime)|while true do
	setLamps(not areLampsOn)
end
RunService.Heartbeat:Connect(function(deltaTime)|infinite-loop-no-yield
sorting.luau|			i += 1
			list[i], list[j] = list[j], list[i]|			i += 1
			while true do
				list[i], list[j] = list[j], list[i]
			end|-
player_data_service.luau|	local ok, message = retry(function()
		return store:UpdateAsync(keyFor(player), function()
			return data
		end)
	end)
	if not ok then
		warn(`could not save the data of {player.Name}: {message}`)
	end|	store:SetAsync(keyFor(player), data)|datastore-no-pcall
leaderboard.server.luau|local ok, pages = pcall(winsStore.GetSortedAsync, winsStore, false, PAGE_SIZE)
	if not ok then
		warn("Leaderboard refresh failed:", pages)
		return
	end|local pages = winsStore:GetSortedAsync(false, PAGE_SIZE)|datastore-no-pcall
session_store.luau|	local store = DataStoreService:GetDataStore(storeName)
|	local store = DataStoreService:GetDataStore(storeName)
	store:RemoveAsync(key)
|-
leaderboard.server.luau|local ok, name = pcall(Players.GetNameFromUserIdAsync, Players, userId)
	if not ok then
		return "[unknown]"
	end|local name = Players:GetNameFromUserIdAsync(userId)|async-call-no-pcall
promise_chain.luau|local ok, response = pcall(HttpService.RequestAsync, HttpService, {
			Url = BASE_URL .. path,
			Method = "GET",
		})|local ok, response = true, HttpService:GetAsync(BASE_URL .. path)|-
teleport_queue.luau|local ok, message = pcall(TeleportService.TeleportAsync, TeleportService, PLACE_ID, players, options)
	if not ok then
		warn(`teleport failed: {message}`)
	end|TeleportService:TeleportAsync(PLACE_ID, players, options)|async-call-no-pcall
teleport_queue.luau|local ok, message = pcall(queue.RemoveAsync, queue, tostring(player.UserId))
	if not ok then
		warn(`could not leave the queue: {message}`)
	end|queue:RemoveAsync(tostring(player.UserId))|async-call-no-pcall
session_store.luau|	return self.isActive and write(self, false)|	pcall(write, self, false)
	return self.isActive|ignored-pcall-result
shop_remotes.luau|if grantCoins(player, amount) then
		return Enum.ProductPurchaseDecision.PurchaseGranted
	end
	return Enum.ProductPurchaseDecision.NotProcessedYet|grantCoins(player, amount)|process-receipt-no-decision"""
