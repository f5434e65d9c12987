"""`VirtualCharger`: one charger that a test drives step by step, or a `Life` lets live by itself.

    async with VirtualCharger(Profile(identity="CP1"), url="ws://127.0.0.1:8000/ocpp") as charger:
        await charger.boot()
        await charger.plug_in(1)
        await charger.authorize("TAG")
        session = await charger.start(1, "TAG")
        await charger.meter(1, seconds=3600)
        await charger.stop(1)
        await charger.unplug(1)

Also: go_offline(), come_back(), fault(1, "GroundFailure"), clear_fault(1), suspend(1), resume(1), heartbeat(),
data_transfer(...), reboot(), call(action, payload), send_raw(text), wait_for_call(action), `received`, `answers`
(`charger.answers["Reset"] = {"status": "Rejected"}`; NEVER for no answer; a CallError for a CALLERROR).
The implementation follows within minutes.
"""
