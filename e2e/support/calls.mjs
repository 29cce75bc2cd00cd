//! A short call, for journeys that need many different ones.

/** A call with `account`, as our own `call.completed` event; as text. It has a budget and a pain in it. */
export function call({ account }) {
  const turn = (speaker, start, text) => ({ speaker, start_ms: start, end_ms: start + 5000, text });
  return JSON.stringify({
    type: "call.completed",
    timestamp: "2026-11-10T10:00:00Z",
    data: {
      title: `First talk with ${account}`,
      account: { name: account },
      participants: [
        { name: "Ines Falk", email: "ines.falk@seller.example", side: "internal" },
        { name: "Rory Tamm", email: "rory.tamm@customer.example", side: "external" },
      ],
      turns: [
        turn("Ines Falk", 0, "What made you take this call, if I may ask?"),
        turn(
          "Rory Tamm",
          6000,
          "Honestly, we spend two days every month fixing invoices by hand and it drives everybody mad.",
        ),
        turn("Ines Falk", 12000, "I see. And is there money for a change?"),
        turn("Rory Tamm", 18000, "We have a budget of forty thousand euros approved for this year."),
      ],
    },
  });
}
