// A request's head and an answer, each in one crossing: what Rust would ask for or set piece by piece.

// Neither a method, nor a URL, nor a header has a line feed in it. A name comes in lower case, and one sent twice joined
// by a comma.
export function headOf(request) {
  let head = `${request.method}\n${request.url}\n${request.body ? "body" : ""}`;
  for (const [name, value] of request.headers) head += `\n${name}\n${value}`;
  return head;
}

// Bytes are copied: the platform reads them when Rust's memory may hold something else.
export function answer(status, head, bytes) {
  const headers = new Headers();
  const lines = head.split("\n");
  for (let place = 0; place + 1 < lines.length; place += 2) headers.append(lines[place], lines[place + 1]);
  return new Response(bytes && bytes.slice(), { status, headers });
}
