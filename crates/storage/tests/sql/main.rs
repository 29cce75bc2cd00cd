//! The very statements that run over D1, over SQLite: with the migrations, the suites of the ports, and the plans.

mod control;
mod data;
mod sqlite;
