//! The form of the platform's answers: one envelope for what was done and for what was refused.

/** A refusal: its HTTP status, and the platform's own code and words. */
export class Refusal extends Error {
  constructor(status, code, message, headers = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  get envelope() {
    return { success: false, errors: [{ code: this.code, message: this.message }], messages: [], result: null };
  }
}

/** An answer with something beside its `result`. */
export class Answer {
  constructor(result, { info, status = 200 } = {}) {
    this.result = result;
    this.info = info;
    this.status = status;
  }

  get envelope() {
    const envelope = { success: true, errors: [], messages: [], result: this.result };
    return this.info ? { ...envelope, result_info: this.info } : envelope;
  }
}

/** A page of a list, by the query's `page` and `per_page`. */
export function page(items, query, { size = 20, largest = 100 } = {}) {
  const per_page = Math.min(Number(query.get("per_page") ?? size), largest);
  const page = Number(query.get("page") ?? 1);
  const shown = items.slice((page - 1) * per_page, page * per_page);
  const info = {
    page,
    per_page,
    count: shown.length,
    total_count: items.length,
    total_pages: Math.ceil(items.length / per_page),
  };
  return new Answer(shown, { info });
}

/** An id as the platform makes them: 32 hexadecimal digits. */
export const hexId = () => crypto.randomUUID().replaceAll("-", "");

export const now = () => new Date().toISOString();
