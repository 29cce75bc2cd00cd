//! The gateway from request to answer, on the host: real routing, authentication, signatures and encoding, with
//! stand-ins for the services behind it.

mod api_keys;
mod bodies;
mod degradation;
mod endpoints;
mod files;
mod hooks;
mod limits;
mod origins;
mod platform;
mod rules;
mod services;
mod subscription_services;
mod subscriptions;
mod tenancy;
mod usage;
mod workflow_services;
mod workflows;
mod world;
