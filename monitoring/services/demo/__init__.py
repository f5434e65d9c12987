"""The demo network's past as monitoring has it: made by the same services that keep the present."""
