import { nameOf, type CallState, type Session } from "@callboard/api";

/** The call's title, else who was in it: "Guest and Host". */
export function titleOf(session: Session, call: CallState): string {
  const title = session.metadata["title"];
  if (typeof title === "string" && title.trim()) return title;
  const names = [...call.participants.values()]
    .filter((person) => person.role !== "observer" && person.presence.length > 0)
    .map((person) => nameOf(person) ?? "");
  if (names.length === 0) return "New call";
  if (names.length === 1) return `Call with ${names[0]}`;
  if (names.length > 3) return `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`;
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
