//! Chance that can be had again: the same seed gives the same numbers.

/** A function that draws a whole number from `from` up to and without `to`. By the generator of Knuth's MMIX. */
export function seeded(seed) {
  let state = BigInt(seed);
  return (from, to) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return from + Number((state >> 33n) % BigInt(to - from));
  };
}
