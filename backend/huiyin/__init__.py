"""Huiyin 回音: tips, leads and accountability for offices against organised crime."""
