//! A tenant's jobs, from the call at the edge to the event in the pipeline: router, objects, alarm and tasks joined in
//! one process through the real encoding.

mod crashes;
mod firing;
mod jobs;
mod limits;
mod world;
