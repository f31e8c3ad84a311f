// Compares a log with an expectation that people wrote down before the run.
import assert from "node:assert/strict";

/**
 * One expected event: its type, members that its payload must have, and whether it may be absent or come several times.
 * `any` events may stand between all others in any number.
 */
export function matches(expected, event) {
  if (event.type !== expected.type) return false;
  return Object.entries(expected.payload ?? {}).every(([key, wanted]) =>
    typeof wanted === "function" ? wanted(event.payload[key], event.payload) : event.payload[key] === wanted,
  );
}

/** Throws unless the log is exactly the expectation, in order, apart from the types in `any`. */
export function assertSequence(log, expected, any = []) {
  const rest = log.filter((event) => !any.includes(event.type));
  const told = (event) => (event ? `${event.type} ${JSON.stringify(event.payload)}` : "(nothing)");
  const wanted = (one) => (one ? `${one.type} ${JSON.stringify(one.payload ?? {}, (_, v) => (typeof v === "function" ? `<${v.name || "rule"}>` : v))}` : "(nothing)");
  for (let at = 0; at < Math.max(rest.length, expected.length); at += 1) {
    if (!expected[at] || !rest[at] || !matches(expected[at], rest[at])) {
      const lines = rest.map((event, index) => `${index === at ? ">" : " "} ${event.sequence} ${told(event)}`);
      assert.fail(`place ${at + 1}: expected ${wanted(expected[at])}, the log has ${told(rest[at])}\n${lines.join("\n")}`);
    }
  }
}

/** Sequences are 1, 2, 3 … and ids are distinct; each event has the eight keys in their order. */
export function assertWellFormed(log, sessionId) {
  const keys = ["eventId", "sessionId", "sequence", "ts", "type", "actor", "payload", "schemaVersion"];
  log.forEach((event, index) => {
    assert.deepEqual(Object.keys(event), keys, `keys of event ${index + 1}`);
    assert.equal(event.sequence, index + 1, "sequences are contiguous from 1");
    assert.equal(event.sessionId, sessionId);
    assert.equal(event.schemaVersion, "1.0");
    assert.match(event.ts, /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$/);
  });
  assert.equal(new Set(log.map((event) => event.eventId)).size, log.length, "event ids are distinct");
}
