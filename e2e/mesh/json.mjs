//! JSON in which integers past 2^53 are bigints, in both directions.

/** Reads JSON. */
export const parse = (text) =>
  JSON.parse(text, (_, value, { source }) =>
    typeof value === "number" && /^-?\d+$/.test(source) && !Number.isSafeInteger(value) ? BigInt(source) : value,
  );

/** Writes JSON. */
export const stringify = (value) =>
  JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? JSON.rawJSON(inner.toString()) : inner));
