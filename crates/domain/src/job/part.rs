//! In which of its tenant's objects a job is. The first holds jobs until it is full, then the next one does; a job never
//! moves, and its id says where it is, so that nobody has to keep a list.

/// How many objects a tenant's jobs may be in.
pub const MAX_PARTS: u16 = 20;

/// How many jobs one object takes before the next one does.
pub const JOBS_A_PART: u32 = 50_000;

/// Marks the random bytes of a job's id with the object that it is in. Twelve of their eighty bits say so.
#[must_use]
pub const fn marked(part: u16, random: [u8; 10]) -> [u8; 10] {
    let [high, low] = (part & 0x0fff).to_be_bytes();
    let mut marked = random;
    marked[0] = high;
    marked[1] = low;
    marked
}

/// In which object a job is, by the twelve bits that follow the time in its id. Ids that were made before there were
/// several objects have anything there, and their jobs are in the first: where a job is not found in another object, it
/// is looked for in that one.
#[must_use]
pub const fn part_of(lead: u16) -> u16 {
    if lead < MAX_PARTS { lead } else { 0 }
}

#[cfg(test)]
mod tests {
    use ids::JobId;

    use super::*;

    #[test]
    fn an_id_says_where_its_job_is_and_keeps_its_time_and_the_rest_of_its_chance() {
        for part in 0..MAX_PARTS {
            let id = JobId::from_parts(1_795_330_800_000, marked(part, [0xab; 10]));
            assert_eq!(part_of(id.lead()), part);
            assert_eq!(id.unix_ms(), 1_795_330_800_000);
            let other = JobId::from_parts(1_795_330_800_000, marked(part, [0xac; 10]));
            assert_ne!(id, other);
        }
    }

    #[test]
    fn an_id_of_anything_else_is_of_the_first_object() {
        for lead in [MAX_PARTS, 100, 0x0fff] {
            assert_eq!(part_of(lead), 0);
        }
        let id = JobId::from_parts(1, [0xff; 10]);
        assert_eq!(id.lead(), 0x0fff);
    }
}
