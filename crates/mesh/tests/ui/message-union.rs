//! A union.

#[mesh::message]
pub union Both {
    number: u32,
    float: f32,
}
