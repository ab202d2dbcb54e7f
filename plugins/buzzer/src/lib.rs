//! The buzzer: tone edges to samples, and the samples to the speaker
