"""MarketplaceService and BadgeService."""

import pytest

from tests.scorers.world.worlds import check

CASES = {
    "receipts": """
        local seen
        Market.ProcessReceipt = function(info)
            seen = info
            return Enum.ProductPurchaseDecision.PurchaseGranted
        end
        expect(world:buy(ann, 77, "p-1")).toBe(Enum.ProductPurchaseDecision.PurchaseGranted)
        expect({ seen.PlayerId, seen.ProductId, seen.PurchaseId }).toEqual({ ann.UserId, 77, "p-1" })
    """,
    "every_purchase_has_its_id": """
        local ids = {}
        Market.ProcessReceipt = function(info)
            table.insert(ids, info.PurchaseId)
            task.wait(1)
            return Enum.ProductPurchaseDecision.NotProcessedYet
        end
        expect(world:buy(ann, 1)).toBe(Enum.ProductPurchaseDecision.NotProcessedYet)
        world:buy(ann, 1)
        expect({ #ids, ids[1] == ids[2] }).toEqual({ 2, false })
    """,
    "a_handler_that_raises_has_not_processed": """
        expect(world:buy(ann, 1)).toEqual(nil)
        Market.ProcessReceipt = function() error("broken") end
        expect(world:buy(ann, 1)).toBe(Enum.ProductPurchaseDecision.NotProcessedYet)
        expect(#world:errors()).toEqual(1)
    """,
    "passes": """
        expect(Market:UserOwnsGamePassAsync(ann.UserId, 5)).toEqual(false)
        world:ownGamePass(ann, 5)
        expect(Market:UserOwnsGamePassAsync(ann.UserId, 5)).toEqual(true)
        expect(Market:UserOwnsGamePassAsync(ann.UserId, 6)).toEqual(false)
    """,
    "prompts": """
        local seen = {}
        Market.PromptGamePassPurchaseFinished:Connect(function(...) table.insert(seen, { ... }) end)
        Market.PromptProductPurchaseFinished:Connect(function(...) table.insert(seen, { ... }) end)
        Market:PromptGamePassPurchase(ann, 5)
        Market:PromptProductPurchase(ann, 6)
        expect(world:promptCalls()).toEqual({ { kind = "GamePass", player = ann, id = 5 }, { kind = "Product", player = ann,
            id = 6 } })
        world:finishPrompt(ann, "GamePass", 5, true)
        world:finishPrompt(ann, "Product", 6, false)
        expect(seen).toEqual({ { ann, 5, true }, { ann.UserId, 6, false } })
        expect(Market:UserOwnsGamePassAsync(ann.UserId, 5)).toEqual(true)
        expect(function() Market:PromptProductPurchase(nil, 6) end).toThrow("player should be of type Player")
    """,
    "badges": """
        local Badges = game:GetService("BadgeService")
        expect(Badges:UserHasBadgeAsync(ann.UserId, 3)).toEqual(false)
        expect(Badges:AwardBadge(ann.UserId, 3)).toEqual(true)
        expect(Badges:UserHasBadgeAsync(ann.UserId, 3)).toEqual(true)
    """,
}


@pytest.mark.parametrize("body", CASES.values(), ids=CASES.keys())
def test_market(body: str) -> None:
    check('local Market, ann = game:GetService("MarketplaceService"), world:join("Ann")\n' + body)
