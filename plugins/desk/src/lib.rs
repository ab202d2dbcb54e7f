//! Menus, shelf, settings, first start
