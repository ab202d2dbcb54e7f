//! Saves that survive crashes: envelope, generations, locks
