//! The pipeline Worker: wiring only.
