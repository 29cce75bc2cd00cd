//! JSON values against the schemas of the OpenAPI document: as much of JSON Schema 2020-12 as the document uses.

/** Where `value` isn't what `schema` says, as sentences. A keyword that isn't known here is an error, not a pass. */
export function violations(document, schema, value, place = "") {
  const found = [];
  for (const [keyword, rule] of Object.entries(schema)) {
    if (ANNOTATIONS.has(keyword)) continue;
    const check = KEYWORDS[keyword];
    if (!check) throw new Error(`the document uses \`${keyword}\`, which \`support/schema.mjs\` doesn't know`);
    found.push(...check({ document, schema, value, place }, rule));
  }
  return found;
}

const ANNOTATIONS = new Set([
  "title",
  "description",
  "example",
  "examples",
  "default",
  "format",
  "deprecated",
  "contentMediaType",
]);

const typeOf = (value) => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);
const isObject = (value) => typeOf(value) === "object";
const isOf = (type, value) => (type === "integer" ? Number.isInteger(value) : type === typeOf(value));
const when = (holds, place, text) => (holds ? [] : [`${place || "/"} ${text}`]);
const branches = ({ document, value, place }, schemas) =>
  schemas.map((schema) => violations(document, schema, value, place));

const KEYWORDS = {
  $ref: ({ document, value, place }, reference) => {
    const schema = reference
      .replace(/^#\//, "")
      .split("/")
      .reduce((at, name) => at[name], document);
    return violations(document, schema, value, place);
  },
  type: ({ value, place }, types) =>
    when(
      [types].flat().some((type) => isOf(type, value)),
      place,
      `is ${typeOf(value)} and not ${types}`,
    ),
  enum: ({ value, place }, values) => when(values.includes(value), place, `is none of ${values.join()}`),
  const: ({ value, place }, only) => when(value === only, place, `isn't ${only}`),
  required: ({ value, place }, names) =>
    isObject(value) ? names.flatMap((name) => when(Object.hasOwn(value, name), `${place}/${name}`, "is missing")) : [],
  properties: ({ document, value, place }, properties) =>
    isObject(value)
      ? Object.entries(properties)
          .filter(([name]) => Object.hasOwn(value, name))
          .flatMap(([name, schema]) => violations(document, schema, value[name], `${place}/${name}`))
      : [],
  additionalProperties: ({ document, schema, value, place }, rest) => {
    if (!isObject(value) || rest === true) return [];
    const extra = Object.keys(value).filter((name) => !Object.hasOwn(schema.properties ?? {}, name));
    if (rest === false) return extra.map((name) => `${place}/${name} is too much`);
    return extra.flatMap((name) => violations(document, rest, value[name], `${place}/${name}`));
  },
  propertyNames: ({ document, value, place }, schema) =>
    isObject(value) ? Object.keys(value).flatMap((name) => violations(document, schema, name, `${place}/${name}`)) : [],
  items: ({ document, value, place }, schema) =>
    Array.isArray(value) ? value.flatMap((item, at) => violations(document, schema, item, `${place}/${at}`)) : [],
  maxItems: ({ value, place }, most) =>
    when(!Array.isArray(value) || value.length <= most, place, "has too many items"),
  minItems: ({ value, place }, least) =>
    when(!Array.isArray(value) || value.length >= least, place, "has too few items"),
  pattern: ({ value, place }, pattern) =>
    when(typeof value !== "string" || new RegExp(pattern, "u").test(value), place, `doesn't match ${pattern}`),
  minLength: ({ value, place }, least) =>
    when(typeof value !== "string" || [...value].length >= least, place, "is too short"),
  maxLength: ({ value, place }, most) =>
    when(typeof value !== "string" || [...value].length <= most, place, "is too long"),
  minimum: ({ value, place }, least) => when(typeof value !== "number" || value >= least, place, `is below ${least}`),
  maximum: ({ value, place }, most) => when(typeof value !== "number" || value <= most, place, `is above ${most}`),
  allOf: (context, schemas) => branches(context, schemas).flat(),
  anyOf: (context, schemas) => {
    const found = branches(context, schemas);
    return found.some((one) => one.length === 0)
      ? []
      : [`${context.place || "/"} fits none of its forms: ${found.flat().join("; ")}`];
  },
  oneOf: (context, schemas) => {
    const found = branches(context, schemas);
    const fitting = found.filter((one) => one.length === 0).length;
    return fitting === 1 ? [] : [`${context.place || "/"} fits ${fitting} of its forms: ${found.flat().join("; ")}`];
  },
};
