"""运行状态: what 系统管理员 sees of the background half of the portal."""
