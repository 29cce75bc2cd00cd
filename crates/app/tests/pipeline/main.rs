//! The pipeline's journeys over memory stores: from a delivery to signals, through every crash.

mod bad_input;
mod crashes;
mod crm;
mod dead_letters;
mod handover;
mod histories;
mod journeys;
mod rules;
mod seeds;
mod world;
