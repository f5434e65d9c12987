"""What a schema cannot know: members that need a meaning to be good, by name."""

SEEDS = {
    # JSON schema knows them as numbers; a real one is an EVSE, a connector, a tenth of an ampere.
    "evseId": 1,
    "connectorId": 1,
    "limit": 16,
    "minChargingRate": 6,
    # "0" is the first of a report's parts, and the last one unless it says otherwise.
    "seqNo": 0,
    "tbc": False,
    # 1.6: the value of a meter is a text.
    "multiplier": 0,
}
