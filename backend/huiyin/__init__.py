"""Huiyin 回音: tips, leads and accountability for an office against organised crime."""
