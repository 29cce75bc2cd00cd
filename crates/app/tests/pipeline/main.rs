//! The pipeline's journeys over memory stores: from a delivery to signals, through every crash.

mod crashes;
mod journeys;
mod world;
